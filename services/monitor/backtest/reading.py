"""Stored posts of a span of time, in the order of their publication, a slice at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.backtest.replay import PastPost
from services.monitor.watches.live import SourceNames

# About 2 MB, read in some 20 ms.
SLICE = 2_000
_SHORTEST, _LONGEST = timedelta(seconds=1), timedelta(days=1)

# The index on the time of publication finds the blocks of a stretch of time, not their order: the
# stretch is kept as short as the posts are dense. A story is that of any watch, or none.
_READ = text("""
SELECT post.id, post.platform, post.external_id, post.title, post.text, post.author,
    post.author_followers, post.parent_external_id, post.region, post.language, post.engagement,
    post.source_id, post.url,
    post.published_at, least(post.published_at, post.received_at) AS occurred_at,
    (SELECT story_id FROM monitor.mentions WHERE post_id = post.id LIMIT 1) AS story_id
FROM monitor.posts AS post
WHERE post.published_at >= :begin AND post.published_at < :end
  AND (post.published_at, post.id) > (CAST(:reached AS timestamptz), CAST(:last AS uuid))
ORDER BY post.published_at, post.id
LIMIT :most
""")
_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Position:
    """How far the posts were read: all before `begin`, and of those since the ones up to
    (`reached`, `last`); `stretch` is how much time is looked at next."""

    begin: datetime
    reached: datetime
    last: UUID = _NOBODY
    stretch: timedelta = timedelta(hours=1)

    @classmethod
    def at(cls, since: datetime) -> "Position":
        """The start of a span."""
        return cls(begin=since, reached=since - timedelta(seconds=1))


async def read_slice(
    session: AsyncSession,
    position: Position,
    until: datetime,
    names: SourceNames,
    most: int = SLICE,
) -> tuple[list[PastPost], Position]:
    """Returns the next posts, and where to read on: at `until` when nothing is left."""
    end = min(position.begin + position.stretch, until)
    rows = (
        await session.execute(
            _READ,
            {
                "begin": position.begin,
                "end": end,
                "reached": position.reached,
                "last": position.last,
                "most": most,
            },
        )
    ).all()
    posts = _posts(rows, names)
    if len(rows) == most:
        shorter = max(position.stretch / 2, _SHORTEST)
        newest = rows[-1]
        return posts, Position(newest.published_at, newest.published_at, newest.id, shorter)
    longer = position.stretch * 2 if len(rows) < most // 4 else position.stretch
    return posts, Position(end, end - timedelta(seconds=1), _NOBODY, min(longer, _LONGEST))


def _posts(rows: Sequence[Any], names: SourceNames) -> list[PastPost]:
    return [
        PastPost(
            row.occurred_at.timestamp(),
            {
                "external_id": f"{row.platform}\n{row.external_id}",
                "platform": row.platform,
                "title": row.title,
                "text": row.text,
                "author": row.author,
                "author_followers": row.author_followers,
                "parent_external_id": row.parent_external_id
                and f"{row.platform}\n{row.parent_external_id}",
                "source_id": row.platform,
                "region": row.region,
                "language": row.language,
                "source": names.of(row.source_id, row.url),
                "engagement": row.engagement,
                "stored_story": None if row.story_id is None else str(row.story_id),
            },
        )
        for row in rows
    ]
