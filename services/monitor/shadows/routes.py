"""Endpoints of shadows."""

from typing import Annotated
from uuid import UUID

from fastapi import Header
from sqlalchemy import select

from services.monitor.shadows import service
from services.monitor.shadows.models import Shadow
from services.monitor.shadows.schemas import ShadowNew, ShadowOut
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import Session, room_router
from shared.paging import PageQuery
from shared.schemas import Page

router = room_router("/watches", "watches")

Viewer = Annotated[Actor, allow(Permission.VIEW)]
Editor = Annotated[Actor, allow(Permission.EDIT_WATCHES)]


@router.get("/{watch_id}/shadows", operation_id="shadows_list")
async def list_shadows(
    watch_id: UUID, session: Session, page: PageQuery, _: Viewer
) -> Page[ShadowOut]:
    """Settings in shadow of a watch (影子阈值), newest first, those that were decided on too."""
    query = select(Shadow).where(Shadow.watch_id == watch_id)
    rows, cursor = await page.rows(session, query, Shadow.id)
    return Page(items=[await service.told(session, row) for row in rows], next_cursor=cursor)


@router.post("/{watch_id}/shadow", status_code=201, operation_id="shadows_start")
async def start_shadow(
    watch_id: UUID, new: ShadowNew, session: Session, actor: Editor
) -> ShadowOut:
    """Put settings beside the live ones: they are judged and shown, and alert nobody."""
    return await service.told(
        session, await service.start_shadow(session, watch_id, new, actor.ref)
    )


@router.post("/{watch_id}/shadow/promote", operation_id="shadows_promote")
async def promote_shadow(
    watch_id: UUID,
    session: Session,
    actor: Editor,
    if_match: Annotated[str | None, Header(description="The ETag of the watch")] = None,
) -> ShadowOut:
    """Let the settings in shadow become those of the watch."""
    return await service.told(
        session, await service.promote_shadow(session, watch_id, if_match, actor.ref)
    )


@router.post("/{watch_id}/shadow/drop", operation_id="shadows_drop")
async def drop_shadow(watch_id: UUID, session: Session, actor: Editor) -> ShadowOut:
    """Take the settings in shadow away; the watch stays as it is."""
    return await service.told(session, await service.drop_shadow(session, watch_id, actor.ref))
