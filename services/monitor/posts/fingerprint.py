"""When two posts are the same text: reposts, forwards and copies carry the same hash."""

import re
from hashlib import blake2b

# Everything here works on folded text: `：` is already `:`, `／／＠` is `//@`, `轉發` is `转发`.
_NAME = r"\s?@[^\s:@/]{1,64}\s?"
_QUOTE = re.compile(rf"//{_NAME}:|\brt{_NAME}:?|转自{_NAME}:?")
_REPLY = re.compile(rf"^\s?回复{_NAME}:")
_MENTIONED = re.compile(r"[\w·-]{1,64}")
_MOST_MENTIONS = 50
# A link ends where Chinese text begins: people write none of the spaces in between.
_LINK = re.compile(r"https?://[^\s\u3000-\u9fff]+")
_NOTHING_SAID = frozenset(
    {"转发微博", "快转微博", "轻转发", "转发", "转", "repost", "分享图片", "网页链接", "转发并评论"}
)
_EDGES = " \t,.;:!?~-_|/\\'\"()<>{}。、“”‘’…—《》【】"
_DIGEST_BYTES = 16


def text_hash(folded: str) -> str | None:
    """Returns the fingerprint of what a post itself says, or None when it says nothing.

    `folded` is the result of `fold`. Links, "转发微博", trailing mentions and the quoted chain
    (`//@name:`, `RT @name`) do not count: two people who pass on one text share its hash. A post
    that adds no words of its own has the hash of what it quotes, the innermost quotation being
    the original. 32 hexadecimal digits (BLAKE2b, 128 bits).
    """
    words = said(folded)
    return blake2b(words.encode(), digest_size=_DIGEST_BYTES).hexdigest() if words else None


def said(folded: str) -> str:
    """Returns what a post itself says, or the innermost of what it quotes, where it adds nothing;
    empty when it says nothing at all."""
    own, *quoted = _QUOTE.split(folded) if "@" in folded else [folded]
    for part in (own, *reversed(quoted)):
        words = own_words(part)
        if words:
            return words
    return ""


def own_words(part: str) -> str:
    """Returns `part` without links, trailing mentions, forwarding marks and outer punctuation."""
    words = _REPLY.sub("", _LINK.sub(" ", part) if "http" in part else part).split()
    for _ in range(_MOST_MENTIONS):
        if not words or "@" not in words[-1]:
            break
        before, _, name = words[-1].rpartition("@")
        if not _MENTIONED.fullmatch(name):
            break
        words[-1:] = [before] if before else []
    kept = " ".join(words).strip(_EDGES)
    return "" if kept in _NOTHING_SAID else kept
