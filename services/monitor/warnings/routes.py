"""Endpoints of warnings."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy import select

from services.monitor.warnings import service
from services.monitor.warnings.models import WarningRecord, WarningStatus
from services.monitor.warnings.schemas import DismissalNew, WarningOut
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.contracts.levels import WarningLevel
from shared.http import Session, room_router
from shared.paging import PageQuery
from shared.schemas import Page

router = room_router("/warnings", "warnings")

Viewer = Annotated[Actor, allow(Permission.VIEW)]
Officer = Annotated[Actor, allow(Permission.HANDLE_WARNINGS)]


@router.get("", operation_id="warnings_list")
async def list_warnings(
    session: Session,
    page: PageQuery,
    _: Viewer,
    level: Annotated[list[WarningLevel] | None, Query(description="Only these levels")] = None,
    state: Annotated[list[WarningStatus] | None, Query(description="Only these states")] = None,
    story: Annotated[UUID | None, Query(description="Of this story")] = None,
) -> Page[WarningOut]:
    """Warnings (预警), newest first."""
    query = select(WarningRecord)
    if level:
        query = query.where(WarningRecord.level.in_(level))
    if state:
        query = query.where(WarningRecord.status.in_(state))
    if story is not None:
        query = query.where(WarningRecord.story_id == story)
    rows, cursor = await page.rows(session, query, WarningRecord.id)
    return Page(items=[WarningOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.get("/{warning_id}", operation_id="warnings_get")
async def get_warning(warning_id: UUID, session: Session, _: Viewer) -> WarningOut:
    """One warning with its reasons and evidence."""
    return WarningOut.model_validate(await service.get_warning(session, warning_id))


@router.post("/{warning_id}/acknowledge", operation_id="warnings_acknowledge")
async def acknowledge_warning(warning_id: UUID, session: Session, actor: Officer) -> WarningOut:
    """Take note of a warning (确认)."""
    warning = await service.acknowledge_warning(session, warning_id, actor.ref)
    return WarningOut.model_validate(warning)


@router.post("/{warning_id}/dismiss", operation_id="warnings_dismiss")
async def dismiss_warning(
    warning_id: UUID, new: DismissalNew, session: Session, actor: Officer
) -> WarningOut:
    """Judge that a warning needs no response, and say why; it comes back when it rises."""
    warning = await service.dismiss_warning(session, warning_id, new.reason, actor.ref)
    return WarningOut.model_validate(warning)
