"""Which posts of a source are looked at again, to see whether they are still there."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.posts.models import Post, PostDeletion
from services.monitor.sources.models import SourceHealth
from shared.ids import first_id

# What a platform tells of in one request.
_AT_ONCE = 100
# Most deletions come within days; whoever deletes later is heard when the post is next read.
_OLDEST = timedelta(days=30)


async def next_look(
    session: AsyncSession, source_id: UUID, health: SourceHealth, now: datetime
) -> Sequence[str]:
    """The ids of the posts of a source whose turn it is: in the order in which they came, from
    where the last look ended, and from the beginning again."""
    young = (
        select(Post.id, Post.external_id)
        .outerjoin(PostDeletion, PostDeletion.post_id == Post.id)
        .where(
            Post.source_id == source_id,
            Post.id > first_id(now - _OLDEST),
            PostDeletion.post_id.is_(None),
        )
        .order_by(Post.id)
        .limit(_AT_ONCE)
    )
    rows = []
    if health.looked_at is not None:
        rows = list(await session.execute(young.where(Post.id > health.looked_at)))
    if not rows:
        rows = list(await session.execute(young))
    health.looked_at = rows[-1].id if rows else None
    return [row.external_id for row in rows]
