"""Endpoints of escalations, of links in alerts, and of trying out rules and channels."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from services.monitor.alerts.models import Alert
from services.monitor.alerts.schemas import AlertOut
from services.monitor.channels.schemas import TestNew
from services.monitor.escalation import acknowledging
from services.monitor.escalation.queries import escalations_of
from services.monitor.escalation.schemas import Escalations, LinkOut
from services.monitor.escalation.trying import preview, send_test
from services.monitor.routing.schemas import PreviewNew, PreviewOut
from shared.auth import Caller, allow
from shared.contracts.actors import Actor, Permission
from shared.http import CurrentRuntime, Session, room_router
from shared.schemas import Slug

router = room_router("/alerts", "alerts")

Viewer = Annotated[Actor, allow(Permission.VIEW)]
Editor = Annotated[Actor, allow(Permission.EDIT_ALERTS)]
Token = Annotated[str, Path(min_length=43, max_length=43, pattern=r"^[A-Za-z0-9_-]+$")]


@router.get("/escalations", operation_id="escalations_list")
async def list_escalations(
    session: Session, _: Viewer, warning: Annotated[UUID, Query(description="About this warning")]
) -> Escalations:
    """Who was asked to acknowledge a warning, by what way, and who is next and when (逐级上报)."""
    return Escalations(items=await escalations_of(session, warning))


@router.post("/preview", operation_id="alerts_preview")
async def preview_alerts(new: PreviewNew, session: Session, _: Viewer) -> PreviewOut:
    """Who would hear of such a warning, who would have to acknowledge it, and whom nobody can
    tell."""
    return await preview(session, new)


@router.post("/channels/{slug}/test", status_code=202, operation_id="alert_channels_test")
async def test_channel(slug: Slug, new: TestNew, session: Session, actor: Editor) -> AlertOut:
    """Send a message on a channel to see whether it works; read what became of it with
    `GET /warnings/alerts?channel=…`."""
    alert: Alert = await send_test(session, slug, new, actor.ref)
    return AlertOut.model_validate(alert)


@router.get("/links/{token}", operation_id="alert_links_get")
async def get_link(token: Token, session: Session, runtime: CurrentRuntime, _: Caller) -> LinkOut:
    """What a link in an alert asks for, and how that stands; looking changes nothing."""
    return await acknowledging.look_at_link(session, token, runtime.settings)


@router.post("/links/{token}/acknowledge", operation_id="alert_links_acknowledge")
async def use_link(token: Token, session: Session, runtime: CurrentRuntime, _: Caller) -> LinkOut:
    """Acknowledge a warning in the name of who the link was sent to."""
    return await acknowledging.use_link(session, token, runtime.settings)
