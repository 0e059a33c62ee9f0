"""Feeds that are broken, read as far as they go (feedparser).

This runs in a process of its own, for whoever writes a feed can make its parser compute for
minutes: 100 KB of letters in an <author> cost feedparser 23 seconds.
"""

import calendar
import io
import time
from collections.abc import Mapping
from typing import Any

import feedparser

from services.monitor.sources.feeds import MOST_ENTRIES, NO_FEED, Entry, FeedRefusedError, is_local
from services.monitor.sources.plain_text import plain_text


def read_tolerant(text: str) -> list[Entry]:
    """The first `MOST_ENTRIES` entries of an RSS or Atom document, however it is written.

    Raises:
        FeedRefusedError: it is no feed.
    """
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
        raise FeedRefusedError(f"{NO_FEED[:-1]} ({reason})." if reason else NO_FEED)
    language = feed["feed"].get("language")
    return [_entry(entry, language) for entry in entries[:MOST_ENTRIES]]


def _entry(entry: Mapping[str, Any], feed_language: str | None) -> Entry:
    bodies = [*entry.get("content", ()), entry.get("summary_detail") or {}]
    texts = (_words(body) for body in bodies)
    author = entry.get("author_detail") or {}
    return Entry(
        id=entry.get("id") or None,
        link=_link(entry),
        title=_words(entry.get("title_detail") or {}).replace("\n", " "),
        text=max(texts, key=len, default=""),
        author=author.get("name") or entry.get("author") or None,
        language=(entry.get("language") or feed_language) or None,
        published_at=_seconds(_own(entry, "published_parsed") or _own(entry, "updated_parsed")),
        local=is_local(_own(entry, "published") or _own(entry, "updated") or ""),
    )


def _own(entry: Mapping[str, Any], name: str) -> Any:
    # feedparser warns about what it makes up where a field is missing.
    return entry[name] if name in entry.keys() else None  # noqa: SIM118


def _link(entry: Mapping[str, Any]) -> str | None:
    """The link; feedparser takes an id for one, whatever it is."""
    link: str = entry.get("link") or ""
    made_up = link == entry.get("id") and not link.startswith("http")
    return None if made_up else link or None


def _words(detail: Mapping[str, Any]) -> str:
    value = detail.get("value") or ""
    return value.strip() if detail.get("type") == "text/plain" else plain_text(value)


def _seconds(moment: time.struct_time | None) -> int | None:
    try:
        return calendar.timegm(moment) if moment else None
    except (ValueError, OverflowError):
        return None
