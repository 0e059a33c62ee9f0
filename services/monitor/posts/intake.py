"""The hot path: posts that were sent become rows, once each. Nothing here commits.

3,000 posts a second pass through here, so it speaks to PostgreSQL in arrays (UNNEST, four times as
fast as a row at a time), and works out in Python only what must be known at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.posts.fingerprint import text_hash
from services.monitor.posts.schemas import Outcome, PostNew, PostResult, refusal
from services.monitor.posts.statements import (
    ARCHIVE_REVISIONS,
    FIND_EXISTING,
    INSERT_POSTS,
    REFRESH_ENGAGEMENT,
    REVISE_POSTS,
)
from shared.contracts.posts import CollectedPost, PostOrigin, PostsCollected
from shared.db import database_now
from shared.events import emit
from shared.folding import fold
from shared.ids import new_id
from shared.metrics import posts as counted

# An event carries so many posts at most: one unit of work for each room that hears it.
_POSTS_AN_EVENT = 200

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A post with all that is worked out before the database sees it."""

    index: int
    post: PostNew
    id: UUID
    content_hash: bytes
    text_hash: UUID | None

    @property
    def key(self) -> Key:
        return self.post.platform, self.post.external_id


async def take_in(
    session: AsyncSession,
    posts: Sequence[PostNew],
    *,
    warn: bool = True,
    origin: PostOrigin | None = None,
) -> list[PostResult]:
    """Store posts, and tell the rooms of those that are new or changed.

    `warn=False` marks history: it feeds statistics and raises no warning. `origin` is the report
    that brought them. The results stand in the
    order of `posts`. A post that is sent twice in one call is judged against its first occurrence.
    """
    now = await database_now(session)
    results: list[PostResult | None] = [None] * len(posts)
    rounds: list[dict[Key, _Prepared]] = []
    for index, post in enumerate(posts):
        reason = refusal(post, now)
        if reason is not None:
            results[index] = _result(post, Outcome.REJECTED, reason=reason)
            continue
        prepared = _prepare(index, post)
        for batch in rounds:
            if prepared.key not in batch:
                batch[prepared.key] = prepared
                break
        else:
            rounds.append({prepared.key: prepared})
    collected: list[CollectedPost] = []
    for batch in rounds:
        # One order for all writers: two requests with the same posts cannot wait for each other.
        ordered = [batch[key] for key in sorted(batch)]
        for prepared, result, kept in await _store(session, ordered, now, origin):
            results[prepared.index] = result
            if kept is not None:
                collected.append(kept)
    # What was published first comes first: of two with the same words it is the original.
    collected.sort(key=lambda post: (post.published_at, post.id))
    for start in range(0, len(collected), _POSTS_AN_EVENT):
        part = tuple(collected[start : start + _POSTS_AN_EVENT])
        await emit(session, PostsCollected(posts=part, warn=warn))
    final = [result for result in results if result is not None]
    for result in final:
        counted.labels(result.status).inc()
    return final


_Stored = tuple[_Prepared, PostResult, CollectedPost | None]


async def _store(
    session: AsyncSession, batch: Sequence[_Prepared], now: datetime, origin: PostOrigin | None
) -> list[_Stored]:
    values: dict[str, Any] = {
        name: [getattr(prepared.post, name) for prepared in batch] for name in _COPIED
    }
    values |= {
        "id": [prepared.id for prepared in batch],
        "content_hash": [prepared.content_hash for prepared in batch],
        "text_hash": [prepared.text_hash for prepared in batch],
        "engagement": [_engagement(prepared.post) for prepared in batch],
        "received_at": now,
        "origin": origin.model_dump_json() if origin else None,
    }
    inserted = set((await session.execute(INSERT_POSTS, values)).scalars())
    # Most often all are new, and no id has to be looked up (5 µs a post: UUIDs hash slowly).
    all_new = len(inserted) == len(batch)
    new = batch if all_new else [prepared for prepared in batch if prepared.id in inserted]
    stored: list[_Stored] = [
        (
            prepared,
            _result(prepared.post, Outcome.ACCEPTED, id=prepared.id),
            _collected(prepared, prepared.id, 1, now, origin),
        )
        for prepared in new
    ]
    if not all_new:
        again = [prepared for prepared in batch if prepared.id not in inserted]
        stored += await _compare(session, again, now, origin)
    return stored


