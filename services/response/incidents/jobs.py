"""What other rooms tell about incidents."""

from services.response.incidents import service
from shared.contracts.incidents import IncidentResurged
from shared.contracts.records import CaseFileOpened, CaseFileSealed
from shared.contracts.stories import StoriesMerged, StoryChangeUndone, StorySplit
from shared.contracts.warnings import WarningEnded, WarningLevelChanged, WarningRaised
from shared.deliveries import Delivered
from shared.jobs import Jobs, Work

jobs = Jobs()


@jobs.on(WarningRaised, WarningLevelChanged)
async def follow_warning(
    work: Work, delivered: Delivered[WarningRaised | WarningLevelChanged]
) -> None:
    """A severe warning opens an incident by itself, a rising one raises it."""
    await service.follow_warning(work.session, delivered.event)


@jobs.on(WarningEnded)
async def note_end_of_warning(work: Work, delivered: Delivered[WarningEnded]) -> None:
    """The story calmed down."""
    await service.note_end_of_warning(work.session, delivered.event)


@jobs.on(IncidentResurged)
async def note_return(work: Work, delivered: Delivered[IncidentResurged]) -> None:
    """The matter of an incident is back."""
    await service.note_return(work.session, delivered.event)


@jobs.on(StoriesMerged, StorySplit, StoryChangeUndone)
async def follow_story(
    work: Work, delivered: Delivered[StoriesMerged | StorySplit | StoryChangeUndone]
) -> None:
    """The story was merged or split: the incident goes with its warning."""
    await service.follow_story(work.session, delivered.event)


@jobs.on(CaseFileOpened)
async def remember_case_file(work: Work, delivered: Delivered[CaseFileOpened]) -> None:
    """Know where the incident's case file is."""
    event = delivered.event
    incident = await service.get_incident(work.session, event.incident_id)
    incident.case_id = event.case_id


@jobs.on(CaseFileSealed)
async def note_seal(work: Work, delivered: Delivered[CaseFileSealed]) -> None:
    """Show the seal on the timeline."""
    await service.note_seal(work.session, delivered.event)
