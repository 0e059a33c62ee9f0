"""What response tells of incidents and statements, and the clock that looks for what is back."""

from datetime import datetime

from services.monitor.aftermath import beginning, looking, measuring, service, subjects
from services.monitor.aftermath.beginning import AccountKey
from services.monitor.warnings.service import note_incident
from shared.contracts.aftermath import IncidentSubjectsChanged
from shared.contracts.incidents import (
    IncidentClosed,
    IncidentOpened,
    ResponseActivated,
    ResponseStoodDown,
)
from shared.contracts.statements import StatementPublished, StatementWithdrawn
from shared.deliveries import Delivered
from shared.jobs import Jobs, Lane, Work
from shared.sealing import Sealer

jobs = Jobs()


@jobs.on(IncidentOpened)
async def remember_incident(work: Work, delivered: Delivered[IncidentOpened]) -> None:
    """A warning grew into an incident, or people opened one about what they named."""
    opened = delivered.event
    await note_incident(work.session, opened)
    await subjects.keep(work.session, opened.incident_id, subjects.of_opening(opened))


@jobs.on(IncidentSubjectsChanged)
async def keep_subjects(work: Work, delivered: Delivered[IncidentSubjectsChanged]) -> None:
    """People said anew what an incident is about."""
    told = delivered.event
    await subjects.keep(work.session, told.incident_id, told.subjects)
    await beginning.revise(work.session, told.incident_id, _key(work), over=told.over)


@jobs.on(ResponseActivated)
async def pause(work: Work, delivered: Delivered[ResponseActivated]) -> None:
    """A response goes on: what was followed since its end is what people work on again."""
    await beginning.pause(work.session, delivered.event.incident_id)


@jobs.on(ResponseStoodDown, IncidentClosed)
async def follow_incident(
    work: Work, delivered: Delivered[ResponseStoodDown | IncidentClosed]
) -> None:
    """The response ended: what it was about is followed from now on."""
    closed = isinstance(delivered.event, IncidentClosed)
    await beginning.begin(work.session, delivered.event.incident_id, _key(work), closed=closed)


@jobs.on(StatementPublished)
async def mark_statement(work: Work, delivered: Delivered[StatementPublished]) -> None:
    """A statement is public: reactions are read before and after it."""
    await service.mark_statement(work.session, delivered.event)


@jobs.on(StatementWithdrawn)
async def mark_withdrawn(work: Work, delivered: Delivered[StatementWithdrawn]) -> None:
    """A statement was withdrawn."""
    await service.mark_withdrawn(work.session, delivered.event)


@jobs.every(30, "monitor.aftermath", lane=Lane.STREAM)
async def look_for_returns(work: Work, due_at: datetime) -> None:
    """Look whether what an incident was about is back."""
    resources = work.resources
    await looking.look(work.session, resources.memory, resources.following, _key(work))


@jobs.every(600, "monitor.reactions", lane=Lane.DESK)
async def tell_reactions(work: Work, due_at: datetime) -> None:
    """Tell how matters went on after statements."""
    await measuring.tell_measured(work.session)


def _key(work: Work) -> AccountKey:
    """Tells the same account again, and not who it is: nobody can make it without the key."""
    settings = work.settings

    def key(platform: str, author: str) -> bytes:
        return Sealer.of(settings).sign(f"{platform}\n{author}".encode(), "account")

    return key
