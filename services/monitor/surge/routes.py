"""Endpoints of surges."""

from typing import Annotated
from uuid import UUID

from sqlalchemy import select

from services.monitor.surge import service
from services.monitor.surge.models import WatchSurge
from services.monitor.surge.schemas import SurgeOut, UsualOut
from services.monitor.watches.models import Watch
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.db import database_now
from shared.http import Session, room_router
from shared.paging import PageQuery
from shared.rows import find_row
from shared.schemas import Page

router = room_router("/watches", "watches")

Viewer = Annotated[Actor, allow(Permission.VIEW)]


@router.get("/{watch_id}/surges", operation_id="watches_surges")
async def list_surges(
    watch_id: UUID, session: Session, page: PageQuery, _: Viewer
) -> Page[SurgeOut]:
    """Surges of a watch (突增), newest first."""
    await find_row(session, Watch, watch_id, "watch")
    query = select(WatchSurge).where(WatchSurge.watch_id == watch_id)
    rows, cursor = await page.rows(session, query, WatchSurge.id)
    return Page(items=[SurgeOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.get("/{watch_id}/usual", operation_id="watches_usual")
async def read_usual(watch_id: UUID, session: Session, _: Viewer) -> UsualOut:
    """How many mentions of a watch are usual in each of the coming 24 hours."""
    now = (await database_now(session)).timestamp()
    return UsualOut.model_validate(await service.read_usual(session, watch_id, now))
