"""Reading the indicators of a story or a watch over time."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.indicators.forecast import Course, forecast
from services.monitor.indicators.history import Stretchable, points_of, whole_of
from services.monitor.indicators.models import IndicatorBin
from services.monitor.indicators.rolling import STRETCHES, Resolution, Stretch, aligned
from services.monitor.indicators.schemas import ForecastPoint, HistoryOut
from services.monitor.indicators.statements import READ_BINS
from services.monitor.indicators.trend import trend
from shared.db import database_now

# Six half-lives: what was before adds less than 2 % to the heat.
_WARM_UP = timedelta(hours=6)
_DAY = timedelta(days=1)
# A chart of more points shows no more; half a day of minutes fits.
_MOST_POINTS = 750


async def read_history(
    session: AsyncSession,
    subject: UUID,
    resolution: Resolution | None,
    since: datetime | None,
    course: Course,
) -> HistoryOut:
    """The indicators of a subject from `since` on, by default from its first post on; `course`: how
    its like goes on.

    Without a resolution, the finest that is kept so far back and has at most 750 points. What is
    asked for beyond what is kept begins where that begins.
    """
    now = await database_now(session)
    first = await session.scalar(
        select(func.min(IndicatorBin.at)).where(IndicatorBin.subject_id == subject)
    )
    since = max(since, first) if since and first else since or first or now
    resolution = resolution or _finest(now - since)
    stretch = STRETCHES[resolution]
    begin = aligned(max(since, now - stretch.kept), stretch.minutes)
    rows = await _rows(session, subject, stretch, begin - _WARM_UP, now)
    told = {at: row for at, row in rows.items() if at >= begin}
    quarters = await _quarters(session, subject, now, first)
    return HistoryOut(
        resolution=resolution,
        minutes=stretch.minutes,
        points=points_of(Stretchable(rows, stretch.minutes, begin, now)),
        whole=whole_of(told.values()),
        trend=trend(quarters),
        forecast=[
            ForecastPoint(
                at=now + timedelta(hours=ahead),
                expected=each.expected,
                low=each.low,
                high=each.high,
            )
            for ahead, each in enumerate(forecast(quarters, course=course) if any(quarters) else [])
        ],
    )


def _finest(back: timedelta) -> Resolution:
    return next(
        (
            resolution
            for resolution, stretch in STRETCHES.items()
            if back < stretch.kept and back / timedelta(minutes=stretch.minutes) <= _MOST_POINTS
        ),
        Resolution.DAY,
    )


async def _quarters(
    session: AsyncSession, subject: UUID, now: datetime, first: datetime | None
) -> list[int]:
    """The counts of the quarter-hours that end now, of the last day or since its first post."""
    back = min(_DAY, now - first) if first else timedelta()
    count = int(back / timedelta(minutes=15)) + 1
    begin = now - count * timedelta(minutes=15)
    rows = await _rows(session, subject, STRETCHES[Resolution.MINUTE], begin, now)
    quarters = [0] * count
    for at, row in rows.items():
        index = int((at - begin) / timedelta(minutes=15))
        quarters[max(0, min(index, count - 1))] += row.posts + row.copies
    return quarters


async def _rows(
    session: AsyncSession, subject: UUID, stretch: Stretch, since: datetime, until: datetime
) -> dict[datetime, Any]:
    rows = await session.execute(
        READ_BINS,
        {"subject": subject, "minutes": stretch.minutes, "since": since, "until": until},
    )
    return {row.at.astimezone(UTC): row for row in rows}
