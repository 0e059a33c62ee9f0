"""What incidents are about: which rows stand for it, and which incident a thing belongs to."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.response.incidents.lifecycle import IncidentState
from services.response.incidents.models import Incident, IncidentSubject
from services.response.incidents.schemas import IncidentNew
from shared.contracts.actors import ActorRef
from shared.contracts.aftermath import Subject, SubjectKind
from shared.errors import Conflict


def all_named(new: IncidentNew) -> list[Subject]:
    """What a new incident is about, each once. A story that is named beside its warning goes with
    that warning; alone it is a subject of its own."""
    named = [subject.told for subject in new.subjects]
    if new.story_id is not None and new.warning_id is None:
        named.insert(0, Subject(kind=SubjectKind.STORY, ref=str(new.story_id)))
    if new.warning_id is not None:
        named.insert(0, Subject(kind=SubjectKind.WARNING, ref=str(new.warning_id)))
    return list(dict.fromkeys(named))


def first_of(kind: SubjectKind, subjects: Iterable[Subject]) -> UUID | None:
    """The first warning, story or post among what an incident is about."""
    return next((UUID(each.ref) for each in subjects if each.kind is kind), None)


def rows_of(incident_id: UUID, subjects: Iterable[Subject], by: ActorRef) -> list[IncidentSubject]:
    """The rows of what is named."""
    return [
        IncidentSubject(
            incident_id=incident_id,
            kind=each.kind,
            ref=each.ref,
            now_ref=each.ref,
            added_by=by.model_dump(mode="json"),
        )
        for each in subjects
    ]


async def subjects_of(session: AsyncSession, incident_id: UUID) -> Sequence[IncidentSubject]:
    """What an incident is about, in the order in which it was named."""
    query = select(IncidentSubject).where(IncidentSubject.incident_id == incident_id)
    return (await session.scalars(query.order_by(IncidentSubject.id))).all()


async def check_free(session: AsyncSession, subjects: Iterable[Subject]) -> None:
    """Make sure that no warning among these belongs to an incident.

    Raises:
        Conflict: one does.
    """
    for each in subjects:
        if each.kind is SubjectKind.WARNING:
            incident = await find_by_warning(session, UUID(each.ref))
            if incident is not None:
                raise Conflict(
                    f"This warning has an incident already: {incident.number} ({incident.id})."
                )


async def find_by_warning(session: AsyncSession, warning_id: UUID) -> Incident | None:
    """The incident that grew out of a warning, or names it as its matter, locked, or None."""
    named = select(IncidentSubject.incident_id).where(
        IncidentSubject.kind == SubjectKind.WARNING, IncidentSubject.now_ref == str(warning_id)
    )
    found: Incident | None = await session.scalar(
        select(Incident)
        .where(or_(Incident.warning_id == warning_id, Incident.id.in_(named)))
        .order_by(Incident.id)
        .limit(1)
        .with_for_update()
    )
    return found


async def find_by_story(session: AsyncSession, story_id: UUID) -> Incident | None:
    """The oldest incident that names a story as its matter and is not closed, locked, or None.

    A drill is about what really happened elsewhere or never: it is not the answer to a warning.
    """
    named = select(IncidentSubject.incident_id).where(
        IncidentSubject.kind == SubjectKind.STORY, IncidentSubject.now_ref == str(story_id)
    )
    found: Incident | None = await session.scalar(
        select(Incident)
        .where(
            Incident.id.in_(named),
            Incident.state != IncidentState.CLOSED,
            Incident.drill.is_(False),
        )
        .order_by(Incident.id)
        .limit(1)
        .with_for_update()
    )
    return found
