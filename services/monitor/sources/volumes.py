"""Counting what a source brings, hour by hour."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.posts.schemas import Outcome, PostResult
from services.monitor.sources.models import SourceHealth, SourceHour

TAKEN = (Outcome.ACCEPTED, Outcome.REVISED)
# A reading that comes later than this after its time means that nobody read meanwhile.
_SLACK = timedelta(minutes=20)


async def note_arrivals(
    session: AsyncSession, health: SourceHealth, results: Sequence[PostResult], now: datetime
) -> None:
    """Count the posts of a reading that went well, or of a push. `health` is locked."""
    fresh = sum(result.status is Outcome.ACCEPTED for result in results)
    known = sum(result.status is not Outcome.REJECTED for result in results) - fresh
    health.posts += sum(result.status in TAKEN for result in results)
    if fresh:
        health.last_new_at = now
    first = health.last_success_at is None
    await _count(session, health, now, readings=1, posts=0 if first else fresh, known=known)


async def note_miss(session: AsyncSession, health: SourceHealth, now: datetime) -> None:
    """Count a reading that failed."""
    await _count(session, health, now, failures=1)


def is_break(health: SourceHealth, now: datetime, every: timedelta) -> bool:
    """Whether nobody read the source for a while before this reading."""
    last = health.last_success_at
    return last is None or health.failures > 0 or now - last > 2 * every + _SLACK


async def _count(session: AsyncSession, health: SourceHealth, now: datetime, **counts: int) -> None:
    columns = {"readings": 0, "failures": 0, "posts": 0, "known": 0} | counts
    row = insert(SourceHour).values(
        source_id=health.source_id,
        hour=now.replace(minute=0, second=0, microsecond=0),
        **columns,
    )
    added = {name: getattr(SourceHour, name) + row.excluded[name] for name in columns}
    await session.execute(
        row.on_conflict_do_update(
            index_elements=[SourceHour.source_id, SourceHour.hour], set_=added
        )
    )
