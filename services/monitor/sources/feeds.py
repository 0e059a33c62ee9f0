"""Documents of feeds: from bytes to a text that a parser may be given."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

MOST_ENTRIES = 1_000

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Only codecs for texts: a feed that names "unicode_escape" or "punycode" would get more than that.
# Some names stand for a larger set, by which browsers read them too.
_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "utf-16": "utf-16",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "euc-jp": "euc_jp",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "iso-8859-1": "cp1252",
    "iso-8859-15": "iso8859-15",
    "windows-1251": "cp1251",
    "windows-1252": "cp1252",
    "koi8-r": "koi8-r",
}
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_DECLARED = re.compile(rb"""\A<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
# What XML 1.0 cannot contain (section 2.2): one such character makes a whole feed unreadable.
_IMPOSSIBLE = {code: None for code in range(0x20) if code not in (0x09, 0x0A, 0x0D)}
_ZONE = re.compile(r"(?:[A-Za-z]{1,5}|[+-]\d{2}:?\d{2})$")
_NAME_START = re.compile(r"<[A-Za-z_]")


class FeedRefusedError(Exception):
    """The document is not read; the message says why."""


@dataclass(frozen=True)
class Entry:
    """One entry of a feed, as plain text. `published_at` is in seconds since the epoch; `local`:
    the feed named no time zone, and UTC was taken."""

    id: str | None
    link: str | None
    title: str
    text: str
    author: str | None
    language: str | None
    published_at: int | None
    local: bool = False


NO_FEED = "This is no RSS, Atom or JSON feed."


def open_feed(document: bytes, content_type: str) -> str:
    """The document as a text without what XML cannot contain.

    Raises:
        FeedRefusedError: it begins like no feed, or declares a document type: entities can blow up
            to any size, and no feed needs them.
    """
    text = decode(document, content_type).translate(_IMPOSSIBLE)
    if not looks_like_json(text):
        refuse_document_type(text)
    return text


def is_local(said: str) -> bool:
    """Whether a time names no zone."""
    return bool(said) and _ZONE.search(said.strip()) is None


def in_zone(entry: Entry, zone: tzinfo) -> Entry:
    """The entry, whose time is that of `zone` if it named none."""
    if not entry.local or entry.published_at is None:
        return entry
    try:
        clock = datetime.fromtimestamp(entry.published_at, UTC).replace(tzinfo=zone)
        return replace(entry, published_at=int(clock.timestamp()), local=False)
    except (ValueError, OverflowError, OSError):
        return entry


def looks_like_json(text: str) -> bool:
    """Whether a document, if it is a feed at all, is a JSON Feed."""
    start = _skip_space(text, 0)
    return text.startswith("{", start)


def decode(document: bytes, content_type: str) -> str:
    """The document as text: by its byte order mark, its Content-Type, its own declaration, or as
    UTF-8, whichever fits first. Bytes that fit nothing become U+FFFD."""
    for mark, codec in _BOMS:
        if document.startswith(mark):
            return document[len(mark) :].decode(codec, "replace")
    for codec in _named_codecs(document, content_type):
        try:
            return document.decode(codec)
        except UnicodeDecodeError:
            continue
    return document.decode("utf-8", "replace")


def _named_codecs(document: bytes, content_type: str) -> Iterator[str]:
    named = []
    if found := _CHARSET.search(content_type):
        named.append(found[1])
    if declared := _DECLARED.match(document.lstrip()):
        named.append(declared[1].decode("ascii"))
    for name in named:
        if codec := _CODECS.get(name.lower()):
            yield codec
    yield "utf-8"


def refuse_document_type(text: str) -> None:
    """Let a document through whose first element comes before any declaration.

    Raises:
        FeedRefusedError: there is a declaration (DOCTYPE, ENTITY), or no element.
    """
    position = 0
    ends = {"<?": "?>", "<!--": "-->"}
    while True:
        position = _skip_space(text, position)
        opening = next((sign for sign in ends if text.startswith(sign, position)), None)
        if opening is None:
            break
        end = text.find(ends[opening], position + len(opening))
        if end < 0:
            raise FeedRefusedError(NO_FEED)
        position = end + len(ends[opening])
    if text.startswith("<!", position):
        raise FeedRefusedError("The feed declares a document type (DOCTYPE), which is not read.")
    if not _NAME_START.match(text, position):
        raise FeedRefusedError(NO_FEED)


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n\ufeff":
        position += 1
    return position
