"""Endpoints of the register of opinion officers."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Response
from sqlalchemy import select

from services.monitor.officers import service
from services.monitor.officers.models import Officer
from services.monitor.officers.schemas import (
    OfficerNew,
    OfficerOut,
    Standings,
)
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import Session, room_router
from shared.paging import PageQuery
from shared.rows import find_row
from shared.schemas import Page, etag

router = room_router("/officers", "officers")

Monitor = Annotated[Actor, allow(Permission.HANDLE_REPORTS, Permission.EDIT_PATROLS)]
Editor = Annotated[Actor, allow(Permission.EDIT_PATROLS)]


@router.post("", status_code=201, operation_id="officers_create")
async def register_officer(
    new: OfficerNew, session: Session, response: Response, actor: Editor
) -> OfficerOut:
    """Enter an opinion officer (舆情监督员) into the register."""
    officer = await service.register_officer(session, new, actor.ref)
    response.headers["ETag"] = etag(officer.version)
    return OfficerOut.model_validate(officer)


@router.get("", operation_id="officers_list")
async def list_officers(session: Session, page: PageQuery, _: Monitor) -> Page[OfficerOut]:
    """Opinion officers, newest first."""
    rows, cursor = await page.rows(session, select(Officer), Officer.id)
    return Page(items=[OfficerOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.get("/standings", operation_id="officers_standings")
async def list_standings(
    session: Session,
    _: Monitor,
    days: Annotated[int, Query(ge=1, le=3_660, description="How far back")] = 90,
) -> Standings:
    """What the reports of each officer were worth, and how far they were ahead of the system."""
    return Standings(items=await service.standings(session, days))


@router.get("/{officer_id}", operation_id="officers_get")
async def get_officer(
    officer_id: UUID, session: Session, response: Response, _: Monitor
) -> OfficerOut:
    """One officer."""
    officer = await find_row(session, Officer, officer_id, "officer")
    response.headers["ETag"] = etag(officer.version)
    return OfficerOut.model_validate(officer)


@router.put("/{officer_id}", operation_id="officers_put")
async def change_officer(
    officer_id: UUID,
    new: OfficerNew,
    session: Session,
    response: Response,
    _: Editor,
    if_match: Annotated[str | None, Header(description="The ETag that was read")] = None,
) -> OfficerOut:
    """Change an officer's entry; one who leaves the office becomes inactive."""
    officer = await service.change_officer(session, officer_id, new, if_match)
    response.headers["ETag"] = etag(officer.version)
    return OfficerOut.model_validate(officer)
