"""What other rooms tell about incidents."""

from services.response.incidents import following
from services.response.incidents.service import get_incident
from services.response.incidents.timeline import note
from shared.contracts.aftermath import (
    FollowUpBegan,
    FollowUpEnded,
    FollowUpProlonged,
    IncidentStoryChanged,
    ReactionsMeasured,
)
from shared.contracts.event import MonitorIncidentEvent
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
    await following.follow_warning(work.session, delivered.event)


@jobs.on(WarningEnded)
async def note_end_of_warning(work: Work, delivered: Delivered[WarningEnded]) -> None:
    """The story calmed down."""
    await following.note_end_of_warning(work.session, delivered.event)


@jobs.on(IncidentResurged, FollowUpBegan, FollowUpProlonged, FollowUpEnded, ReactionsMeasured)
async def note_aftermath(work: Work, delivered: Delivered[MonitorIncidentEvent]) -> None:
    """The matter of an incident is followed, is back, or went on after a statement."""
    await following.note_aftermath(work.session, delivered.event)


@jobs.on(StoriesMerged, StorySplit, StoryChangeUndone)
async def follow_story_of_warning(
    work: Work, delivered: Delivered[StoriesMerged | StorySplit | StoryChangeUndone]
) -> None:
    """The story was merged or split: the incident goes with its warning."""
    await following.follow_story_of_warning(work.session, delivered.event)


@jobs.on(IncidentStoryChanged)
async def follow_named_story(work: Work, delivered: Delivered[IncidentStoryChanged]) -> None:
    """A story that an incident names was merged or split."""
    await following.follow_named_story(work.session, delivered.event)


@jobs.on(CaseFileOpened)
async def remember_case_file(work: Work, delivered: Delivered[CaseFileOpened]) -> None:
    """Know where the incident's case file is."""
    event = delivered.event
    incident = await get_incident(work.session, event.incident_id)
    incident.case_id = event.case_id


@jobs.on(CaseFileSealed)
async def note_seal(work: Work, delivered: Delivered[CaseFileSealed]) -> None:
    """Show the seal on the timeline."""
    incident = await get_incident(work.session, delivered.event.incident_id)
    await note(work.session, incident.id, delivered.event)
