"""Reading which stories may be one."""

from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.regrouping.schemas import AlikeList, AlikeOut
from services.monitor.regrouping.wording import proposal
from services.monitor.stories.models import AlikeStories, StoryRecord
from services.monitor.stories.queries import get_story

_MOST = 10


async def alike_of(session: AsyncSession, story_id: UUID) -> AlikeList:
    """The stories that may be the same matter as this one, the likeliest first.

    Raises:
        NotFound: there is no such story.
    """
    await get_story(session, story_id)
    pairs = (
        await session.scalars(
            select(AlikeStories)
            .where(or_(AlikeStories.one_id == story_id, AlikeStories.other_id == story_id))
            .order_by(AlikeStories.likeness.desc())
            .limit(_MOST)
        )
    ).all()
    others = {
        pair.other_id if pair.one_id == story_id else pair.one_id: pair.grounds for pair in pairs
    }
    records = await session.scalars(
        select(StoryRecord).where(StoryRecord.id.in_(others), StoryRecord.merged_into.is_(None))
    )
    found = [_shown(record, others[record.id]) for record in records]
    return AlikeList(items=sorted(found, key=lambda each: (-each.likeness, each.story_id)))


def _shown(record: StoryRecord, grounds: dict[str, Any]) -> AlikeOut:
    text, text_zh = proposal(grounds)
    return AlikeOut(
        story_id=record.id,
        title=record.title,
        posts=record.posts + record.copies,
        last_post_at=record.last_post_at,
        likeness=grounds["likeness"],
        words=grounds["words"],
        hours_apart=grounds["hours_apart"],
        bridges=grounds.get("bridges", 0),
        reason=text,
        reason_zh=text_zh,
    )
