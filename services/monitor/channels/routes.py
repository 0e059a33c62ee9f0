"""Endpoints of channels."""

from typing import Annotated

from fastapi import Header, Response

from services.monitor.channels import service
from services.monitor.channels.models import AlertChannel
from services.monitor.channels.schemas import ChannelNew, ChannelOut, Channels
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import CurrentRuntime, Session, room_router
from shared.schemas import Slug, etag

router = room_router("/alerts/channels", "alerts")

Editor = Annotated[Actor, allow(Permission.EDIT_ALERTS)]
Viewer = Annotated[Actor, allow(Permission.VIEW)]


@router.get("", operation_id="alert_channels_list")
async def list_channels(session: Session, _: Viewer) -> Channels:
    """All channels of alerts (告警通道), without their addresses."""
    return Channels(items=[_out(channel) for channel in await service.list_channels(session)])


@router.get("/{slug}", operation_id="alert_channels_get")
async def get_channel(slug: Slug, session: Session, response: Response, _: Viewer) -> ChannelOut:
    """One channel, without its address."""
    channel = await service.get_channel(session, slug)
    response.headers["ETag"] = etag(channel.version)
    return _out(channel)


@router.put("/{slug}", operation_id="alert_channels_put", responses={201: {"model": ChannelOut}})
async def put_channel(
    slug: Slug,
    new: ChannelNew,
    session: Session,
    runtime: CurrentRuntime,
    response: Response,
    _: Editor,
    if_match: Annotated[str | None, Header(description="Needed to change an existing one")] = None,
) -> ChannelOut:
    """Create a channel, or change it. Its address is kept sealed and never shown again."""
    channel, created = await service.put_channel(session, slug, new, if_match, runtime.settings)
    response.status_code = 201 if created else 200
    response.headers["ETag"] = etag(channel.version)
    return _out(channel)


@router.delete("/{slug}", status_code=204, operation_id="alert_channels_delete")
async def delete_channel(slug: Slug, session: Session, _: Editor) -> None:
    """Forget a channel and its address."""
    await service.remove_channel(session, slug)


def _out(channel: AlertChannel) -> ChannelOut:
    facts = {name: getattr(channel, name) for name in ChannelOut.model_fields if name != "signed"}
    return ChannelOut(**facts, signed=channel.secret is not None)
