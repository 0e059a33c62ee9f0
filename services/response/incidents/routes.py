"""Endpoints of incidents."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy import select

from services.response.incidents import naming, service
from services.response.incidents.lifecycle import IncidentState
from services.response.incidents.models import Assessment, Incident, IncidentSubject
from services.response.incidents.schemas import (
    ActivationNew,
    AssessmentNew,
    AssessmentOut,
    ClosingNew,
    GroundsNew,
    IncidentNew,
    IncidentOut,
    NoteNew,
    SubjectOut,
    Subjects,
    SubjectsNew,
    Timeline,
    TimelineEntryOut,
)
from services.response.incidents.subjects import subjects_of
from services.response.incidents.timeline import entries_of
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import Session, room_router
from shared.paging import PageQuery
from shared.schemas import Page, etag

router = room_router("/incidents", "incidents")

Viewer = Annotated[Actor, allow(Permission.VIEW)]
Opener = Annotated[Actor, allow(Permission.OPEN_INCIDENTS)]
Assessor = Annotated[Actor, allow(Permission.ASSESS_INCIDENTS)]
Leader = Annotated[Actor, allow(Permission.ACTIVATE_RESPONSE)]
Closer = Annotated[Actor, allow(Permission.CLOSE_INCIDENTS)]


@router.post("", status_code=201, operation_id="incidents_open")
async def open_incident(new: IncidentNew, session: Session, actor: Opener) -> IncidentOut:
    """Open an incident by hand, or from a warning of any level."""
    return IncidentOut.model_validate(await service.open_incident(session, new, actor.ref))


@router.get("", operation_id="incidents_list")
async def list_incidents(
    session: Session,
    page: PageQuery,
    _: Viewer,
    state: Annotated[list[IncidentState] | None, Query(description="Only these states")] = None,
) -> Page[IncidentOut]:
    """Incidents, newest first."""
    query = select(Incident)
    if state:
        query = query.where(Incident.state.in_(state))
    rows, cursor = await page.rows(session, query, Incident.id)
    return Page(items=[IncidentOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.get("/{incident_id}", operation_id="incidents_get")
async def get_incident(
    incident_id: UUID, session: Session, response: Response, _: Viewer
) -> IncidentOut:
    """One incident as it stands."""
    incident = await service.get_incident(session, incident_id)
    response.headers["ETag"] = etag(incident.version)
    return IncidentOut.model_validate(incident)


@router.get("/{incident_id}/timeline", operation_id="incidents_timeline")
async def get_timeline(incident_id: UUID, session: Session, _: Viewer) -> Timeline:
    """Everything that happened, oldest first (大事记)."""
    await service.get_incident(session, incident_id)
    entries = await session.scalars(entries_of(incident_id))
    return Timeline(items=[TimelineEntryOut.model_validate(entry) for entry in entries])


@router.post("/{incident_id}/timeline", status_code=201, operation_id="incidents_note")
async def note_on_timeline(
    incident_id: UUID, new: NoteNew, session: Session, actor: Assessor
) -> Timeline:
    """Write an entry on the timeline."""
    await service.note_on_timeline(session, incident_id, new, actor.ref)
    return await get_timeline(incident_id, session, actor)


@router.get("/{incident_id}/subjects", operation_id="subjects_list")
async def list_subjects(incident_id: UUID, session: Session, _: Viewer) -> Subjects:
    """What the incident is about (所涉内容): stories, warnings, posts, links. After the response
    the monitor follows it."""
    await service.get_incident(session, incident_id)
    return _named(await subjects_of(session, incident_id))


@router.post("/{incident_id}/subjects", status_code=201, operation_id="subjects_add")
async def name_subjects(
    incident_id: UUID, new: SubjectsNew, session: Session, actor: Assessor
) -> Subjects:
    """Name what else the incident is about, after its closing too."""
    return _named(await naming.name_subjects(session, incident_id, new, actor.ref))


@router.delete(
    "/{incident_id}/subjects/{subject_id}", status_code=204, operation_id="subjects_remove"
)
async def remove_subject(
    incident_id: UUID, subject_id: UUID, session: Session, actor: Assessor
) -> None:
    """Take back that the incident is about something; the record keeps that it was named."""
    await naming.remove_subject(session, incident_id, subject_id, actor.ref)


@router.post("/{incident_id}/assessments", status_code=201, operation_id="incidents_assess")
async def assess_incident(
    incident_id: UUID, new: AssessmentNew, session: Session, actor: Assessor
) -> AssessmentOut:
    """Judge what happened, how far it reaches and how severe it is (研判)."""
    assessment = await service.assess_incident(session, incident_id, new, actor.ref)
    return AssessmentOut.model_validate(assessment)


@router.get("/{incident_id}/assessments", operation_id="assessments_list")
async def list_assessments(
    incident_id: UUID, session: Session, page: PageQuery, _: Viewer
) -> Page[AssessmentOut]:
    """All judgements of an incident, newest first."""
    await service.get_incident(session, incident_id)
    query = select(Assessment).where(Assessment.incident_id == incident_id)
    rows, cursor = await page.rows(session, query, Assessment.id)
    return Page(items=[AssessmentOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/{incident_id}/activate", operation_id="incidents_activate")
async def activate_response(
    incident_id: UUID, new: ActivationNew, session: Session, actor: Leader
) -> IncidentOut:
    """Activate the response (启动响应)."""
    return await _changed(
        session, await service.activate_response(session, incident_id, new, actor.ref)
    )


@router.post("/{incident_id}/decline", operation_id="incidents_decline")
async def decline_activation(
    incident_id: UUID, new: GroundsNew, session: Session, actor: Leader
) -> IncidentOut:
    """Decide that no response is needed, and say why."""
    return await _changed(
        session, await service.decline_activation(session, incident_id, new, actor.ref)
    )


@router.post("/{incident_id}/stand-down", operation_id="incidents_stand_down")
async def stand_down(
    incident_id: UUID, new: GroundsNew, session: Session, actor: Leader
) -> IncidentOut:
    """End the response (终止响应)."""
    return await _changed(session, await service.stand_down(session, incident_id, new, actor.ref))


@router.post("/{incident_id}/close", operation_id="incidents_close")
async def close_incident(
    incident_id: UUID, new: ClosingNew, session: Session, actor: Closer
) -> IncidentOut:
    """Close the incident; its case file is checked for gaps and sealed."""
    return await _changed(
        session, await service.close_incident(session, incident_id, new, actor.ref)
    )


def _named(subjects: Sequence[IncidentSubject]) -> Subjects:
    return Subjects(items=[SubjectOut.model_validate(each) for each in subjects])


async def _changed(session: Session, incident: Incident) -> IncidentOut:
    await session.flush()
    return IncidentOut.model_validate(incident)
