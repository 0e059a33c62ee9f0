"""Which stories carry a surge of a watch now."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.stories.models import StoryRecord
from services.monitor.surge.carrying import LASTS
from services.monitor.surge.models import WatchSurge
from services.monitor.warnings.causes import Surging


async def find_surging(session: AsyncSession, now: datetime) -> Mapping[UUID, Surging]:
    """The strongest surge of the last hour by the story that carries it; a story that went into
    another hands its surge on."""
    rows = await session.execute(
        select(func.coalesce(StoryRecord.merged_into, StoryRecord.id), WatchSurge)
        .join(StoryRecord, StoryRecord.id == WatchSurge.story_id)
        .where(WatchSurge.at > now - timedelta(seconds=LASTS))
        .order_by(WatchSurge.evidence)
    )
    return {
        story_id: Surging(surge.evidence, surge.seconds, surge.count, surge.expected)
        for story_id, surge in rows
    }
