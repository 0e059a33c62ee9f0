"""Alerts on their way."""

import asyncio
from datetime import datetime

from services.monitor.alerts import service
from services.monitor.alerts.alerters import Alerter, AlertError, Parcel, ReceiverBusyError, pack
from services.monitor.alerts.digests import tell_what_was_held
from services.monitor.alerts.models import Alert
from services.monitor.channels.models import SETTINGS_WEBHOOK
from shared.contracts.warnings import AlertQueued
from shared.deliveries import Delivered
from shared.errors import Conflict
from shared.jobs import Jobs, Work
from shared.runtime import Runtime

jobs = Jobs()


@jobs.on_outside(AlertQueued)
async def send_alert(runtime: Runtime, delivered: Delivered[AlertQueued]) -> None:
    """Make one try to send an alert, and those that wait beside it."""
    async with runtime.transaction() as session:
        alerts = await service.claim_tries(session, delivered.event)
    await asyncio.gather(*(_try(runtime, alert) for alert in alerts))


async def _try(runtime: Runtime, alert: Alert) -> None:
    try:
        alerter, parcel = await _way_of(runtime, alert)
        await alerter.send(parcel)
    except (AlertError, Conflict) as error:
        async with runtime.transaction() as session:
            rests = error.rests if isinstance(error, ReceiverBusyError) else None
            await service.note_failure(session, alert.id, str(error), rests=rests)
        return
    async with runtime.transaction() as session:
        await service.note_arrival(session, alert.id)


@jobs.every(10, "monitor.waiting_alerts")
async def queue_waiting_alerts(work: Work, due_at: datetime) -> None:
    """Try again what could not be sent."""
    await service.queue_waiting_alerts(work.session)


@jobs.every(15, "monitor.held_alerts")
async def tell_together(work: Work, due_at: datetime) -> None:
    """Tell what was held back, in quiet hours that are over or because many came at once."""
    await tell_what_was_held(work.session, public_url=work.settings.public_url)


async def _way_of(runtime: Runtime, alert: Alert) -> tuple[Alerter, Parcel]:
    if alert.channel == SETTINGS_WEBHOOK:
        webhook: Alerter | None = runtime.resources.webhook
        if webhook is None:
            raise AlertError(f"The channel {alert.channel} is not configured any more.")
        parcel = Parcel(
            alert_id=alert.id,
            event_id=alert.event_id,
            channel=alert.channel,
            kind=None,
            address="",
            secret=None,
            language="en",
            message=alert.message,
            acknowledge_url=None,
        )
        return webhook, parcel
    async with runtime.transaction() as session:
        return runtime.resources.channels, await pack(session, alert, runtime.settings)
