"""Endpoints of rules."""

from typing import Annotated

from fastapi import Header, Response

from services.monitor.routing import service
from services.monitor.routing.schemas import RuleNew, RuleOut, Rules
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import Session, room_router
from shared.schemas import Slug, etag

router = room_router("/alerts/rules", "alerts")

Editor = Annotated[Actor, allow(Permission.EDIT_ALERTS)]
Viewer = Annotated[Actor, allow(Permission.VIEW)]


@router.get("", operation_id="alert_rules_list")
async def list_rules(session: Session, _: Viewer) -> Rules:
    """All rules of who is told of what (通知规则)."""
    rows = await service.list_rules(session)
    return Rules(items=[RuleOut.model_validate(row) for row in rows])


@router.get("/{slug}", operation_id="alert_rules_get")
async def get_rule(slug: Slug, session: Session, response: Response, _: Viewer) -> RuleOut:
    """One rule."""
    rule = await service.get_rule(session, slug)
    response.headers["ETag"] = etag(rule.version)
    return RuleOut.model_validate(rule)


@router.put("/{slug}", operation_id="alert_rules_put", responses={201: {"model": RuleOut}})
async def put_rule(
    slug: Slug,
    new: RuleNew,
    session: Session,
    response: Response,
    _: Editor,
    if_match: Annotated[str | None, Header(description="Needed to change an existing one")] = None,
) -> RuleOut:
    """Create a rule, or change it. Try it with `POST /alerts/preview`."""
    rule, created = await service.put_rule(session, slug, new, if_match)
    response.status_code = 201 if created else 200
    response.headers["ETag"] = etag(rule.version)
    return RuleOut.model_validate(rule)


@router.delete("/{slug}", status_code=204, operation_id="alert_rules_delete")
async def delete_rule(slug: Slug, session: Session, _: Editor) -> None:
    """Forget a rule."""
    await service.remove_rule(session, slug)
