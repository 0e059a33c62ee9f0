"""Filing what the other rooms tell."""

from typing import Any

from services.archive.casefiles import gathering, service
from services.archive.casefiles.records import Filing
from shared.contracts import ROUTES, Room
from shared.contracts.aftermath import IncidentSubjectsChanged
from shared.contracts.event import IncidentEvent, WarningEvent
from shared.contracts.incidents import IncidentClosed, IncidentOpened
from shared.deliveries import Delivered
from shared.jobs import Jobs, Work

jobs = Jobs()

_HEARD = [event for event, rooms in ROUTES.items() if Room.ARCHIVE in rooms]
_OF_WARNINGS = [event for event in _HEARD if issubclass(event, WarningEvent)]
_OF_INCIDENTS = [
    event
    for event in _HEARD
    if issubclass(event, IncidentEvent)
    and event not in (IncidentOpened, IncidentSubjectsChanged, IncidentClosed)
]


@jobs.on(IncidentOpened)
async def open_case_file(work: Work, delivered: Delivered[IncidentOpened]) -> None:
    """An incident was opened: so is its case file, and this is a record of it."""
    case = await gathering.open_case_file(
        work.session, delivered.event, opened_at=delivered.occurred_at
    )
    await service.file_record(work.session, case, Filing.of(delivered))


@jobs.on(*_OF_INCIDENTS)
async def file_event(work: Work, delivered: Delivered[Any]) -> None:
    """Something happened in an incident."""
    await service.file_event(work.session, Filing.of(delivered))


@jobs.on(IncidentSubjectsChanged)
async def file_naming(work: Work, delivered: Delivered[IncidentSubjectsChanged]) -> None:
    """An incident is about something more, or less."""
    await gathering.file_naming(work.session, Filing.of(delivered), delivered.event)


@jobs.on(*_OF_WARNINGS)
async def file_warning(work: Work, delivered: Delivered[Any]) -> None:
    """Something was told of a warning."""
    await gathering.file_warning(work.session, Filing.of(delivered), delivered.event.warning_id)


@jobs.on(IncidentClosed)
async def seal_case_file(work: Work, delivered: Delivered[IncidentClosed]) -> None:
    """An incident was closed: its case file is completed and sealed."""
    await service.file_event(work.session, Filing.of(delivered))
    await service.seal_case_file(work.session, delivered.event.incident_id)
