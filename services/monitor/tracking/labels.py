"""What people say of posts: it counts instead of what a model said, at the post and in its story.

An opinion keeps both. A label is of one revision: when the author edits the post, the model's word
of the new text counts until somebody labels that.
"""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.posts.models import PostLabel
from services.monitor.tracking.memory import Memory
from services.monitor.tracking.service import recount
from services.monitor.tracking.statements import COUNT_LABELS, FIND_WORDS, REPLACE_LABEL
from shared.contracts.labelling import LabelWithdrawn, PostLabelled, PostQuoted
from shared.db import database_now
from shared.events import emit


async def note_label(session: AsyncSession, memory: Memory, told: PostLabelled) -> None:
    """Keep a label, let it count, and tell the analysis room the words that it is of."""
    await memory.hold(session)
    await session.execute(
        REPLACE_LABEL,
        {
            "post_id": told.post_id,
            "person": told.labelled_by.id,
            "task": str(told.task),
            "target": told.target,
        },
    )
    session.add(
        PostLabel(
            label_id=told.label_id,
            post_id=told.post_id,
            revision=told.revision,
            task=told.task,
            target=told.target,
            label=told.label,
            labelled_by=told.labelled_by.model_dump(mode="json"),
            labelled_at=told.labelled_at,
        )
    )
    await _let_count(session, memory, told)
    await _quote(session, told)


async def note_withdrawal(session: AsyncSession, memory: Memory, told: LabelWithdrawn) -> None:
    """Let a label go: what was said before it counts again."""
    await memory.hold(session)
    await session.execute(delete(PostLabel).where(PostLabel.label_id == told.label_id))
    await _let_count(session, memory, told)


async def _let_count(
    session: AsyncSession, memory: Memory, told: PostLabelled | LabelWithdrawn
) -> None:
    await session.flush()
    written = (await session.execute(COUNT_LABELS, {"post_id": told.post_id})).all()
    await recount(session, memory, written, (await database_now(session)).timestamp())


async def _quote(session: AsyncSession, told: PostLabelled) -> None:
    words = (
        await session.execute(FIND_WORDS, {"post_id": told.post_id, "revision": told.revision})
    ).first()
    if words is not None:  # the post may have been deleted meanwhile
        await emit(
            session,
            PostQuoted(post_id=told.post_id, revision=told.revision, **words._mapping),
        )
