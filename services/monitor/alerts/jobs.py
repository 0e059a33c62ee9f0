"""Warnings that reach people."""

from datetime import datetime

from services.monitor.alerts import service
from services.monitor.alerts.alerters import AlertError
from services.monitor.alerts.alerting import Alarm
from shared.contracts.warnings import AlertQueued, WarningLevelChanged, WarningRaised
from shared.deliveries import Delivered
from shared.jobs import Jobs, Work
from shared.runtime import Runtime

jobs = Jobs()


@jobs.on(WarningRaised, WarningLevelChanged)
async def alert_people(work: Work, delivered: Delivered[Alarm]) -> None:
    """Put the alert on the console, and on its way everywhere else."""
    await service.raise_alerts(
        work.session,
        delivered,
        work.resources.alerters,
        public_url=work.settings.public_url,
    )


@jobs.on_outside(AlertQueued)
async def send_alert(runtime: Runtime, delivered: Delivered[AlertQueued]) -> None:
    """Make one try to send an alert."""
    async with runtime.transaction() as session:
        alert = await service.claim_try(session, delivered.event)
    if alert is None:
        return
    try:
        alerter = runtime.resources.alerters.get(alert.channel)
        if alerter is None:
            raise AlertError(f"The channel {alert.channel} is not configured any more.")
        await alerter.send(alert.message, key=alert.event_id)
    except AlertError as error:
        async with runtime.transaction() as session:
            await service.note_failure(session, alert.id, error)
        return
    async with runtime.transaction() as session:
        await service.note_arrival(session, alert.id)


@jobs.every(10, "monitor.waiting_alerts")
async def queue_waiting_alerts(work: Work, due_at: datetime) -> None:
    """Try again what could not be sent."""
    await service.queue_waiting_alerts(work.session)
