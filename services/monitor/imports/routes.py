"""Endpoints of imports. They come before those of single posts: `/posts/import`."""

from typing import Annotated
from uuid import UUID

from fastapi import File, Form, Header, Path, Response, UploadFile
from sqlalchemy import select

from services.monitor.imports import presets, refusals, service
from services.monitor.imports.models import Import
from services.monitor.imports.schemas import ImportOut, PresetNew, PresetOut, PresetsOut
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.errors import TooLarge
from shared.http import CurrentRuntime, Session, room_router
from shared.paging import PageQuery
from shared.schemas import Page, Slug, etag

router = room_router("/posts/import", "posts")

Viewer = Annotated[Actor, allow(Permission.VIEW)]
Sender = Annotated[Actor, allow(Permission.INGEST_POSTS)]
Name = Annotated[
    str, Path(max_length=300, pattern=r"^[^\x00-\x1f\x7f/]+$", examples=["Exporter A"])
]


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
    platform: Annotated[
        Slug | None, Form(description="Of rows that name none; `import` by default")
    ] = None,
    timezone: Annotated[
        str | None,
        Form(
            max_length=64,
            description="Of times that name none; UTC by default",
            examples=["Asia/Shanghai"],
        ),
    ] = None,
    preset: Annotated[
        str | None,
        Form(max_length=300, description="Whose mapping, platform and zone hold unless said"),
    ] = None,
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
        preset=preset,
    )
    started = await service.start_import(session, upload, actor.ref)
    response.headers["Location"] = f"/api/v1/posts/import/{started.id}"
    return ImportOut.model_validate(started)


@router.get("", operation_id="imports_list")
async def list_imports(session: Session, page: PageQuery, _: Viewer) -> Page[ImportOut]:
    """Imports, newest first."""
    rows, cursor = await page.rows(session, select(Import), Import.id)
    return Page(items=[ImportOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.get("/presets", operation_id="import_presets_list")
async def list_presets(session: Session, _: Viewer) -> PresetsOut:
    """How files of one exporter are read (导入预设)."""
    rows = await presets.list_presets(session)
    return PresetsOut(items=[PresetOut.model_validate(row) for row in rows])


@router.get("/presets/{name}", operation_id="import_presets_get")
async def get_preset(name: Name, session: Session, response: Response, _: Viewer) -> PresetOut:
    """One preset."""
    preset = await presets.get_preset(session, name)
    response.headers["ETag"] = etag(preset.version)
    return PresetOut.model_validate(preset)


@router.put(
    "/presets/{name}", operation_id="import_presets_put", responses={201: {"model": PresetOut}}
)
async def put_preset(
    name: Name,
    new: PresetNew,
    session: Session,
    response: Response,
    _: Sender,
    if_match: Annotated[str | None, Header(description="Needed to change an existing one")] = None,
) -> PresetOut:
    """Keep a preset, or change it."""
    preset, created = await presets.put_preset(session, name, new, if_match)
    response.status_code = 201 if created else 200
    response.headers["ETag"] = etag(preset.version)
    return PresetOut.model_validate(preset)


@router.delete("/presets/{name}", status_code=204, operation_id="import_presets_delete")
async def delete_preset(name: Name, session: Session, _: Sender) -> None:
    """Forget a preset."""
    await presets.remove_preset(session, name)


@router.get(
    "/{import_id}/refused",
    operation_id="imports_refused",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"example": "row,reason,内容\r\n3,...,...\r\n"}}}},
)
async def get_refused(import_id: UUID, session: Session, _: Sender) -> Response:
    """The rows that were not taken, with the reason and their cells: CSV, to be mended and sent
    again. Up to 10,000 of an import, kept for 30 days."""
    given = await service.get_import(session, import_id)
    named = f'attachment; filename="{refusals.file_name(import_id)}"'
    return Response(
        await refusals.refused_table(session, given),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": named},
    )


@router.get("/{import_id}", operation_id="imports_get")
async def get_import(import_id: UUID, session: Session, _: Viewer) -> ImportOut:
    """One import and how far it got."""
    return ImportOut.model_validate(await service.get_import(session, import_id))
