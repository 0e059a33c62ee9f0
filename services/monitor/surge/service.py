"""Feeding the detectors: each watch has one, each bin of five minutes is counted once.

Mentions count by when they reached us, which the id of their post tells: a late one is then part of
what comes late every day, and a bin that is over stays as it is. Where much older ones come at
once, history was imported: what is usual is learned anew from all that is stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.posts.models import Mention
from services.monitor.surge.carrying import LEAST_HISTORY, MOST_EMPTY, carrier
from services.monitor.surge.detector import Surge, SurgeDetector
from services.monitor.surge.freshness import count_stale
from services.monitor.surge.models import SurgeFeed, WatchBaseline, WatchSurge
from services.monitor.surge.settings import DEFAULT_SETTINGS
from services.monitor.surge.warming import warm_detector
from services.monitor.watches.models import Watch
from shared.ids import first_id
from shared.rows import find_row

STEP = int(DEFAULT_SETTINGS.step)
# A bin is counted so long after its end: what came in it has been matched by then.
_GRACE = 60.0
# In one transaction; a feed that stood still longer than a week begins anew.
_MOST_BINS = 288
_LONGEST_PAUSE = 7 * 86_400 // STEP
# Older posts are history that was imported, and no sign of what is being said now.
_OLDEST = timedelta(days=1)
# So many of them in one bin, and at least as many as a usual day has, are worth learning from.
_LEAST_IMPORTED = 20


@dataclass(frozen=True, slots=True)
class Arrived:
    """Mentions of a watch that reached us in a bin: those that say what is being said now, and
    `imported` ones, from a day to four weeks old."""

    fresh: int
    imported: int


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


async def _counts(session: AsyncSession, number: int) -> Mapping[UUID, Arrived]:
    began = datetime.fromtimestamp(number * STEP, tz=UTC)
    fresh = Mention.published_at >= began - _OLDEST
    rows = await session.execute(
        select(
            Mention.watch_id,
            func.count().filter(fresh).label("fresh"),
            func.count().filter(~fresh).label("imported"),
        )
        .where(
            Mention.post_id >= first_id(began),
            Mention.post_id < first_id(began + timedelta(seconds=STEP)),
            Mention.published_at >= began - timedelta(seconds=MOST_EMPTY * STEP),
        )
        .group_by(Mention.watch_id)
    )
    return {row.watch_id: Arrived(row.fresh, row.imported) for row in rows}


async def _learn(
    session: AsyncSession, number: int, counts: Mapping[UUID, Arrived]
) -> Sequence[WatchSurges]:
    """Takes the counts of one bin; tells the alarms."""
    if not counts:
        return []
    rows = await session.scalars(
        select(WatchBaseline).where(WatchBaseline.watch_id.in_(counts)).with_for_update()
    )
    known = {row.watch_id: row for row in rows}
    alarms = []
    for watch_id, arrived in counts.items():
        row = known.get(watch_id)
        detector = _caught_up(row, number) if row else SurgeDetector()
        if row is None or _is_import(arrived, detector, number):
            detector, first = await warm_detector(session, watch_id, number)
            if row is None:
                row = WatchBaseline(watch_id=watch_id, first_bin=first, next_bin=number, state={})
                session.add(row)
            row.first_bin = min(row.first_bin, first)
        surge = detector.add(number * STEP, arrived.fresh)
        if surge and surge.alarm:
            stale = await count_stale(session, watch_id, surge, _OLDEST)
            if carrier(surge, stale):
                detector.retract()
            elif number - row.first_bin >= LEAST_HISTORY:
                alarms.append(WatchSurges(watch_id, surge))
        row.state, row.next_bin = detector.to_state(), number + 1
    return alarms


def _caught_up(row: WatchBaseline, number: int) -> SurgeDetector:
    """The detector of a watch, with the bins without a mention before `number`."""
    detector = SurgeDetector.from_state(row.state)
    for empty in range(max(row.next_bin, number - MOST_EMPTY), number):
        detector.weigh(empty * STEP, 0.0)
    return detector


def _is_import(arrived: Arrived, detector: SurgeDetector, number: int) -> bool:
    if arrived.imported < _LEAST_IMPORTED:
        return False
    day = range(number * STEP, number * STEP + 86_400, STEP)
    return arrived.imported >= sum(detector.expect(at) for at in day)


async def _record(session: AsyncSession, alarm: WatchSurges) -> WatchSurge:
    """The row of an alarm, with the story that carries it."""
    surge = alarm.surge
    until = datetime.fromtimestamp(surge.at + STEP, tz=UTC)
    rows = await session.execute(
        select(Mention.story_id, func.count().label("mentions"))
        .where(
            Mention.watch_id == alarm.watch_id,
            Mention.post_id >= first_id(until - timedelta(seconds=surge.seconds)),
            Mention.post_id < first_id(until),
            Mention.published_at >= datetime.fromtimestamp(surge.at, tz=UTC) - _OLDEST,
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
        at=until,
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
    detector = _caught_up(row, int(now // STEP))
    hours = tuple(
        sum(detector.expect(began + hour * 3_600 + second) for second in range(0, 3_600, STEP))
        for hour in range(24)
    )
    days = (now // STEP - row.first_bin) * STEP / 86_400
    return Usual(days, datetime.fromtimestamp(began, tz=UTC), hours)
