"""Endpoints of alerts. They come before those of single warnings: `/warnings/alerts`."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy import select

from services.monitor.alerts.models import Alert, AlertState
from services.monitor.alerts.schemas import AlertOut
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import Session, room_router
from shared.paging import PageQuery
from shared.schemas import Page

router = room_router("/warnings/alerts", "warnings")

Viewer = Annotated[Actor, allow(Permission.VIEW)]


@router.get("", operation_id="alerts_list")
async def list_alerts(
    session: Session,
    page: PageQuery,
    _: Viewer,
    warning: Annotated[UUID | None, Query(description="About this warning")] = None,
    channel: Annotated[str | None, Query(max_length=64)] = None,
    state: Annotated[list[AlertState] | None, Query(description="Only these states")] = None,
) -> Page[AlertOut]:
    """Alerts (告警通知), newest first; `channel=console` are those for the people signed in."""
    query = select(Alert)
    if warning is not None:
        query = query.where(Alert.warning_id == warning)
    if channel is not None:
        query = query.where(Alert.channel == channel)
    if state:
        query = query.where(Alert.state.in_(state))
    rows, cursor = await page.rows(session, query, Alert.id)
    return Page(items=[AlertOut.model_validate(row) for row in rows], next_cursor=cursor)