async def _compare(
    session: AsyncSession, again: Sequence[_Prepared], now: datetime, origin: PostOrigin | None
) -> list[_Stored]:
    """What we had already: the same, or changed since."""
    rows = await session.execute(
        FIND_EXISTING,
        {
            "platform": [prepared.post.platform for prepared in again],
            "external_id": [prepared.post.external_id for prepared in again],
        },
    )
    existing = {(row.platform, row.external_id): row for row in rows}
    stored: list[_Stored] = []
    revised: list[tuple[_Prepared, UUID]] = []
    refreshed: list[tuple[_Prepared, UUID]] = []
    for prepared in again:
        row = existing[prepared.key]
        if row.content_hash == prepared.content_hash:
            result = _result(prepared.post, Outcome.DUPLICATE, id=row.id)
            stored.append((prepared, result, None))
            if prepared.post.engagement is not None:
                refreshed.append((prepared, row.id))
        else:
            result = _result(prepared.post, Outcome.REVISED, id=row.id)
            kept = _collected(prepared, row.id, row.revision + 1, now, origin)
            stored.append((prepared, result, kept))
            revised.append((prepared, row.id))
    if revised:
        await session.execute(ARCHIVE_REVISIONS, {"id": [post_id for _, post_id in revised]})
        await session.execute(
            REVISE_POSTS,
            {
                "id": [post_id for _, post_id in revised],
                "content_hash": [prepared.content_hash for prepared, _ in revised],
                "text_hash": [prepared.text_hash for prepared, _ in revised],
                "title": [prepared.post.title for prepared, _ in revised],
                "text": [prepared.post.text for prepared, _ in revised],
                "engagement": [_engagement(prepared.post) for prepared, _ in revised],
            },
        )
    if refreshed:
        await session.execute(
            REFRESH_ENGAGEMENT,
            {
                "id": [post_id for _, post_id in refreshed],
                "engagement": [_engagement(prepared.post) for prepared, _ in refreshed],
            },
        )
    return stored


# Columns that take what was sent as it is.
_COPIED = (
    "platform",
    "external_id",
    "title",
    "text",
    "url",
    "author",
    "author_followers",
    "parent_external_id",
    "language",
    "region",
    "source_id",
    "published_at",
)


def _prepare(index: int, post: PostNew) -> _Prepared:
    said = f"{post.title or ''}\x00{post.text}".encode()
    same_words = text_hash(fold(post.text))
    return _Prepared(
        index=index,
        post=post,
        id=new_id(),
        content_hash=blake2b(said, digest_size=16).digest(),
        text_hash=UUID(hex=same_words) if same_words else None,
    )


def _collected(
    prepared: _Prepared, post_id: UUID, revision: int, now: datetime, origin: PostOrigin | None
) -> CollectedPost:
    post = prepared.post
    engagement = post.engagement
    return CollectedPost(
        id=post_id,
        revision=revision,
        platform=post.platform,
        external_id=post.external_id,
        text=post.text,
        title=post.title,
        url=post.url,
        author=post.author,
        author_followers=post.author_followers,
        parent_external_id=post.parent_external_id,
        language=post.language,
        region=post.region,
        source_id=post.source_id,
        interactions=(
            engagement.likes + engagement.reposts + engagement.comments if engagement else 0
        ),
        text_hash=prepared.text_hash.hex if prepared.text_hash else None,
        published_at=post.published_at,
        received_at=now,
        origin=origin,
    )


def _result(
    post: PostNew, status: Outcome, *, id: UUID | None = None, reason: str | None = None
) -> PostResult:
    return PostResult(
        external_id=post.external_id, platform=post.platform, status=status, id=id, reason=reason
    )


def _engagement(post: PostNew) -> str | None:
    return post.engagement.model_dump_json() if post.engagement else None
