"""What happens to warnings, and what the clock makes of it."""

from datetime import datetime

from services.monitor.escalation import service
from services.monitor.escalation.ladder import Ending
from services.monitor.escalation.telling import tell_of_silence, tell_of_warning
from services.monitor.notices.content import Change
from services.monitor.notices.service import close_notice
from services.monitor.routing.service import keep_roster
from shared.contracts.duty import DutyRosterChanged
from shared.contracts.warnings import (
    EscalationEnded,
    WarningAcknowledged,
    WarningDismissed,
    WarningEnded,
    WarningLevelChanged,
    WarningRaised,
)
from shared.deliveries import Delivered
from shared.jobs import Jobs, Work

jobs = Jobs()


@jobs.on(WarningRaised, WarningLevelChanged)
async def tell_people(work: Work, delivered: Delivered[Change]) -> None:
    """Tell whom it concerns, and ask who is on duty to acknowledge."""
    await tell_of_warning(work.session, delivered, work.settings)


@jobs.on(WarningAcknowledged)
async def fall_silent(work: Work, delivered: Delivered[WarningAcknowledged]) -> None:
    """Somebody took note: nobody else is asked."""
    event = delivered.event
    await service.end(work.session, event.warning_id, Ending.ACKNOWLEDGED, event.by)


@jobs.on(WarningDismissed)
async def note_dismissal(work: Work, delivered: Delivered[WarningDismissed]) -> None:
    """Somebody judged that it needs no response: nobody else is asked."""
    event = delivered.event
    await close_notice(work.session, delivered)
    await service.end(work.session, event.warning_id, Ending.DISMISSED, event.by)


@jobs.on(WarningEnded)
async def note_end(work: Work, delivered: Delivered[WarningEnded]) -> None:
    """The story calmed down: nobody is asked any more."""
    await close_notice(work.session, delivered)
    await service.end(work.session, delivered.event.warning_id, Ending.CALMED)


@jobs.on(EscalationEnded)
async def tell_that_nobody_answered(work: Work, delivered: Delivered[EscalationEnded]) -> None:
    """Everybody was asked, or there was nobody to ask: whoever looks after operations hears."""
    if delivered.event.ending == Ending.EXHAUSTED:
        await tell_of_silence(work.session, delivered, work.settings)


@jobs.on(DutyRosterChanged)
async def remember_roster(work: Work, delivered: Delivered[DutyRosterChanged]) -> None:
    """Who is on duty from now on."""
    await keep_roster(work.session, delivered.event)


@jobs.every(5, "monitor.escalations")
async def ask_the_next(work: Work, due_at: datetime) -> None:
    """Ask the next in order where nobody acknowledged in time."""
    await service.step_those_due(work.session)
