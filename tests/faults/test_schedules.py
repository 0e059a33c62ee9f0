"""What is due runs once, whoever keeps the clock, and however wrong that is."""

from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import text

from tests.faults.counting_room import CLOCK, TICK_SECONDS
from tests.faults.workshop import Workshop

LEASE = 2.0
TICKS = 6


async def test_two_schedulers_with_clocks_apart_and_one_killed_double_and_miss_nothing(
    workshop: Workshop,
) -> None:
    first = workshop.worker(lease_seconds=str(LEASE))
    second = workshop.worker(lease_seconds=str(LEASE), **{CLOCK: "90"})

    async def ticked() -> int:
        return len(await _ticks(workshop))

    await workshop.until(ticked, lambda count: count >= TICKS // 2, 30)
    first.kill()
    await workshop.until(ticked, lambda count: count >= TICKS, 30)
    due = sorted(await _ticks(workshop))
    assert len(set(due)) == len(due), "one ran twice"
    gaps = {after - before for before, after in pairwise(due)}
    assert gaps == {timedelta(seconds=TICK_SECONDS)}, "one was missed"
    assert second.lives


async def _ticks(workshop: Workshop) -> list[datetime]:
    async with workshop.runtime.transaction() as session:
        return list(await session.scalars(text("SELECT due_at FROM faults.ticks")))
