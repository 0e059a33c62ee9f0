"""From the entries of a feed to posts. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from urllib.parse import urljoin, urlsplit
from uuid import UUID

from pydantic import ValidationError

from services.monitor.posts.schemas import PostNew
from services.monitor.sources.feeds import Entry

_LONGEST_TEXT = 100_000
_LONGEST_TITLE = 1_000
_LONGEST_URL = 4_000
_LONGEST_AUTHOR = 300
_LONGEST_LANGUAGE = 16
_LONGEST_ID = 300
# Ids that mean the same everywhere (RSS: isPermaLink, Atom: an IRI).
_WORLDWIDE = ("http://", "https://", "tag:", "urn:")


@dataclass(frozen=True)
class Origin:
    """Where entries come from: the source and its platform, and where its feed was found."""

    source_id: UUID
    platform: str
    url: str


@dataclass(frozen=True)
class Posts:
    """What entries became. Of `undated` ones nobody knows the age: they bear the time of reading.

    `skipped` counts entries that say nothing or cannot be a post.
    """

    dated: tuple[PostNew, ...]
    undated: tuple[PostNew, ...]
    skipped: int


def to_posts(entries: Iterable[Entry], origin: Origin, now: datetime) -> Posts:
    """The posts in `entries`. A time after `now` becomes `now`: the clock of the site is ahead, or
    it writes local time and calls it UTC."""
    dated: list[PostNew] = []
    undated: list[PostNew] = []
    skipped = 0
    for entry in entries:
        moment = _moment(entry.published_at)
        try:
            post = _post(entry, origin, min(moment or now, now))
        except ValidationError:
            post = None
        if post is None:
            skipped += 1
        else:
            (dated if moment else undated).append(post)
    return Posts(dated=tuple(dated), undated=tuple(undated), skipped=skipped)


def _post(entry: Entry, origin: Origin, published_at: datetime) -> PostNew | None:
    text = entry.text or entry.title
    if not text:
        return None
    return PostNew(
        external_id=external_id(entry, origin.url),
        platform=origin.platform,
        text=text[:_LONGEST_TEXT],
        title=entry.title[:_LONGEST_TITLE] or None,
        url=_web_link(origin.url, entry.link) if entry.link else None,
        author=entry.author[:_LONGEST_AUTHOR] if entry.author else None,
        language=entry.language[:_LONGEST_LANGUAGE] if entry.language else None,
        published_at=published_at,
        source_id=origin.source_id,
    )


def _web_link(base: str, link: str) -> str | None:
    """Where a link leads; one that is no link of the web (javascript:) is shown to nobody."""
    try:
        url = urljoin(base, link.strip())
        followed = urlsplit(url).scheme in ("http", "https")
    except ValueError:  # "http://[": one such entry must not cost the others
        return None
    return url if followed and len(url) <= _LONGEST_URL else None


def external_id(entry: Entry, feed_url: str) -> str:
    """The id by which an entry is known again: its own if it means the same everywhere; else its
    own within its feed, for two feeds may both have a "1"; else that of its link or of its words.
    """
    known = entry.id or entry.link
    if known and known.startswith(_WORLDWIDE):
        fits = len(known) <= _LONGEST_ID and known.isprintable()
        return known if fits else f"hash:{_digest(known)}"
    said = known or f"{entry.title}\x00{entry.text}"
    return f"{_digest(feed_url, 6)}:{_digest(said)}"


def _digest(text: str, size: int = 16) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=size).hexdigest()


def _moment(seconds: int | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
    except (ValueError, OverflowError, OSError):
        return None
