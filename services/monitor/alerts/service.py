"""Use cases of alerts. Each runs in the caller's transaction and commits nothing."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.alerts.alerters import AlertError
from services.monitor.alerts.alerting import Alarm, calls_for_people, message_of, pause_after
from services.monitor.alerts.models import Alert, AlertState
from shared.contracts.warnings import AlertQueued, AlertSent
from shared.db import database_now
from shared.deliveries import Delivered
from shared.events import emit
from shared.ids import new_id
from shared.log import get_logger

log = get_logger(__name__)

CONSOLE = "console"
# A try of which nothing is heard (its worker died) is followed by the next after this.
_LOST_AFTER = timedelta(seconds=60)
_WAITING_AT_ONCE = 100


async def raise_alerts(
    session: AsyncSession,
    delivered: Delivered[Alarm],
    channels: Iterable[str],
    *,
    public_url: str,
) -> None:
    """Tell people of a new warning or a rise: on the console at once, and on each of `channels` as
    soon as it takes the message. What falls tells nobody; what was told is not told again."""
    event = delivered.event
    if not calls_for_people(event):
        return
    message = message_of(event, occurred_at=delivered.occurred_at, public_url=public_url)
    now = await database_now(session)
    for channel in (CONSOLE, *channels):
        here = channel == CONSOLE
        alert_id = await session.scalar(
            insert(Alert)
            .values(
                id=new_id(),
                event_id=delivered.id,
                channel=channel,
                warning_id=event.warning_id,
                level=event.level,
                title=event.title,
                message=message,
                state=AlertState.SENT if here else AlertState.SENDING,
                attempts=0,
                queued_at=now,
                next_at=None if here else now + _LOST_AFTER,
                sent_at=now if here else None,
            )
            .on_conflict_do_nothing()
            .returning(Alert.id)
        )
        if alert_id is None:
            continue
        if here:
            await emit(session, _sent(event, channel))
        else:
            await emit(session, AlertQueued(alert_id=alert_id))


async def claim_try(session: AsyncSession, queued: AlertQueued) -> Alert | None:
    """The alert, if the try that `queued` means is still to be made; then nobody else makes it."""
    now = await database_now(session)
    found: Alert | None = await session.scalar(
        update(Alert)
        .where(
            Alert.id == queued.alert_id,
            Alert.state == AlertState.SENDING,
            Alert.attempts == queued.attempts,
        )
        .values(attempts=Alert.attempts + 1, next_at=now + _LOST_AFTER)
        .returning(Alert)
    )
    return found


async def note_arrival(session: AsyncSession, alert_id: UUID) -> None:
    """The alert left the house."""
    alert = await _lock(session, alert_id)
    if alert is None:
        return
    alert.state = AlertState.SENT
    alert.sent_at = await database_now(session)
    alert.error = alert.next_at = None
    await emit(session, _sent(alert, alert.channel))


async def note_failure(session: AsyncSession, alert_id: UUID, error: AlertError) -> None:
    """A try failed: the next one is later, or there have been enough."""
    alert = await _lock(session, alert_id)
    if alert is None:
        return
    alert.error = str(error).replace("\x00", "")
    log.warning("alert_failed", alert=str(alert.id), attempts=alert.attempts, error=alert.error)
    pause = pause_after(alert.attempts)
    if pause is not None:
        alert.next_at = await database_now(session) + pause
        return
    alert.state = AlertState.FAILED
    alert.next_at = None
    await emit(session, _sent(alert, alert.channel, alert.error))


async def queue_waiting_alerts(session: AsyncSession) -> int:
    """Queue the next try of each alert that is due for it; the number of them."""
    now = await database_now(session)
    waiting = (
        await session.scalars(
            select(Alert)
            .where(Alert.state == AlertState.SENDING, Alert.next_at <= now)
            .order_by(Alert.next_at)
            .limit(_WAITING_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
    ).all()
    for alert in waiting:
        alert.next_at = now + _LOST_AFTER
        await emit(session, AlertQueued(alert_id=alert.id, attempts=alert.attempts))
    return len(waiting)


async def _lock(session: AsyncSession, alert_id: UUID) -> Alert | None:
    """The alert, if it is still on its way."""
    alert = await session.get(Alert, alert_id, with_for_update=True)
    return alert if alert is not None and alert.state is AlertState.SENDING else None


def _sent(about: Alarm | Alert, channel: str, error: str | None = None) -> AlertSent:
    return AlertSent(warning_id=about.warning_id, channel=channel, level=about.level, error=error)
