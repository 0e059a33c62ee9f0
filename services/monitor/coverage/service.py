"""Learning what sources usually bring, and saying so when one falls silent or speaks again.

Nothing here commits.
"""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.coverage.expectation import HOUR, Usual, learn
from services.monitor.coverage.models import SourceAlarm, SourceUsual
from services.monitor.coverage.reasons import why_recovered, why_silent
from services.monitor.coverage.silence import Condition, Silence, judge
from services.monitor.sources.connectors.registry import KINDS
from services.monitor.sources.models import Source, SourceHealth, SourceHour
from services.monitor.sources.volumes import is_break
from shared.contracts.sources import SilenceCause, SourceRecovered, SourceSilent
from shared.db import database_now
from shared.events import emit

_PAST = timedelta(weeks=8)
_KEPT = timedelta(days=400)
_STALE = timedelta(hours=24)
_LEARNED_AT_ONCE = 50


async def judge_sources(session: AsyncSession) -> None:
    """Raise an alarm about each source that fell silent, once, and end those that are over."""
    now = await database_now(session)
    rows = await session.execute(
        select(Source, SourceUsual.usual)
        .join(SourceUsual, SourceUsual.source_id == Source.id, isouter=True)
        .join(SourceHealth, SourceHealth.source_id == Source.id)
        .where(or_(Source.enabled, SourceHealth.alarm.is_not(None)))
        .order_by(Source.id)
    )
    for source, stored in rows.all():
        silence = _judged(source, Usual.from_json(stored) if stored else None, now)
        if (silence is None) != (source.health.alarm is None):
            await _turn(session, source, silence, now)


def _judged(source: Source, usual: Usual | None, now: datetime) -> Silence | None:
    health = source.health
    if not source.enabled:
        return None
    if health.alarm is SilenceCause.SILENT and not _spoke(health):
        # It lasts until the source speaks: what is usual must not follow the silence.
        return Silence(health.alarm, health.alarm_since or now)
    pushed = KINDS[source.kind].pushed
    every = None if pushed else timedelta(minutes=source.every_minutes)
    condition = Condition(
        quiet_since=_quiet_since(source, every, now),
        reachable_at=health.last_success_at or source.changed_at,
        failures=health.failures,
        every=every,
    )
    return judge(condition, usual, now)


def _spoke(health: SourceHealth) -> bool:
    """Whether it has brought something since its silence began."""
    heard, since = health.last_new_at, health.alarm_since
    return heard is not None and since is not None and heard > since


def _quiet_since(source: Source, every: timedelta | None, now: datetime) -> datetime | None:
    """Since when it had the opportunity to speak, and did not; None where nobody listened."""
    health = source.health
    if health.last_new_at is None:
        return None
    if every is None:
        # It may have been out of service before it was changed.
        return max(health.last_new_at, source.changed_at)
    if is_break(health, now, every):
        return None
    return max(health.last_new_at, health.steady_since or health.last_new_at)


async def _turn(
    session: AsyncSession, source: Source, silence: Silence | None, now: datetime
) -> None:
    """Begin an alarm, or end the one there is; whoever comes second finds it done."""
    health = source.health
    before = health.alarm
    await session.refresh(health, with_for_update=True)
    if health.alarm is not before:
        return
    if silence is not None:
        await _begin(session, source, silence, now)
    elif before is not None:
        await _end(session, source, before, now)


async def _begin(session: AsyncSession, source: Source, silence: Silence, now: datetime) -> None:
    health = source.health
    reason, reason_zh = why_silent(source.name, silence, now, health.last_error)
    event = SourceSilent(
        source_id=source.id,
        name=source.name,
        platform=source.platform,
        cause=silence.cause,
        since=silence.since,
        expected=silence.expected,
        reason=reason,
        reason_zh=reason_zh,
        sample=source.sample,
    )
    health.alarm, health.alarm_since = silence.cause, silence.since
    session.add(
        SourceAlarm(source_id=source.id, began_at=now, notice=event.model_dump(mode="json"))
    )
    await emit(session, event)


async def _end(session: AsyncSession, source: Source, cause: SilenceCause, now: datetime) -> None:
    health = source.health
    since = health.alarm_since or now
    reason, reason_zh = why_recovered(source.name, cause, since, now, enabled=source.enabled)
    health.alarm = health.alarm_since = None
    await session.execute(
        update(SourceAlarm)
        .where(SourceAlarm.source_id == source.id, SourceAlarm.ended_at.is_(None))
        .values(ended_at=now)
    )
    await emit(
        session,
        SourceRecovered(
            source_id=source.id,
            name=source.name,
            platform=source.platform,
            cause=cause,
            since=since,
            recovered_at=now,
            reason=reason,
            reason_zh=reason_zh,
            sample=source.sample,
        ),
    )


async def learn_usuals(session: AsyncSession) -> int:
    """Learn anew what is usual, of sources for which that is a day old; the number of them."""
    now = await database_now(session)
    due = (
        await session.scalars(
            select(Source)
            .join(SourceUsual, SourceUsual.source_id == Source.id, isouter=True)
            .join(SourceHealth, SourceHealth.source_id == Source.id)
            .where(
                Source.enabled,
                SourceHealth.alarm.is_(None),
                or_(SourceUsual.learned_at.is_(None), SourceUsual.learned_at < now - _STALE),
            )
            .limit(_LEARNED_AT_ONCE)
        )
    ).all()
    for source in due:
        usual = learn(await _hours(session, source, now))
        if usual is not None:
            row = insert(SourceUsual).values(
                source_id=source.id, usual=usual.to_json(), learned_at=now
            )
            values = {"usual": row.excluded.usual, "learned_at": row.excluded.learned_at}
            await session.execute(
                row.on_conflict_do_update(index_elements=[SourceUsual.source_id], set_=values)
            )
    await session.execute(delete(SourceHour).where(SourceHour.hour < now - _KEPT))
    return len(due)


async def _hours(
    session: AsyncSession, source: Source, now: datetime
) -> Sequence[tuple[datetime, int]]:
    """The hours in which the source could have spoken, with its new posts, up to its last one: a
    silence that goes on teaches nothing, or it would become usual. The current hour is not over. A
    source that sends by itself can always speak."""
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    heard = source.health.last_new_at
    until = min(this_hour, heard) if heard else this_hour
    rows = await session.execute(
        select(SourceHour.hour, SourceHour.posts)
        .where(
            SourceHour.source_id == source.id,
            SourceHour.hour >= this_hour - _PAST,
            SourceHour.hour < until,
            SourceHour.readings > 0,
        )
        .order_by(SourceHour.hour)
    )
    observed = [(row.hour, row.posts) for row in rows]
    if not observed or not KINDS[source.kind].pushed:
        return observed
    brought = dict(observed)
    span = math.ceil((until - observed[0][0]) / HOUR)
    hours = [observed[0][0] + number * HOUR for number in range(span)]
    return [(hour, brought.get(hour, 0)) for hour in hours]
