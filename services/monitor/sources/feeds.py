"""RSS and Atom documents: from bytes to entries.

This runs in a process of its own (`feed_process.py`), for whoever writes a feed can make its
parser compute for minutes: 100 KB of letters in an <author> cost feedparser 23 seconds.
"""

import calendar
import codecs
import io
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import feedparser

from services.monitor.sources.plain_text import plain_text

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
_NAME_START = re.compile(r"<[A-Za-z_]")


class FeedRefusedError(Exception):
    """The document is not read; the message says why."""


@dataclass(frozen=True)
class Entry:
    """One entry of a feed, as plain text. `published_at` is in seconds since the epoch."""

    id: str | None
    link: str | None
    title: str
    text: str
    author: str | None
    language: str | None
    published_at: int | None


def read_feed(document: bytes, content_type: str) -> list[Entry]:
    """The entries of an RSS or Atom document, the first `MOST_ENTRIES` of them.

    Raises:
        FeedRefusedError: it is no feed, or declares a document type: entities can blow up to any
            size, and no feed needs them.
    """
    text = decode(document, content_type).translate(_IMPOSSIBLE)
    refuse_document_type(text)
    # A stream: feedparser takes plain bytes for the name of a file first.
    feed: Mapping[str, Any] = feedparser.parse(
        io.BytesIO(text.encode("utf-8", "replace")),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    entries = feed["entries"]
    if not entries and (feed["bozo"] or not feed["version"]):
        reason = feed.get("bozo_exception")
        raise FeedRefusedError(f"This is no RSS or Atom feed ({reason})." if reason else _NO_FEED)
    language = feed["feed"].get("language")
    return [_entry(entry, language) for entry in entries[:MOST_ENTRIES]]


_NO_FEED = "This is no RSS or Atom feed."


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
            raise FeedRefusedError(_NO_FEED)
        position = end + len(ends[opening])
    if text.startswith("<!", position):
        raise FeedRefusedError("The feed declares a document type (DOCTYPE), which is not read.")
    if not _NAME_START.match(text, position):
        raise FeedRefusedError(_NO_FEED)


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n\ufeff":
        position += 1
    return position


def _entry(entry: Mapping[str, Any], feed_language: str | None) -> Entry:
    bodies = [*entry.get("content", ()), entry.get("summary_detail") or {}]
    texts = (_words(body) for body in bodies)
    author = entry.get("author_detail") or {}
    return Entry(
        id=entry.get("id") or None,
        link=entry.get("link") or None,
        title=_words(entry.get("title_detail") or {}).replace("\n", " "),
        text=max(texts, key=len, default=""),
        author=author.get("name") or entry.get("author") or None,
        language=(entry.get("language") or feed_language) or None,
        published_at=_seconds(entry.get("published_parsed") or entry.get("updated_parsed")),
    )


def _words(detail: Mapping[str, Any]) -> str:
    value = detail.get("value") or ""
    return value.strip() if detail.get("type") == "text/plain" else plain_text(value)


def _seconds(moment: time.struct_time | None) -> int | None:
    try:
        return calendar.timegm(moment) if moment else None
    except (ValueError, OverflowError):
        return None
