"""Use cases of alerts. Each runs in the caller's transaction and commits nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.alerts.alerting import pause_after
from services.monitor.alerts.models import Alert, AlertState
from services.monitor.alerts.pacing import told_together
from services.monitor.channels.models import CONSOLE
from services.monitor.routing.plan import Tell
from shared.contracts.levels import WarningLevel
from shared.contracts.warnings import AlertQueued, AlertSent
from shared.db import database_now
from shared.events import emit
from shared.ids import new_id
from shared.log import get_logger
from shared.rows import lock_row

log = get_logger(__name__)

# A try takes 20 seconds at most. One of which nothing is heard by then (its worker died) is
# followed by the next.
_LOST_AFTER = timedelta(seconds=30)
_WAITING_AT_ONCE = 100
# So many leave at once: a receiver that hangs holds up no other.
_ABREAST = 8


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told: the message, under the id of what happened."""

    event_id: UUID
    title: str
    message: Mapping[str, Any]
    warning_id: UUID | None = None
    level: WarningLevel | None = None


async def tell(
    session: AsyncSession, telling: Telling, tells: Iterable[Tell], *, step: int = 0
) -> None:
    """Put an alert on its way to each; on the console it is at once. What was told is not told
    again: an event alerts each recipient once on each channel at each step. Whoever was told much
    a moment ago is told of this together with what comes next."""
    now = await database_now(session)
    told = list(tells)
    later = await told_together(session, told, now, telling.level)
    for each in told:
        here = each.channel == CONSOLE
        held = each.held_until or later.get((each.channel, each.recipient))
        alert_id = await _put(session, telling, each, step, now, held)
        if alert_id is None or held:
            continue
        if not here:
            await emit(session, AlertQueued(alert_id=alert_id, level=telling.level))
        elif telling.warning_id is not None and telling.level is not None:
            await emit(
                session,
                AlertSent(
                    warning_id=telling.warning_id,
                    channel=each.channel,
                    level=telling.level,
                    recipient=each.recipient or None,
                    step=step or None,
                ),
            )


async def tell_at_once(session: AsyncSession, telling: Telling, to: Tell) -> None:
    """Put an alert on its way out of the house, however much its reader was told a moment ago."""
    now = await database_now(session)
    alert_id = await _put(session, telling, to, 0, now, None)
    if alert_id is not None:
        await emit(session, AlertQueued(alert_id=alert_id))


async def _put(
    session: AsyncSession,
    telling: Telling,
    each: Tell,
    step: int,
    now: datetime,
    held: datetime | None,
) -> UUID | None:
    """The row of an alert; None if it is there already."""
    here = each.channel == CONSOLE
    waits = AlertState.HELD if held else AlertState.SENDING
    put: UUID | None = await session.scalar(
        insert(Alert)
        .values(
            id=new_id(),
            event_id=telling.event_id,
            channel=each.channel,
            recipient=each.recipient,
            step=step,
            warning_id=telling.warning_id,
            level=telling.level,
            title=telling.title,
            message=dict(telling.message),
            state=AlertState.SENT if here else waits,
            attempts=0,
            queued_at=now,
            next_at=None if here else (held or now + _LOST_AFTER),
            sent_at=now if here else None,
        )
        .on_conflict_do_nothing()
        .returning(Alert.id)
    )
    return put


async def claim_tries(session: AsyncSession, queued: AlertQueued) -> list[Alert]:
    """The alert, if the try that `queued` means is still to be made, and beside it some that were
    not tried yet; nobody else makes these tries."""
    now = await database_now(session)
    meant = and_(Alert.id == queued.alert_id, Alert.attempts == queued.attempts)
    claimed = (
        await session.scalars(
            select(Alert)
            .where(Alert.state == AlertState.SENDING, or_(meant, Alert.attempts == 0))
            # The one that is meant, then those of level I: whichever try comes first takes them.
            .order_by(
                (Alert.id == queued.alert_id).desc(),
                (Alert.level == WarningLevel.RED).desc().nulls_last(),
                Alert.id,
            )
            .limit(_ABREAST)
            .with_for_update(skip_locked=True)
        )
    ).all()
    for alert in claimed:
        alert.attempts += 1
        alert.next_at = now + _LOST_AFTER
    return list(claimed)


async def note_arrival(session: AsyncSession, alert_id: UUID) -> None:
    """The alert left the house."""
    alert = await _lock(session, alert_id)
    if alert is None:
        return
    alert.state = AlertState.SENT
    alert.sent_at = await database_now(session)
    alert.error = alert.next_at = None
    await _tell_the_record(session, alert)


async def note_failure(
    session: AsyncSession, alert_id: UUID, why: str, *, rests: timedelta | None = None
) -> None:
    """A try failed: the next one is later, or there have been enough. `rests`: for how long the
    receiver takes nothing at all."""
    alert = await _lock(session, alert_id)
    if alert is None:
        return
    alert.error = why.replace("\x00", "")
    log.warning("alert_failed", alert=str(alert.id), attempts=alert.attempts, error=alert.error)
    pause = pause_after(alert.attempts)
    if pause is not None:
        alert.next_at = await database_now(session) + max(pause, rests or pause)
        return
    alert.state = AlertState.FAILED
    alert.next_at = None
    await _tell_the_record(session, alert)


async def queue_waiting_alerts(session: AsyncSession) -> int:
    """Queue the next try of each alert that is due for it; the number of them."""
    now = await database_now(session)
    waiting = (
        await session.scalars(
            select(Alert)
            .where(Alert.state == AlertState.SENDING, Alert.next_at <= now)
            .order_by((Alert.level == WarningLevel.RED).desc().nulls_last(), Alert.next_at)
            .limit(_WAITING_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
    ).all()
    for alert in waiting:
        alert.next_at = now + _LOST_AFTER
        await emit(
            session, AlertQueued(alert_id=alert.id, attempts=alert.attempts, level=alert.level)
        )
    return len(waiting)


async def withdraw_requests(session: AsyncSession, warning_id: UUID) -> None:
    """Take back what still asks for an acknowledgement that was given, or is not needed any more:
    who is asleep need not wake."""
    await session.execute(
        update(Alert)
        .where(
            Alert.warning_id == warning_id,
            Alert.step > 0,
            Alert.state.in_((AlertState.SENDING, AlertState.HELD)),
        )
        .values(state=AlertState.WITHDRAWN, next_at=None)
    )


async def _lock(session: AsyncSession, alert_id: UUID) -> Alert | None:
    """The alert, if it is still on its way."""
    alert = await lock_row(session, Alert, alert_id)
    return alert if alert is not None and alert.state is AlertState.SENDING else None


async def _tell_the_record(session: AsyncSession, alert: Alert) -> None:
    """Warnings have a record; a test of a channel has none."""
    if alert.warning_id is None or alert.level is None:
        return
    await emit(
        session,
        AlertSent(
            warning_id=alert.warning_id,
            channel=alert.channel,
            level=alert.level,
            error=alert.error,
            recipient=alert.recipient or None,
            step=alert.step or None,
        ),
    )
