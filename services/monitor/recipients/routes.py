"""Endpoints of recipients."""

from typing import Annotated

from fastapi import Header, Path, Response

from services.monitor.recipients import service
from services.monitor.recipients.schemas import RecipientNew, RecipientOut, Recipients
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import CurrentRuntime, Session, room_router
from shared.schemas import etag

router = room_router("/alerts/recipients", "alerts")

Editor = Annotated[Actor, allow(Permission.EDIT_ALERTS)]
Viewer = Annotated[Actor, allow(Permission.VIEW)]
Name = Annotated[
    str, Path(max_length=300, pattern=r"^[^\x00/]+$", description="User name", examples=["chen"])
]


@router.get("", operation_id="alert_recipients_list")
async def list_recipients(session: Session, _: Viewer) -> Recipients:
    """Everybody who may be told (接收人), without their addresses."""
    rows = await service.list_recipients(session)
    return Recipients(items=[RecipientOut.of(row) for row in rows])


@router.get("/{name}", operation_id="alert_recipients_get")
async def get_recipient(
    name: Name, session: Session, response: Response, _: Viewer
) -> RecipientOut:
    """One who may be told."""
    recipient = await service.get_recipient(session, name)
    response.headers["ETag"] = etag(recipient.version)
    return RecipientOut.of(recipient)


@router.put(
    "/{name}", operation_id="alert_recipients_put", responses={201: {"model": RecipientOut}}
)
async def put_recipient(
    name: Name,
    new: RecipientNew,
    session: Session,
    runtime: CurrentRuntime,
    response: Response,
    _: Editor,
    if_match: Annotated[str | None, Header(description="Needed to change an existing one")] = None,
) -> RecipientOut:
    """Say how a person is told, or change it. Their addresses are kept sealed."""
    recipient, created = await service.put_recipient(session, name, new, if_match, runtime.settings)
    response.status_code = 201 if created else 200
    response.headers["ETag"] = etag(recipient.version)
    return RecipientOut.of(recipient)


@router.delete("/{name}", status_code=204, operation_id="alert_recipients_delete")
async def delete_recipient(name: Name, session: Session, _: Editor) -> None:
    """Forget a person and their addresses."""
    await service.remove_recipient(session, name)
