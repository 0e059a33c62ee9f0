"""Use cases of incidents. Each runs in the caller's transaction and commits nothing."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.response.incidents.lifecycle import Move, after, instead_of
from services.response.incidents.models import Assessment, Incident, incident_numbers
from services.response.incidents.schemas import (
    ActivationNew,
    AssessmentNew,
    ClosingNew,
    GroundsNew,
    IncidentNew,
    NoteNew,
)
from services.response.incidents.subjects import all_named, check_free, first_of, rows_of
from services.response.incidents.timeline import record
from services.response.teams.service import get_group
from shared.contracts.actors import ActorRef
from shared.contracts.aftermath import SubjectKind
from shared.contracts.incidents import (
    ActivationDeclined,
    IncidentAssessed,
    IncidentClosed,
    IncidentOpened,
    ResponseActivated,
    ResponseStoodDown,
    TimelineNoted,
)
from shared.db import database_now
from shared.errors import Conflict, Invalid
from shared.rows import find_row


async def open_incident(session: AsyncSession, new: IncidentNew, by: ActorRef) -> Incident:
    """Open an incident, and tell the leading group and the archive.

    Raises:
        Conflict: the warning has an incident already.
    """
    subjects = all_named(new)
    await check_free(session, subjects)
    now = await database_now(session)
    serial = await session.scalar(select(incident_numbers.next_value()))
    incident = Incident(
        number=f"{now.year}-{serial:04d}",
        title=new.title,
        summary=new.summary,
        level=new.level,
        warning_id=new.warning_id or first_of(SubjectKind.WARNING, subjects),
        story_id=new.story_id or first_of(SubjectKind.STORY, subjects),
        drill=new.drill,
        sample=new.sample,
        opened_by=by.model_dump(mode="json"),
        opened_at=now,
    )
    session.add(incident)
    await session.flush()
    session.add_all(rows_of(incident.id, subjects, by))
    await record(
        session,
        IncidentOpened(
            incident_id=incident.id,
            number=incident.number,
            title=incident.title,
            summary=incident.summary,
            level=incident.level,
            opened_by=by,
            opened_at=now,
            warning_id=incident.warning_id,
            story_id=incident.story_id,
            drill=incident.drill,
            sample=incident.sample,
            subjects=tuple(subjects),
        ),
    )
    return incident


async def assess_incident(
    session: AsyncSession, incident_id: UUID, new: AssessmentNew, by: ActorRef
) -> Assessment:
    """Record a judgement; the newest one gives the incident its level.

    Raises:
        NotFound: no such incident. Conflict: it is closed.
    """
    incident = await get_for_change(session, incident_id, Move.ASSESS)
    assessment = Assessment(
        incident_id=incident.id,
        level=new.level,
        what_happened=new.what_happened,
        impact=new.impact,
        credibility=new.credibility,
        evidence=list(new.evidence),
        assessed_by=by.model_dump(mode="json"),
    )
    session.add(assessment)
    incident.incident_level = new.level
    await session.flush()
    await session.refresh(assessment)
    await record(
        session,
        IncidentAssessed(
            incident_id=incident.id,
            assessment_id=assessment.id,
            level=new.level,
            what_happened=new.what_happened,
            impact=new.impact,
            credibility=new.credibility,
            evidence=tuple(new.evidence),
            by=by,
        ),
    )
    return assessment


async def activate_response(
    session: AsyncSession, incident_id: UUID, new: ActivationNew, by: ActorRef
) -> Incident:
    """The leading group activates the response under a leading group of its choice.

    Raises:
        NotFound: no such incident. Conflict: not assessed yet, or its state does not allow it.
        Invalid: there is no such group.
    """
    incident = await get_for_change(session, incident_id, Move.ACTIVATE)
    if incident.incident_level is None:
        raise Conflict("Assess the incident before you decide on activation.")
    if await get_group(session, new.lead_group) is None:
        raise Invalid(f"/lead_group: there is no group named {new.lead_group}.")
    incident.lead_group = new.lead_group
    incident.incident_level = new.level
    incident.activated_at = incident.activated_at or await database_now(session)
    incident.stood_down_at = None
    await record(
        session,
        ResponseActivated(
            incident_id=incident.id,
            level=new.level,
            lead_group=new.lead_group,
            grounds=new.grounds,
            by=by,
        ),
    )
    return incident


async def decline_activation(
    session: AsyncSession, incident_id: UUID, new: GroundsNew, by: ActorRef
) -> Incident:
    """The leading group decides that no response is needed."""
    incident = await get_for_change(session, incident_id, Move.DECLINE)
    await record(session, ActivationDeclined(incident_id=incident.id, grounds=new.grounds, by=by))
    return incident


async def stand_down(
    session: AsyncSession, incident_id: UUID, new: GroundsNew, by: ActorRef
) -> Incident:
    """End the response; follow-up goes on until the incident is closed."""
    incident = await get_for_change(session, incident_id, Move.STAND_DOWN)
    incident.stood_down_at = await database_now(session)
    await record(session, ResponseStoodDown(incident_id=incident.id, grounds=new.grounds, by=by))
    return incident


async def close_incident(
    session: AsyncSession, incident_id: UUID, new: ClosingNew, by: ActorRef
) -> Incident:
    """Close the incident. The archive checks its case file for gaps and seals it."""
    incident = await get_for_change(session, incident_id, Move.CLOSE)
    incident.closed_at = await database_now(session)
    await record(session, IncidentClosed(incident_id=incident.id, outcome=new.outcome, by=by))
    return incident


async def note_on_timeline(
    session: AsyncSession, incident_id: UUID, new: NoteNew, by: ActorRef
) -> None:
    """Write an entry on the timeline.

    Raises:
        Invalid: it is said to have happened in the future.
    """
    incident = await get_for_change(session, incident_id, Move.NOTE)
    now = await database_now(session)
    happened_at = new.happened_at or now
    if happened_at > now:
        raise Invalid("/happened_at: this lies in the future.")
    await record(
        session,
        TimelineNoted(incident_id=incident.id, text=new.text, happened_at=happened_at, by=by),
        happened_at=happened_at,
    )


async def get_incident(session: AsyncSession, incident_id: UUID) -> Incident:
    """One incident.

    Raises:
        NotFound: there is none with this id.
    """
    return await find_row(session, Incident, incident_id, "incident")


async def get_for_change(session: AsyncSession, incident_id: UUID, move: Move) -> Incident:
    """The incident, locked until the end of the transaction, after it made `move`.

    Every change of an incident, its commands and its statements goes through here, so that what
    happens to one incident happens in one order.

    Raises:
        NotFound: there is none with this id. Conflict: its state does not allow the move.
    """
    incident = await find_row(session, Incident, incident_id, "incident", locked=True)
    state = after(incident.state, move)
    if state is None:
        raise Conflict(f"The incident is {incident.state}. {instead_of(move)}")
    incident.state = state
    return incident
