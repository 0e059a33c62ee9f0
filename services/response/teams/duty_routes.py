"""Endpoints of duty."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Response

from services.response.teams import duty, service
from services.response.teams.duty_queries import group_on_duty, roster_of
from services.response.teams.duty_schemas import (
    OnDuty,
    RosterOut,
    RotaNew,
    SubstitutionNew,
    SubstitutionOut,
    Substitutions,
    SwapNew,
)
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.db import database_now
from shared.errors import Invalid
from shared.http import Session, room_router
from shared.schemas import Moment, Slug, etag

router = room_router("/duty", "duty")

Viewer = Annotated[Actor, allow(Permission.VIEW)]
Editor = Annotated[Actor, allow(Permission.EDIT_TEAMS)]

_WEEK = timedelta(days=7)
_LONGEST = timedelta(days=92)


@router.get("", operation_id="duty_list")
async def list_duty(session: Session, _: Viewer) -> OnDuty:
    """Every group, who of it is on duty now (值班表), and when nobody will be."""
    groups = await service.list_groups(session)
    return OnDuty(items=[await group_on_duty(session, group) for group in groups])


@router.get("/{group}", operation_id="duty_get")
async def get_duty(
    group: Slug,
    session: Session,
    response: Response,
    _: Viewer,
    since: Annotated[Moment | None, Query(description="Left out: now")] = None,
    until: Annotated[Moment | None, Query(description="Left out: a week on")] = None,
) -> RosterOut:
    """The roster of a group: its rota, its substitutions, and both worked out."""
    begins: datetime = since or await database_now(session)
    ends = until or begins + _WEEK
    if not begins < ends <= begins + _LONGEST:
        raise Invalid("query until: must lie after since, by at most 92 days.")
    roster = await roster_of(session, await service.require_group(session, group), begins, ends)
    response.headers["ETag"] = etag(roster.version)
    return roster


@router.put("/{group}", operation_id="duty_put", responses={201: {"model": RosterOut}})
async def put_duty(
    group: Slug,
    new: RotaNew,
    session: Session,
    response: Response,
    _: Editor,
    if_match: Annotated[str | None, Header(description="Needed to change an existing one")] = None,
) -> RosterOut:
    """Give a group its weekly rota, or change it."""
    row, created = await duty.put_rota(session, group, new, if_match)
    now = await database_now(session)
    roster = await roster_of(session, row, now, now + _WEEK)
    response.status_code = 201 if created else 200
    response.headers["ETag"] = etag(roster.version)
    return roster


@router.post("/{group}/substitutions", status_code=201, operation_id="duty_substitute")
async def substitute(
    group: Slug, new: SubstitutionNew, session: Session, actor: Editor
) -> Substitutions:
    """Put other people on duty for a stretch of time (替班)."""
    rows = await duty.substitute(session, group, new, actor.ref)
    return Substitutions(items=[SubstitutionOut.model_validate(row) for row in rows])


@router.post("/{group}/swaps", status_code=201, operation_id="duty_swap")
async def swap(group: Slug, new: SwapNew, session: Session, actor: Editor) -> Substitutions:
    """Let two people take each other's stretch of duty (换班)."""
    rows = await duty.swap(session, group, new, actor.ref)
    return Substitutions(items=[SubstitutionOut.model_validate(row) for row in rows])


@router.delete(
    "/{group}/substitutions/{substitution_id}",
    status_code=204,
    operation_id="duty_substitution_delete",
)
async def remove_substitution(
    group: Slug, substitution_id: UUID, session: Session, _: Editor
) -> None:
    """Take a substitution back: the rota holds again."""
    await duty.remove_substitution(session, group, substitution_id)
