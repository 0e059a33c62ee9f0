"""Endpoints of surges."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.monitor.surge import queries, service
from services.monitor.surge.schemas import HoursOut, SurgeOut, UsualOut
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.db import database_now
from shared.http import Session, room_router
from shared.paging import PageQuery
from shared.schemas import Page

router = room_router("/watches", "watches")

Viewer = Annotated[Actor, allow(Permission.VIEW)]


@router.get("/{watch_id}/surges", operation_id="watches_surges")
async def list_surges(
    watch_id: UUID, session: Session, page: PageQuery, _: Viewer
) -> Page[SurgeOut]:
    """Surges of a watch (突增), newest first, each with the story that carries it."""
    items, cursor = await queries.list_surges(session, watch_id, page)
    return Page(items=items, next_cursor=cursor)


@router.get("/{watch_id}/hours", operation_id="watches_hours")
async def read_hours(
    watch_id: UUID,
    session: Session,
    _: Viewer,
    days: Annotated[int, Query(ge=1, le=28, description="How far back")] = 7,
) -> HoursOut:
    """Mentions of a watch hour by hour, beside what was usual, and whether the last day is."""
    return await queries.read_hours(session, watch_id, days)


@router.get("/{watch_id}/usual", operation_id="watches_usual")
async def read_usual(watch_id: UUID, session: Session, _: Viewer) -> UsualOut:
    """How many mentions of a watch are usual in each of the coming 24 hours."""
    now = (await database_now(session)).timestamp()
    return UsualOut.model_validate(await service.read_usual(session, watch_id, now))
