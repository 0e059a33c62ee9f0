"""What the model reads of a post: one spelling, own words before quoted ones, no addresses."""

import re
from typing import Final

from shared.folding import fold

# What lies beyond has no token: of a long text the beginning and the end are read.
_HEAD: Final = 1_200
_TAIL: Final = 400

_ADDRESS: Final = re.compile(r"(?:https?://|www\.)[^\s\u3000-\u9fff]*|\bhttps?\b")
_MENTION: Final = re.compile(r"@[\w\-·]{1,30}")
_QUOTED: Final = re.compile(r"\s*//\s*@[^:：]{1,40}[:：]\s*")
_STRETCHED: Final = re.compile(r"(.)\1{3,}")
# What an interface writes for someone who reposts and adds nothing.
_SAYS_NOTHING: Final = frozenset(
    {"", "转发", "转发微博", "轉發微博", "repost", "reposting", "rt", "//", "快转微博"}
)


def prepare(text: str) -> str:
    """Return the text as the model reads it.

    Script, width and case are unified (see `fold`), addresses become `http` and names `@`, a
    character repeated four times or more is kept three times. Of a repost chain
    (`own words//@name:quoted//@name:quoted`) the own words stay with the first quotation after
    them; where someone added nothing, the quotation alone is read.
    """
    if len(text) > _HEAD + _TAIL:
        text = f"{text[:_HEAD]} {text[-_TAIL:]}"
    text = fold(text)
    if "//" in text and "@" in text:
        text = _unchain(text)
    if "http" in text or "www." in text:
        text = _ADDRESS.sub("http", text)
    if "@" in text:
        text = _MENTION.sub("@", text)
    return _STRETCHED.sub(r"\1\1\1", text)


def _unchain(text: str) -> str:
    own, *quoted = _QUOTED.split(text)
    said = [part for part in quoted if part.strip() not in _SAYS_NOTHING]
    if own.strip() in _SAYS_NOTHING and said:
        return said[0]
    return f"{own} // {said[0]}" if said else own
