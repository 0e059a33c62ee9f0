"""What people judge of copies."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.posts.models import CopyJudgement, Post, PostCopy
from shared.contracts.actors import ActorRef
from shared.contracts.posts import CopyJudged
from shared.db import database_now
from shared.errors import Conflict
from shared.events import emit
from shared.rows import find_row


async def separate(
    session: AsyncSession, post_id: UUID, reason: str | None, by: ActorRef
) -> CopyJudgement:
    """Judge that a post is no copy after all; its story counts it as one of its own, and the two
    are not folded again.

    Raises:
        NotFound: no such post. Conflict: it is no copy.
    """
    pair = await _pair(session, post_id, separated=False)
    if pair is None:
        raise Conflict("This post is no copy of another; there is nothing to separate.")
    pair.separated_at = await database_now(session)
    return await _judge(session, pair, is_copy=False, reason=reason, by=by)


async def rejoin(
    session: AsyncSession, post_id: UUID, reason: str | None, by: ActorRef
) -> CopyJudgement:
    """Take a separation back: the post is a copy again.

    Raises:
        NotFound: no such post. Conflict: it was not separated, is a copy of another post by now,
            or its original became a copy.
    """
    if await _pair(session, post_id, separated=False) is not None:
        raise Conflict("This post is a copy already.")
    pair = await _pair(session, post_id, separated=True)
    if pair is None:
        raise Conflict("This post was not separated from another; there is nothing to take back.")
    copied = select(PostCopy.post_id).where(
        (PostCopy.original_id == post_id) | (PostCopy.post_id == pair.original_id),
        PostCopy.separated_at.is_(None),
    )
    if (await session.scalars(copied.limit(1))).first() is not None:
        raise Conflict(
            "Other posts were folded onto one of the two meanwhile: separate them first."
        )
    pair.separated_at = None
    return await _judge(session, pair, is_copy=True, reason=reason, by=by)


async def _pair(session: AsyncSession, post_id: UUID, *, separated: bool) -> PostCopy | None:
    """The pair of a post that counts, or the one that was separated last."""
    await find_row(session, Post, post_id, "post", locked=True)
    query = select(PostCopy).where(PostCopy.post_id == post_id)
    query = query.where(
        PostCopy.separated_at.is_not(None) if separated else PostCopy.separated_at.is_(None)
    )
    latest = query.order_by(PostCopy.separated_at.desc()).limit(1).with_for_update()
    return (await session.scalars(latest)).first()


async def _judge(
    session: AsyncSession, pair: PostCopy, *, is_copy: bool, reason: str | None, by: ActorRef
) -> CopyJudgement:
    judgement = CopyJudgement(
        post_id=pair.post_id,
        original_id=pair.original_id,
        is_copy=is_copy,
        reason=reason,
        by=by.model_dump(mode="json"),
    )
    session.add(judgement)
    await session.flush()
    await session.refresh(judgement)
    await emit(
        session,
        CopyJudged(
            post_id=pair.post_id,
            original_id=pair.original_id,
            is_copy=is_copy,
            reason=reason,
            by=by,
        ),
    )
    return judgement
