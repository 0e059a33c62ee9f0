"""Posts of Bluesky (AT Protocol, lexicon app.bsky.feed.post) as items. Pure.

Documentation: https://docs.bsky.app/docs/advanced-guides/posts. A post: external_id is its at://
URI; platform "bluesky"; parent is what it answers or quotes. Its own `createdAt` is what its
program says; a time after that at which the network saw it becomes that one.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from services.monitor.sources.connectors.items import Counts, Item
from services.monitor.sources.connectors.values import as_count, as_moment, as_text, at, objects

COLLECTION = "app.bsky.feed.post"
# https://atproto.com/specs/did and /specs/record-key
_DID = re.compile(r"did:[a-z]{1,16}:[A-Za-z0-9._:%-]{1,200}")
_KEY = re.compile(r"[A-Za-z0-9._:~-]{1,512}")


def post_item(
    record: Any,
    *,
    did: str | None,
    key: str | None,
    seen_at: datetime | None,
    author: Mapping[str, Any] | None = None,
    counts: Counts | None = None,
) -> Item | None:
    """The item of a record that the repository `did` holds under `key`; None if it is no post."""
    if not did or not key or not is_did(did) or not _KEY.fullmatch(key):
        return None
    if at(record, "$type") not in (None, COLLECTION):
        return None
    said_at = as_moment(at(record, "createdAt"))
    handle = as_text(at(author, "handle"))
    return Item(
        id=f"at://{did}/{COLLECTION}/{key}",
        text="\n".join(_words(record)),
        url=f"https://bsky.app/profile/{did}/post/{key}",
        author=handle or did,
        followers=as_count(at(author, "followersCount")),
        parent=as_text(at(record, "reply", "parent", "uri")) or _quoted(record),
        language=as_text(at(record, "langs", 0)),
        counts=counts,
        published_at=min(filter(None, (said_at, seen_at)), default=None),
    )


def is_did(said: str) -> bool:
    """Whether this is the id of an account."""
    return _DID.fullmatch(said) is not None


def _quoted(record: Any) -> str | None:
    quoted = as_text(at(record, "embed", "record", "uri")) or as_text(
        at(record, "embed", "record", "record", "uri")
    )
    return quoted if quoted and f"/{COLLECTION}/" in quoted else None


def _words(record: Any) -> Iterator[str]:
    """What a post says: its text, what its pictures and its video show, the title of what it links
    to, and hashtags that stand beside the text."""
    embed = at(record, "embed")
    # A quote with pictures has them one level deeper (app.bsky.embed.recordWithMedia).
    media = at(embed, "media") or embed
    shown = [at(one, "alt") for one in objects(at(media, "images"))]
    for value in (at(record, "text"), *shown, at(media, "alt"), at(media, "external", "title")):
        if text := as_text(value):
            yield text
    tags = at(record, "tags")
    for tag in tags if isinstance(tags, list) else ():
        if name := as_text(tag):
            yield f"#{name}"
