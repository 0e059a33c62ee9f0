"""Endpoints of watches."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Response
from sqlalchemy import select

from services.monitor.watches import service
from services.monitor.watches.models import Watch
from services.monitor.watches.schemas import PreviewNew, PreviewOut, WatchNew, WatchOut
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import Session, room_router
from shared.paging import PageQuery
from shared.schemas import Page, etag

router = room_router("/watches", "watches")

Viewer = Annotated[Actor, allow(Permission.VIEW)]
Editor = Annotated[Actor, allow(Permission.EDIT_WATCHES)]


@router.post("", status_code=201, operation_id="watches_create")
async def create_watch(new: WatchNew, session: Session, response: Response, _: Editor) -> WatchOut:
    """Put a watch into service (监测方案); it sees what comes from now on."""
    watch = await service.create_watch(session, new)
    response.headers["ETag"] = etag(watch.version)
    return WatchOut.model_validate(watch)


@router.get("", operation_id="watches_list")
async def list_watches(session: Session, page: PageQuery, _: Viewer) -> Page[WatchOut]:
    """Watches, newest first."""
    rows, cursor = await page.rows(session, select(Watch), Watch.id)
    return Page(items=[WatchOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/preview", operation_id="watches_preview")
async def preview(new: PreviewNew, session: Session, _: Viewer) -> PreviewOut:
    """Try an expression on past posts: what it matches, why, and how often."""
    return await service.preview(session, new)


@router.get("/{watch_id}", operation_id="watches_get")
async def get_watch(watch_id: UUID, session: Session, response: Response, _: Viewer) -> WatchOut:
    """One watch."""
    watch = await service.get_watch(session, watch_id)
    response.headers["ETag"] = etag(watch.version)
    return WatchOut.model_validate(watch)


@router.put("/{watch_id}", operation_id="watches_put")
async def change_watch(
    watch_id: UUID,
    new: WatchNew,
    session: Session,
    response: Response,
    _: Editor,
    if_match: Annotated[str | None, Header(description="The ETag that was read")] = None,
) -> WatchOut:
    """Change a watch, or take it out of service with `enabled: false`."""
    watch = await service.change_watch(session, watch_id, new, if_match)
    response.headers["ETag"] = etag(watch.version)
    return WatchOut.model_validate(watch)
