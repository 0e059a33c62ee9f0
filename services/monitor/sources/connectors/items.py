"""From what a platform's document tells to posts. Pure."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import blake2b
from urllib.parse import urlsplit

from pydantic import ValidationError

from services.monitor.posts.schemas import Engagement, PostNew
from services.monitor.sources.entries import Origin, Posts

_LONGEST_TEXT = 100_000
_LONGEST_TITLE = 1_000
_LONGEST_URL = 4_000
_LONGEST_AUTHOR = 300
_LONGEST_LANGUAGE = 16
_LONGEST_REGION = 100
_LONGEST_ID = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What readers did with a post, as its platform counts it; None where it does not say."""

    likes: int | None = None
    reposts: int | None = None
    comments: int | None = None
    views: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One post as a platform's document tells of it, in plain text, of any length.

    `parent` is the id of the post that this one repeats or answers.
    """

    id: str
    text: str
    title: str | None = None
    url: str | None = None
    author: str | None = None
    followers: int | None = None
    parent: str | None = None
    language: str | None = None
    region: str | None = None
    counts: Counts | None = None
    published_at: datetime | None = None


def to_posts(items: Iterable[Item | None], origin: Origin, now: datetime) -> Posts:
    """The posts in `items`; None stands for what could not be read, and is counted.

    A time after `now` becomes `now`. Of two items with one id (a post that slid to the next page
    while the pages were read) the later one counts.
    """
    told: dict[str, Item] = {}
    skipped = 0
    for item in items:
        if item is None:
            skipped += 1
        else:
            told[item.id] = item
    dated: list[PostNew] = []
    undated: list[PostNew] = []
    for item in told.values():
        moment = item.published_at
        try:
            post = _post(item, origin, min(moment or now, now))
        except ValidationError:
            post = None
        if post is None:
            skipped += 1
        else:
            (dated if moment else undated).append(post)
    return Posts(dated=tuple(dated), undated=tuple(undated), skipped=skipped)


def scoped(item: Item, scope: str) -> Item:
    """The item with its ids marked as those of `scope`: two sites may both have a post "1"."""
    mark = blake2b(scope.encode("utf-8", "replace"), digest_size=6).hexdigest()
    return replace(
        item, id=f"{mark}:{item.id}", parent=f"{mark}:{item.parent}" if item.parent else None
    )


def _post(item: Item, origin: Origin, published_at: datetime) -> PostNew | None:
    title = " ".join((item.title or "").split())
    text = item.text.strip() or title
    if not text:
        return None
    return PostNew(
        external_id=_kept_id(item.id),
        platform=origin.platform,
        text=text[:_LONGEST_TEXT],
        title=title[:_LONGEST_TITLE] or None,
        url=_web_link(item.url),
        author=item.author[:_LONGEST_AUTHOR] if item.author else None,
        author_followers=item.followers,
        parent_external_id=_kept_id(item.parent) if item.parent else None,
        language=item.language[:_LONGEST_LANGUAGE] if item.language else None,
        region=item.region[:_LONGEST_REGION] if item.region else None,
        engagement=_engagement(item.counts),
        published_at=published_at,
        source_id=origin.source_id,
    )


def _kept_id(known: str) -> str:
    """The id, or its digest where it is too long or holds what an id cannot."""
    if len(known) <= _LONGEST_ID and known.isprintable():
        return known
    return f"hash:{blake2b(known.encode('utf-8', 'replace'), digest_size=16).hexdigest()}"


def _web_link(url: str | None) -> str | None:
    """A link of the web; one that is none (javascript:) is not shown to anybody."""
    if not url or len(url) > _LONGEST_URL:
        return None
    try:
        return url if urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None


def _engagement(counts: Counts | None) -> Engagement | None:
    told = {name: count for name, count in asdict(counts).items() if count} if counts else {}
    return Engagement(**told) if counts else None
