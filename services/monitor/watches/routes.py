"""Endpoints of watches."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Path, Response
from sqlalchemy import select

from services.monitor.watches import aliases, mentions, preview, service, trying
from services.monitor.watches.models import Alias, Watch, WatchVersion
from services.monitor.watches.schemas import (
    AliasNew,
    AliasOut,
    MentionOut,
    StrategyIn,
    VersionOut,
    WatchNew,
    WatchOut,
)
from services.monitor.watches.trial_schemas import (
    ExplainNew,
    ExplainOut,
    LintOut,
    PreviewNew,
    PreviewOut,
)
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import Session, room_router
from shared.paging import PageQuery
from shared.schemas import Page, etag

router = room_router("/watches", "watches")

Viewer = Annotated[Actor, allow(Permission.VIEW)]
Editor = Annotated[Actor, allow(Permission.EDIT_WATCHES)]
IfMatch = Annotated[str | None, Header(description="The ETag that was read")]


@router.post("", status_code=201, operation_id="watches_create")
async def create_watch(
    new: WatchNew, session: Session, response: Response, actor: Editor
) -> WatchOut:
    """Put a watch into service (监测方案); it sees what comes from now on."""
    watch = await service.create_watch(session, new, actor.ref)
    response.headers["ETag"] = etag(watch.version)
    return WatchOut.model_validate(watch)


@router.get("", operation_id="watches_list")
async def list_watches(session: Session, page: PageQuery, _: Viewer) -> Page[WatchOut]:
    """Watches, newest first."""
    rows, cursor = await page.rows(session, select(Watch), Watch.id)
    return Page(items=[WatchOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/preview", operation_id="watches_preview")
async def preview_watch(new: PreviewNew, session: Session, _: Viewer) -> PreviewOut:
    """Try a watch on past posts: what it matches, how often, and beside the saved one."""
    return await preview.preview(session, new)


@router.post("/lint", operation_id="watches_lint")
async def lint_watch(new: StrategyIn, session: Session, _: Viewer) -> LintOut:
    """What is probably not meant in a watch, with its place, before it is saved."""
    return await trying.lint_watch(session, new)


@router.post("/explain", operation_id="watches_explain")
async def explain_watch(new: ExplainNew, session: Session, _: Viewer) -> ExplainOut:
    """Why a watch matches a post or does not: each clause, and where in the text."""
    return await trying.explain_watch(session, new)


@router.get("/aliases", operation_id="aliases_list")
async def list_aliases(session: Session, page: PageQuery, _: Viewer) -> Page[AliasOut]:
    """Aliases: the spellings of targets, which expressions name as `@name`."""
    rows, cursor = await page.rows(session, select(Alias), Alias.id)
    return Page(items=[AliasOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/aliases", status_code=201, operation_id="aliases_create")
async def create_alias(new: AliasNew, session: Session, response: Response, _: Editor) -> AliasOut:
    """Keep the spellings of a target once for all watches."""
    alias = await aliases.create_alias(session, new)
    response.headers["ETag"] = etag(alias.version)
    return AliasOut.model_validate(alias)


@router.get("/aliases/{alias_id}", operation_id="aliases_get")
async def get_alias(alias_id: UUID, session: Session, response: Response, _: Viewer) -> AliasOut:
    """One alias."""
    alias = await aliases.get_alias(session, alias_id)
    response.headers["ETag"] = etag(alias.version)
    return AliasOut.model_validate(alias)


@router.put("/aliases/{alias_id}", operation_id="aliases_put")
async def change_alias(
    alias_id: UUID,
    new: AliasNew,
    session: Session,
    response: Response,
    _: Editor,
    if_match: IfMatch = None,
) -> AliasOut:
    """Change the spellings of a target; all watches that name it follow within a batch."""
    alias = await aliases.change_alias(session, alias_id, new, if_match)
    response.headers["ETag"] = etag(alias.version)
    return AliasOut.model_validate(alias)


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
    actor: Editor,
    if_match: IfMatch = None,
) -> WatchOut:
    """Change a watch, or take it out of service with `enabled: false`."""
    watch = await service.change_watch(session, watch_id, new, if_match, actor.ref)
    response.headers["ETag"] = etag(watch.version)
    return WatchOut.model_validate(watch)


@router.get("/{watch_id}/versions", operation_id="watches_versions")
async def list_versions(
    watch_id: UUID, session: Session, page: PageQuery, _: Viewer
) -> Page[VersionOut]:
    """What a watch was, newest first: who changed it, when, and which settings."""
    await service.get_watch(session, watch_id)
    query = select(WatchVersion).where(WatchVersion.watch_id == watch_id)
    rows, cursor = await page.rows(session, query, WatchVersion.id)
    return Page(items=[VersionOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.post("/{watch_id}/versions/{version}/restore", operation_id="watches_restore")
async def restore_watch(
    watch_id: UUID,
    version: Annotated[int, Path(ge=1, le=2**31 - 1)],
    session: Session,
    response: Response,
    actor: Editor,
    if_match: IfMatch = None,
) -> WatchOut:
    """Let a watch be as it was; that is a new version, and can be taken back likewise."""
    watch = await service.restore_watch(session, watch_id, version, if_match, actor.ref)
    response.headers["ETag"] = etag(watch.version)
    return WatchOut.model_validate(watch)


@router.get("/{watch_id}/mentions", operation_id="watches_mentions")
async def list_mentions(
    watch_id: UUID, session: Session, page: PageQuery, _: Viewer
) -> Page[MentionOut]:
    """What a watch matched, newest first, with the places that made it match."""
    items, cursor = await mentions.list_mentions(session, page, watch_id)
    return Page(items=items, next_cursor=cursor)
