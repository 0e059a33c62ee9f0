"""Endpoints of patrols: key sites, plans, rounds."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Response
from sqlalchemy import select

from services.monitor.patrols import queries, rounds, service
from services.monitor.patrols.models import PatrolPlan, PatrolSite, RoundState
from services.monitor.patrols.queries import RoundFilter
from services.monitor.patrols.schemas import (
    CompletionNew,
    Coverage,
    PlanNew,
    PlanOut,
    RoundNew,
    RoundOut,
    SiteNew,
    SiteOut,
    TickNew,
)
from services.monitor.pictures.service import draw_pictures
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import CurrentRuntime, Session, room_router
from shared.paging import PageQuery
from shared.rows import find_row
from shared.schemas import Moment, Page, etag

router = room_router("/patrols", "patrols")

Walker = Annotated[Actor, allow(Permission.WALK_PATROLS)]
Editor = Annotated[Actor, allow(Permission.EDIT_PATROLS)]
Viewer = Annotated[
    Actor, allow(Permission.WALK_PATROLS, Permission.EDIT_PATROLS, Permission.HANDLE_REPORTS)
]
IfMatch = Annotated[str | None, Header(description="The ETag that was read")]


@router.post("/sites", status_code=201, operation_id="patrol_sites_create")
async def create_site(new: SiteNew, session: Session, response: Response, _: Editor) -> SiteOut:
    """Enter a key site (重点网站) into the register."""
    site = await service.create_site(session, new)
    response.headers["ETag"] = etag(site.version)
    return SiteOut.model_validate(site)


@router.get("/sites", operation_id="patrol_sites_list")
async def list_sites(session: Session, page: PageQuery, _: Viewer) -> Page[SiteOut]:
    """Key sites, newest first."""
    rows, cursor = await page.rows(session, select(PatrolSite), PatrolSite.id)
    return Page(items=[SiteOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.get("/sites/{site_id}", operation_id="patrol_sites_get")
async def get_site(site_id: UUID, session: Session, response: Response, _: Viewer) -> SiteOut:
    """One key site."""
    site = await find_row(session, PatrolSite, site_id, "site")
    response.headers["ETag"] = etag(site.version)
    return SiteOut.model_validate(site)


@router.put("/sites/{site_id}", operation_id="patrol_sites_put")
async def change_site(
    site_id: UUID,
    new: SiteNew,
    session: Session,
    response: Response,
    _: Editor,
    if_match: IfMatch = None,
) -> SiteOut:
    """Change a key site; one that no longer matters becomes inactive."""
    site = await service.change_site(session, site_id, new, if_match)
    response.headers["ETag"] = etag(site.version)
    return SiteOut.model_validate(site)


@router.post("/plans", status_code=201, operation_id="patrol_plans_create")
async def create_plan(new: PlanNew, session: Session, response: Response, _: Editor) -> PlanOut:
    """Put a plan of rounds (巡查计划) into service; rounds open by themselves when they are due."""
    plan = await service.create_plan(session, new)
    response.headers["ETag"] = etag(plan.version)
    return PlanOut.model_validate(plan)


@router.get("/plans", operation_id="patrol_plans_list")
async def list_plans(session: Session, page: PageQuery, _: Viewer) -> Page[PlanOut]:
    """Plans of rounds, newest first."""
    rows, cursor = await page.rows(session, select(PatrolPlan), PatrolPlan.id)
    return Page(items=[PlanOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.get("/plans/{plan_id}", operation_id="patrol_plans_get")
async def get_plan(plan_id: UUID, session: Session, response: Response, _: Viewer) -> PlanOut:
    """One plan."""
    plan = await find_row(session, PatrolPlan, plan_id, "plan")
    response.headers["ETag"] = etag(plan.version)
    return PlanOut.model_validate(plan)


@router.put("/plans/{plan_id}", operation_id="patrol_plans_put")
async def change_plan(
    plan_id: UUID,
    new: PlanNew,
    session: Session,
    response: Response,
    _: Editor,
    if_match: IfMatch = None,
) -> PlanOut:
    """Change a plan; rounds that are open stay as they are."""
    plan = await service.change_plan(session, plan_id, new, if_match)
    response.headers["ETag"] = etag(plan.version)
    return PlanOut.model_validate(plan)


@router.post("/rounds", status_code=201, operation_id="patrol_rounds_open")
async def open_round(new: RoundNew, session: Session, _: Walker) -> RoundOut:
    """Open a round of a plan by hand, now."""
    opened = await rounds.open_round(session, new.plan_id)
    return (await queries.complete(session, [opened]))[0]


@router.get("/rounds", operation_id="patrol_rounds_list")
async def list_rounds(
    session: Session,
    page: PageQuery,
    _: Viewer,
    state: Annotated[list[RoundState] | None, Query(description="Only these states")] = None,
    plan: Annotated[UUID | None, Query(description="Of this plan")] = None,
    since: Annotated[Moment | None, Query(description="Due at or after")] = None,
) -> Page[RoundOut]:
    """Rounds (巡查) with their places, newest first."""
    wanted = RoundFilter(state=state, plan=plan, since=since)
    found, cursor = await queries.list_rounds(session, page, wanted)
    return Page(items=found, next_cursor=cursor)


@router.get("/rounds/{round_id}", operation_id="patrol_rounds_get")
async def get_round(round_id: UUID, session: Session, _: Viewer) -> RoundOut:
    """One round with its places."""
    return await queries.get_round(session, round_id)


@router.post("/rounds/{round_id}/checks/{check_id}", operation_id="patrol_rounds_tick")
async def tick(
    round_id: UUID,
    check_id: UUID,
    new: TickNew,
    session: Session,
    runtime: CurrentRuntime,
    actor: Walker,
) -> RoundOut:
    """Say what was seen at a place; what was found becomes a report, and a post like any other."""
    pictures = await draw_pictures(runtime.resources.easel, new.pictures)
    walked = await rounds.tick(session, round_id, check_id, new, pictures, actor.ref)
    return (await queries.complete(session, [walked]))[0]


@router.post("/rounds/{round_id}/complete", operation_id="patrol_rounds_complete")
async def complete_round(
    round_id: UUID, new: CompletionNew, session: Session, actor: Walker
) -> RoundOut:
    """End a round, by name; where places were not looked at, say why."""
    walked = await rounds.complete_round(session, round_id, new.note, actor.ref)
    return (await queries.complete(session, [walked]))[0]


@router.get("/coverage", operation_id="patrol_coverage")
async def get_coverage(
    session: Session,
    _: Viewer,
    days: Annotated[int, Query(ge=1, le=3_660, description="How far back")] = 30,
) -> Coverage:
    """When each key site was last looked at and what was found; rounds on time, late and missed."""
    return await queries.coverage(session, days)
