"""Reading stories."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.indicators.tally import Tally
from services.monitor.stories.models import StoryRecord
from services.monitor.stories.schemas import (
    SentimentCounts,
    ShareOut,
    StoryOut,
)
from services.monitor.warnings.models import WarningRecord, WarningStatus
from services.monitor.watches.models import Watch
from shared.contracts.levels import WarningLevel
from shared.rows import find_row

_DAY = 86_400.0
_TEN_MINUTES = 600.0
_TREND_POINTS = 12


async def get_story(session: AsyncSession, story_id: UUID) -> StoryRecord:
    """One story.

    Raises:
        NotFound: there is none with this id.
    """
    return await find_row(session, StoryRecord, story_id, "story")


async def complete(session: AsyncSession, stories: Sequence[StoryRecord]) -> list[StoryOut]:
    """Stories with their warnings and the names of their watches: two queries for any number."""
    watch_ids = {story.watch_id for story in stories}
    named = await session.execute(select(Watch.id, Watch.name).where(Watch.id.in_(watch_ids)))
    names = {row.id: row.name for row in named}
    warnings = {
        warning.story_id: warning
        for warning in await session.scalars(
            select(WarningRecord).where(WarningRecord.story_id.in_([story.id for story in stories]))
        )
    }
    return [
        _shown(story, names.get(story.watch_id, ""), warnings.get(story.id)) for story in stories
    ]


async def rising(session: AsyncSession, limit: int) -> list[StoryOut]:
    """Stories by the level of their warning in force, then by heat as last read."""
    in_force = and_(
        WarningRecord.story_id == StoryRecord.id, WarningRecord.status != WarningStatus.ENDED
    )
    gravity = case({str(level): level.rank for level in WarningLevel}, value=WarningRecord.level)
    rows = (
        await session.scalars(
            select(StoryRecord)
            .outerjoin(WarningRecord, in_force)
            .where(StoryRecord.merged_into.is_(None))
            .order_by(func.coalesce(gravity, 0).desc(), StoryRecord.heat.desc(), StoryRecord.id)
            .limit(limit)
        )
    ).all()
    return await complete(session, rows)


def _shown(story: StoryRecord, watch_name: str, warning: WarningRecord | None) -> StoryOut:
    tally = Tally.from_state(story.tally)
    newest = tally.last_at or 0.0
    day = tally.between(newest - _DAY, newest)
    in_force = warning is not None and warning.status is not WarningStatus.ENDED
    facts: dict[str, Any] = {
        name: getattr(story, name)
        for name in StoryOut.model_fields
        if name not in ("watch_name", "level", "warning_id", "sentiment", "trend", "negative_share")
    }
    return StoryOut(
        **facts,
        watch_name=watch_name,
        level=warning.level if warning is not None and in_force else None,
        warning_id=warning.id if warning is not None else None,
        negative_share=ShareOut(**story.negative_share) if story.negative_share else None,
        sentiment=SentimentCounts(
            positive=day.positive, neutral=day.neutral, negative=day.negative
        ),
        trend=[
            tally.between(
                newest - (_TREND_POINTS - point) * _TEN_MINUTES,
                newest - (_TREND_POINTS - point - 1) * _TEN_MINUTES,
            ).mentions
            for point in range(_TREND_POINTS)
        ],
    )
