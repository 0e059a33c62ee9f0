"""Endpoints of imports. They come before those of single posts: `/posts/import`."""

from typing import Annotated
from uuid import UUID

from fastapi import File, Form, Response, UploadFile
from sqlalchemy import select

from services.monitor.imports import service
from services.monitor.imports.models import Import
from services.monitor.imports.schemas import ImportOut
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.errors import TooLarge
from shared.http import CurrentRuntime, Session, room_router
from shared.paging import PageQuery
from shared.schemas import Page, Slug

router = room_router("/posts/import", "posts")

Viewer = Annotated[Actor, allow(Permission.VIEW)]
Sender = Annotated[Actor, allow(Permission.INGEST_POSTS)]


@router.post("", status_code=202, operation_id="imports_start")
async def start_import(
    session: Session,
    runtime: CurrentRuntime,
    response: Response,
    actor: Sender,
    file: Annotated[UploadFile, File(description="CSV or a workbook, with a header; or JSONL")],
    mapping: Annotated[
        str | None,
        Form(
            max_length=10_000,
            description="JSON: our field -> the file's column; usual names are known without",
            examples=['{"text": "内容", "published_at": "发布时间"}'],
        ),
    ] = None,
    platform: Annotated[Slug, Form(description="Of rows that name none")] = "import",
    timezone: Annotated[
        str,
        Form(max_length=64, description="Of times that name none", examples=["Asia/Shanghai"]),
    ] = "UTC",
    warn: Annotated[
        bool, Form(description="Whether these posts may raise warnings; history does not")
    ] = False,
) -> ImportOut:
    """Import posts from a file; read the answer's id to see how far it got."""
    limit = runtime.settings.upload_limit
    if (file.size or 0) > limit:
        raise TooLarge(f"The file has {file.size} bytes; at most {limit} are taken.")
    upload = service.Upload(
        name=(file.filename or "file").replace("\x00", "")[:255],
        content=await file.read(),
        mapping=mapping,
        platform=platform,
        timezone=timezone,
        warn=warn,
    )
    started = await service.start_import(session, upload, actor.ref)
    response.headers["Location"] = f"/api/v1/posts/import/{started.id}"
    return ImportOut.model_validate(started)


@router.get("", operation_id="imports_list")
async def list_imports(session: Session, page: PageQuery, _: Viewer) -> Page[ImportOut]:
    """Imports, newest first."""
    rows, cursor = await page.rows(session, select(Import), Import.id)
    return Page(items=[ImportOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.get("/{import_id}", operation_id="imports_get")
async def get_import(import_id: UUID, session: Session, _: Viewer) -> ImportOut:
    """One import and how far it got."""
    return ImportOut.model_validate(await service.get_import(session, import_id))
