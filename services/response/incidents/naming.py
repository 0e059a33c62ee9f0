"""People, and the system by rule, name what an incident is about: after its closing too, as it is
followed by that."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.response.incidents.lifecycle import IncidentState
from services.response.incidents.models import Incident, IncidentSubject
from services.response.incidents.schemas import SubjectsNew
from services.response.incidents.subjects import check_free, first_of, rows_of, subjects_of
from services.response.incidents.timeline import record
from shared.contracts.actors import ActorRef
from shared.contracts.aftermath import IncidentSubjectsChanged, Subject, SubjectKind
from shared.errors import Invalid, NotFound
from shared.rows import find_row

MOST_SUBJECTS = 200
_OVER = frozenset({IncidentState.STOOD_DOWN, IncidentState.CLOSED})


async def name_subjects(
    session: AsyncSession, incident_id: UUID, new: SubjectsNew, by: ActorRef
) -> Sequence[IncidentSubject]:
    """Name what else an incident is about; what is named already stays as it is.

    Raises:
        NotFound: no such incident. Conflict: a warning belongs to an incident. Invalid: too many.
    """
    incident = await find_row(session, Incident, incident_id, "incident", locked=True)
    await add_subjects(session, incident, [each.told for each in new.subjects], by)
    return await subjects_of(session, incident_id)


async def add_subjects(
    session: AsyncSession, incident: Incident, named: Iterable[Subject], by: ActorRef
) -> None:
    """Add subjects to an incident that is locked, and tell."""
    known = await subjects_of(session, incident.id)
    before = {each.told for each in known}
    added = [each for each in dict.fromkeys(named) if each not in before]
    if not added:
        return
    if len(known) + len(added) > MOST_SUBJECTS:
        raise Invalid(f"/subjects: an incident is about at most {MOST_SUBJECTS} things.")
    await check_free(session, added)
    session.add_all(rows_of(incident.id, added, by))
    incident.warning_id = incident.warning_id or first_of(SubjectKind.WARNING, added)
    incident.story_id = incident.story_id or first_of(SubjectKind.STORY, added)
    await session.flush()
    await _tell(session, incident, by, added=added)


async def remove_subject(
    session: AsyncSession, incident_id: UUID, subject_id: UUID, by: ActorRef
) -> None:
    """Take back that an incident is about something. The warning that it grew out of stays.

    Raises:
        NotFound: no such incident, or it is not about this. Invalid: it grew out of this warning.
    """
    incident = await find_row(session, Incident, incident_id, "incident", locked=True)
    subject = await session.get(IncidentSubject, subject_id)
    if subject is None or subject.incident_id != incident.id:
        raise NotFound("The incident names no subject with this id.")
    if subject.kind is SubjectKind.WARNING and subject.ref == str(incident.warning_id):
        raise Invalid("The incident grew out of this warning: it stays with it.")
    removed = subject.told
    await session.delete(subject)
    await session.flush()
    if removed.kind is SubjectKind.STORY and incident.warning_id is None:
        await take_main_story(session, incident)
    await _tell(session, incident, by, removed=[removed])


async def take_main_story(session: AsyncSession, incident: Incident) -> None:
    """Let an incident without a warning show the first of its stories, where that is now."""
    stories = (
        each for each in await subjects_of(session, incident.id) if each.kind is SubjectKind.STORY
    )
    first = next(stories, None)
    incident.story_id = UUID(first.now_ref) if first else None


async def _tell(
    session: AsyncSession,
    incident: Incident,
    by: ActorRef,
    *,
    added: Sequence[Subject] = (),
    removed: Sequence[Subject] = (),
) -> None:
    await record(
        session,
        IncidentSubjectsChanged(
            incident_id=incident.id,
            subjects=tuple(each.told for each in await subjects_of(session, incident.id)),
            added=tuple(added),
            removed=tuple(removed),
            over=incident.state in _OVER,
            by=by,
        ),
    )
