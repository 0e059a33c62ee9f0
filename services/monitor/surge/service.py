"""Feeding the detectors: each watch has one, each bin of five minutes is counted once.

Mentions count by when they reached us, which the id of their post tells: a late one is then part of
what comes late every day, and a bin that is over stays as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.surge.carrying import LEAST_HISTORY, MOST_EMPTY, carrier
from services.monitor.surge.detector import Surge, SurgeDetector
from services.monitor.surge.models import SurgeFeed, WatchBaseline, WatchSurge
from services.monitor.surge.settings import DEFAULT_SETTINGS
from services.monitor.watches.models import Mention, Watch
from shared.rows import find_row

STEP = int(DEFAULT_SETTINGS.step)
# A bin is counted so long after its end: what came in it has been matched by then.
_GRACE = 60.0
# In one transaction; a feed that stood still longer than a week begins anew.
_MOST_BINS = 288
_LONGEST_PAUSE = 7 * 86_400 // STEP
# Older posts are history that was imported, and no sign of what is being said now.
_OLDEST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WatchSurges:
    """The alarm of a watch in a bin."""

    watch_id: UUID
    surge: Surge


async def feed_detectors(session: AsyncSession, now: float) -> list[WatchSurge]:
    """Counts the bins that are over at `now` (epoch seconds) and keeps what surged in them."""
    found: list[WatchSurge] = []
    for number in await _bins(session, now):
        counts = await _counts(session, number)
        for alarm in await _learn(session, number, counts):
            found.append(await _record(session, alarm))
    session.add_all(found)
    return found


async def _bins(session: AsyncSession, now: float) -> range:
    """The bins that are to be counted now; takes the feed's row until the transaction ends."""
    over = int((now - _GRACE) // STEP)
    await session.execute(
        insert(SurgeFeed).values(id=1, next_bin=over).on_conflict_do_nothing(index_elements=["id"])
    )
    first = await session.scalar(select(SurgeFeed.next_bin).with_for_update())
    assert first is not None  # noqa: S101
    if over - first > _LONGEST_PAUSE:
        first = over
    last = min(over, first + _MOST_BINS)
    if last > first:
        await session.execute(update(SurgeFeed).values(next_bin=last))
    return range(first, last)


async def _counts(session: AsyncSession, number: int) -> Mapping[UUID, int]:
    began = datetime.fromtimestamp(number * STEP, tz=UTC)
    rows = await session.execute(
        select(Mention.watch_id, func.count().label("mentions"))
        .where(
            Mention.post_id >= _earliest_id(number * STEP),
            Mention.post_id < _earliest_id((number + 1) * STEP),
            Mention.published_at >= began - _OLDEST,
        )
        .group_by(Mention.watch_id)
    )
    return {row.watch_id: row.mentions for row in rows}


async def _learn(
    session: AsyncSession, number: int, counts: Mapping[UUID, int]
) -> Sequence[WatchSurges]:
    """Takes the counts of one bin; tells the alarms."""
    if not counts:
        return []
    rows = await session.scalars(
        select(WatchBaseline).where(WatchBaseline.watch_id.in_(counts)).with_for_update()
    )
    known = {row.watch_id: row for row in rows}
    alarms = []
    for watch_id, count in counts.items():
        row = known.get(watch_id)
        detector = SurgeDetector.from_state(row.state) if row else SurgeDetector()
        if row is None:
            row = WatchBaseline(watch_id=watch_id, first_bin=number, next_bin=number, state={})
            session.add(row)
        for empty in range(max(row.next_bin, number - MOST_EMPTY), number):
            detector.weigh(empty * STEP, 0.0)
        surge = detector.add(number * STEP, count)
        row.state, row.next_bin = detector.to_state(), number + 1
        if surge and surge.alarm and number - row.first_bin >= LEAST_HISTORY:
            alarms.append(WatchSurges(watch_id, surge))
    return alarms


async def _record(session: AsyncSession, alarm: WatchSurges) -> WatchSurge:
    """The row of an alarm, with the story that carries it."""
    surge = alarm.surge
    until = surge.at + STEP
    rows = await session.execute(
        select(Mention.story_id, func.count().label("mentions"))
        .where(
            Mention.watch_id == alarm.watch_id,
            Mention.post_id >= _earliest_id(until - surge.seconds),
            Mention.post_id < _earliest_id(until),
        )
        .group_by(Mention.story_id)
        .order_by(func.count().desc(), Mention.story_id)
        .limit(1)
    )
    largest = rows.first()
    if largest and not carrier(surge, largest.mentions):
        largest = None
    return WatchSurge(
        watch_id=alarm.watch_id,
        at=datetime.fromtimestamp(until, tz=UTC),
        seconds=surge.seconds,
        count=surge.count,
        expected=surge.expected,
        evidence=surge.evidence,
        story_id=largest.story_id if largest else None,
        story_count=largest.mentions if largest else None,
    )


@dataclass(frozen=True, slots=True)
class Usual:
    """What a watch usually brings: `history_days` learned from; `hours`: mentions in each of the
    coming 24 hours, from the start of the present one."""

    history_days: float
    began: datetime
    hours: tuple[float, ...]


async def read_usual(session: AsyncSession, watch_id: UUID, now: float) -> Usual:
    """What is usual for a watch in the coming day; nothing while nothing was learned.

    Raises:
        NotFound: there is no such watch.
    """
    await find_row(session, Watch, watch_id, "watch")
    row = await session.get(WatchBaseline, watch_id)
    began = int(now // 3_600) * 3_600
    if row is None:
        return Usual(0.0, datetime.fromtimestamp(began, tz=UTC), (0.0,) * 24)
    detector = SurgeDetector.from_state(row.state)
    for empty in range(max(row.next_bin, int(now // STEP) - MOST_EMPTY), int(now // STEP)):
        detector.weigh(empty * STEP, 0.0)
    hours = tuple(
        sum(detector.expect(began + hour * 3_600 + second) for second in range(0, 3_600, STEP))
        for hour in range(24)
    )
    days = (now // STEP - row.first_bin) * STEP / 86_400
    return Usual(days, datetime.fromtimestamp(began, tz=UTC), hours)


def _earliest_id(epoch_seconds: float) -> UUID:
    """The smallest version 7 id of a moment (RFC 9562): milliseconds first."""
    return UUID(int=int(epoch_seconds * 1_000) << 80)
