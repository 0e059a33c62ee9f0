"""What the monitor tells of the matter of incidents."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.response.incidents.lifecycle import IncidentState, opens_by_itself
from services.response.incidents.models import Incident, IncidentSubject, TimelineEntry
from services.response.incidents.naming import add_subjects, take_main_story
from services.response.incidents.schemas import IncidentNew
from services.response.incidents.service import get_incident, open_incident
from services.response.incidents.subjects import find_by_story, find_by_warning
from services.response.incidents.timeline import note
from shared.contracts.actors import SYSTEM
from shared.contracts.aftermath import (
    IncidentStoryChanged,
    StoryFate,
    Subject,
    SubjectKind,
)
from shared.contracts.event import IncidentEvent
from shared.contracts.stories import StoryChangeEvent
from shared.contracts.warnings import WarningEnded, WarningLevelChanged, WarningNotice


async def follow_warning(session: AsyncSession, warning: WarningNotice) -> Incident | None:
    """Let a warning join the incident that names its story, open one where it is severe enough, or
    raise the one it has.

    A warning that was delivered twice, or that falls, changes no incident.
    """
    incident = await find_by_warning(session, warning.warning_id)
    if incident is None:
        # A rehearsed warning is no part of what is really going on.
        incident = None if warning.drill else await find_by_story(session, warning.story_id)
        if incident is not None:
            await _join(session, incident, warning)
        elif opens_by_itself(warning.level):
            return await _open(session, warning)
        else:
            return None
    elif incident.state is IncidentState.CLOSED:
        return incident
    elif isinstance(warning, WarningLevelChanged):
        await note(session, incident.id, warning, happened_at=warning.warned_at)
    if warning.level.rank > incident.level.rank:
        incident.level = warning.level
    return incident


async def note_end_of_warning(session: AsyncSession, ended: WarningEnded) -> None:
    """Write on the timeline that the story calmed down."""
    incident = await find_by_warning(session, ended.warning_id)
    if incident is not None and incident.state is not IncidentState.CLOSED:
        await note(session, incident.id, ended)


async def note_aftermath(session: AsyncSession, told: IncidentEvent) -> None:
    """Write on the timeline what the follow-up tells, also of a closed incident: a response that
    was stood down can be activated again, and for a closed one people open a new incident."""
    incident = await get_incident(session, told.incident_id)
    await note(session, incident.id, told)


async def follow_story_of_warning(session: AsyncSession, change: StoryChangeEvent) -> None:
    """Let the incident of a warning follow its story, and write down what became of that."""
    incident = await find_by_warning(session, change.warning_id)
    if incident is not None:
        if incident.warning_id == change.warning_id:
            incident.story_id = change.story_id
        if incident.state is not IncidentState.CLOSED:
            await note(session, incident.id, change)


async def follow_named_story(session: AsyncSession, change: IncidentStoryChanged) -> None:
    """Let an incident follow a story that it names. What its warning has told is told once."""
    incident = await get_incident(session, change.incident_id)
    subject = await session.scalar(
        select(IncidentSubject)
        .where(
            IncidentSubject.incident_id == incident.id,
            IncidentSubject.kind == SubjectKind.STORY,
            IncidentSubject.ref == str(change.named_id),
        )
        .with_for_update()
    )
    if subject is not None:
        subject.now_ref = str(change.story_id)
        await session.flush()
    if incident.warning_id is None:
        await take_main_story(session, incident)
    if incident.state is not IncidentState.CLOSED and not await _told(session, incident.id, change):
        await note(session, incident.id, change)


async def _join(session: AsyncSession, incident: Incident, warning: WarningNotice) -> None:
    subject = Subject(kind=SubjectKind.WARNING, ref=str(warning.warning_id))
    await add_subjects(session, incident, [subject], SYSTEM)
    await note(session, incident.id, warning, happened_at=warning.warned_at)


async def _open(session: AsyncSession, warning: WarningNotice) -> Incident:
    facts = IncidentNew(
        title=warning.title[:300],
        summary=_in_both_languages(warning) or warning.title,
        level=warning.level,
        warning_id=warning.warning_id,
        story_id=warning.story_id,
        drill=warning.drill,
        sample=warning.sample,
    )
    return await open_incident(session, facts, SYSTEM)


async def _told(session: AsyncSession, incident_id: UUID, change: IncidentStoryChanged) -> bool:
    """Whether the timeline has this change already, from its warning or another story of it."""
    undone = change.fate is StoryFate.UNDONE
    rows = await session.scalars(
        select(TimelineEntry).where(
            TimelineEntry.incident_id == incident_id,
            TimelineEntry.facts["change_id"].astext == str(change.change_id),
        )
    )
    return any(
        (row.kind == "StoryChangeUndone" or row.facts.get("fate") == StoryFate.UNDONE) is undone
        for row in rows
    )


def _in_both_languages(warning: WarningNotice) -> str:
    """Why the warning has its level. Who opens the incident first reads Chinese or English."""
    chinese = " ".join(reason.text_zh for reason in warning.reasons)
    english = " ".join(reason.text for reason in warning.reasons)
    return f"{chinese}\n{english}".strip()
