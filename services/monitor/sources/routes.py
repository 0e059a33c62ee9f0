"""Endpoints of sources."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Response
from sqlalchemy import select

from services.monitor.sources import service
from services.monitor.sources.bridges import bridges
from services.monitor.sources.connectors.registry import KINDS
from services.monitor.sources.models import Source
from services.monitor.sources.schemas import (
    BridgesOut,
    KindOut,
    KindsOut,
    PreviewOut,
    ReadingOut,
    SourceNew,
    SourceOut,
)
from services.monitor.sources.trying import try_source
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import CurrentRuntime, Session, room_router
from shared.paging import PageQuery
from shared.schemas import Page, etag

router = room_router("/sources", "sources")

Viewer = Annotated[Actor, allow(Permission.VIEW)]
Editor = Annotated[Actor, allow(Permission.EDIT_SOURCES)]


@router.post("", status_code=201, operation_id="sources_create")
async def create_source(
    new: SourceNew, session: Session, runtime: CurrentRuntime, response: Response, _: Editor
) -> SourceOut:
    """Put a source into service (信息源); it is read within seconds, and then at its interval."""
    source = await service.create_source(session, new, runtime.settings)
    response.headers["ETag"] = etag(source.version)
    return SourceOut.of(source)


@router.get("", operation_id="sources_list")
async def list_sources(session: Session, page: PageQuery, _: Viewer) -> Page[SourceOut]:
    """Sources and how they do, newest first."""
    rows, cursor = await page.rows(session, select(Source), Source.id)
    return Page(items=[SourceOut.of(row) for row in rows], next_cursor=cursor)


@router.post("/preview", operation_id="sources_preview")
async def preview_source(
    new: SourceNew,
    runtime: CurrentRuntime,
    _: Editor,
    source: Annotated[
        UUID | None, Query(description="Whose credentials are used, where none are given")
    ] = None,
) -> PreviewOut:
    """Try a source out: read it once, show its first posts, store nothing."""
    return await try_source(runtime, new, source)


@router.get("/kinds", operation_id="sources_kinds")
async def list_kinds(_: Viewer) -> KindsOut:
    """The kinds of sources, and the shapes of their settings and credentials."""
    return KindsOut(items=[KindOut.of(name, kind) for name, kind in KINDS.items()])


@router.get("/bridges", operation_id="sources_bridges")
async def list_bridges(runtime: CurrentRuntime, _: Viewer) -> BridgesOut:
    """Presets of feeds that bridges make of platforms without any (`settings.bridge` of a feed)."""
    return BridgesOut(items=list(bridges().values()), rsshub_url=runtime.settings.rsshub_url)


@router.get("/{source_id}", operation_id="sources_get")
async def get_source(source_id: UUID, session: Session, response: Response, _: Viewer) -> SourceOut:
    """One source and how it does."""
    source = await service.get_source(session, source_id)
    response.headers["ETag"] = etag(source.version)
    return SourceOut.of(source)


@router.put("/{source_id}", operation_id="sources_put")
async def change_source(
    source_id: UUID,
    new: SourceNew,
    session: Session,
    runtime: CurrentRuntime,
    response: Response,
    _: Editor,
    if_match: Annotated[str | None, Header(description="The ETag that was read")] = None,
) -> SourceOut:
    """Change a source, or take it out of service with `enabled: false`."""
    source = await service.change_source(session, source_id, new, if_match, runtime.settings)
    response.headers["ETag"] = etag(source.version)
    return SourceOut.of(source)


@router.post("/{source_id}/fetch", status_code=202, operation_id="sources_fetch")
async def fetch_source(source_id: UUID, session: Session, _: Editor) -> ReadingOut:
    """Have a source read now."""
    await service.queue_reading(session, source_id)
    return ReadingOut(source_id=source_id)
