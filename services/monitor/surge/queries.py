"""Reading what is usual for a watch, and when it surged."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.monitor.indicators.recording import count_mentions
from services.monitor.stories.models import StoryRecord
from services.monitor.surge.hours import HOUR, Standing, hours_of
from services.monitor.surge.models import WatchSurge
from services.monitor.surge.schemas import HourOut, HoursOut, SurgeOut
from services.monitor.watches.models import Watch
from shared.db import database_now
from shared.paging import Paging
from shared.rows import find_row

# What is usual is learned from so much before the first hour that is told.
_LEARNED_FROM = timedelta(days=35)


async def list_surges(
    session: AsyncSession, watch_id: UUID, page: Paging
) -> tuple[list[SurgeOut], str | None]:
    """Surges of a watch, newest first, and the cursor of the next page. A story that went into
    another is named as that one.

    Raises:
        NotFound: there is no such watch.
    """
    await find_row(session, Watch, watch_id, "watch")
    query = select(WatchSurge).where(WatchSurge.watch_id == watch_id)
    rows, cursor = await page.rows(session, query, WatchSurge.id)
    whole = aliased(StoryRecord)
    found = await session.execute(
        select(StoryRecord.id, whole.id, whole.title)
        .join(whole, whole.id == func.coalesce(StoryRecord.merged_into, StoryRecord.id))
        .where(StoryRecord.id.in_({row.story_id for row in rows if row.story_id}))
    )
    named = {was: (now, title) for was, now, title in found}
    items = [SurgeOut.model_validate(row) for row in rows]
    for item in items:
        if item.story_id in named:
            item.story_id, item.story_title = named[item.story_id]
    return items, cursor


async def read_hours(session: AsyncSession, watch_id: UUID, days: int) -> HoursOut:
    """The full hours of the last `days` days of a watch, beside what was usual.

    Raises:
        NotFound: there is no such watch.
    """
    await find_row(session, Watch, watch_id, "watch")
    now = await database_now(session)
    until = int(now.timestamp()) // HOUR * HOUR
    since = until - days * 86_400
    counts = await count_mentions(
        session,
        [watch_id],
        datetime.fromtimestamp(since, tz=UTC) - _LEARNED_FROM,
        datetime.fromtimestamp(until, tz=UTC),
        minutes=60,
    )
    by_hour = {int(at.timestamp()): count for at, count in counts.get(watch_id, {}).items()}
    first = min(by_hour, default=until)
    hours = list(hours_of((at, by_hour.get(at, 0)) for at in range(first, until, HOUR)))
    last = hours[-1] if hours else None
    return HoursOut(
        standing=last.standing if last else Standing.LEARNING,
        mentions_24h=last.day if last else 0,
        normal_24h=last.normal_day if last else None,
        history_hours=len(hours),
        items=[HourOut.model_validate(hour) for hour in hours if hour.at >= since],
    )
