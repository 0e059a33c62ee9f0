"""Old posts for the analysis room, which keeps no texts and gives its opinions anew."""

from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.posts.models import Post
from services.monitor.posts.schemas import Engagement
from shared.contracts.posts import (
    CollectedPost,
    OpinionsOutdated,
    PostOrigin,
    PostsResubmitted,
)
from shared.events import emit

# What new posts may have to wait for: some tenths of a second for a model on a CPU.
BATCH: Final = 50


async def resubmit(session: AsyncSession, outdated: OpinionsOutdated) -> None:
    """Send the next posts whose opinions are outdated."""
    asked = _asked(outdated)
    total = None
    if outdated.after is None:
        total = await session.scalar(select(func.count()).select_from(Post).where(*asked))
    else:
        asked.append(Post.id > outdated.after)
    query = select(Post).where(*asked).order_by(Post.id).limit(BATCH + 1)
    found = (await session.scalars(query)).all()
    await emit(
        session,
        PostsResubmitted(
            recomputation_id=outdated.recomputation_id,
            posts=tuple(map(collected, found[:BATCH])),
            after=outdated.after,
            total=total,
            last=len(found) <= BATCH,
        ),
    )


def _asked(outdated: OpinionsOutdated) -> list[ColumnElement[bool]]:
    # What came later is judged by the newest models as it comes.
    asked = [Post.received_at < outdated.received_before]
    if outdated.since is not None:
        asked.append(Post.published_at >= outdated.since)
    if outdated.until is not None:
        asked.append(Post.published_at < outdated.until)
    return asked


def collected(post: Post) -> CollectedPost:
    """A stored post as other rooms, and tracking, take it."""
    engagement = Engagement.model_validate(post.engagement or {})
    return CollectedPost(
        id=post.id,
        revision=post.revision,
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
        interactions=engagement.likes + engagement.reposts + engagement.comments,
        text_hash=post.text_hash.hex if post.text_hash else None,
        published_at=post.published_at,
        received_at=post.received_at,
        origin=PostOrigin.model_validate(post.origin) if post.origin else None,
    )
