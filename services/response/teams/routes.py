"""Endpoints of working groups."""

from typing import Annotated

from fastapi import Header, Response

from services.response.teams import duty, service
from services.response.teams.schemas import GroupNew, GroupOut, Groups
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import Session, room_router
from shared.schemas import Slug, etag

router = room_router("/groups", "groups")

Viewer = Annotated[Actor, allow(Permission.VIEW)]
Editor = Annotated[Actor, allow(Permission.EDIT_TEAMS)]


@router.get("", operation_id="groups_list")
async def list_groups(session: Session, _: Viewer) -> Groups:
    """All working groups."""
    groups = await service.list_groups(session)
    return Groups(items=[GroupOut.model_validate(group) for group in groups])


@router.get("/{slug}", operation_id="groups_get")
async def get_group(slug: Slug, session: Session, response: Response, _: Viewer) -> GroupOut:
    """One working group."""
    group = await service.require_group(session, slug)
    response.headers["ETag"] = etag(group.version)
    return GroupOut.model_validate(group)


@router.put("/{slug}", operation_id="groups_put", responses={201: {"model": GroupOut}})
async def put_group(
    slug: Slug,
    new: GroupNew,
    session: Session,
    response: Response,
    _: Editor,
    if_match: Annotated[str | None, Header(description="Needed to change an existing one")] = None,
) -> GroupOut:
    """Create a working group, or change it."""
    group, created = await service.put_group(session, slug, new, if_match)
    await duty.tell_roster(session, group)
    response.status_code = 201 if created else 200
    response.headers["ETag"] = etag(group.version)
    return GroupOut.model_validate(group)
