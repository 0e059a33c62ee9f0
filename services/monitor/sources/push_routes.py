"""Endpoints of sources that send by themselves."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Request

from services.monitor.sources import pushing
from services.monitor.sources.schemas import PushOut, SecretOut
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import CurrentRuntime, Session, room_router

router = room_router("/sources", "sources")

Editor = Annotated[Actor, allow(Permission.EDIT_SOURCES)]

_EXAMPLE = {
    "posts": [
        {
            "external_id": "5123",
            "platform": "forum",
            "text": "Power is out again in the east.",
            "published_at": "2026-11-01T21:04:00Z",
        }
    ]
}
_HEADERS = {
    "webhook-id": "The message's id: a repetition has the same",
    "webhook-timestamp": "When it was signed, in seconds since the epoch",
    "webhook-signature": "`v1,` and HMAC-SHA256 over `id.timestamp.body` in base64",
}
_PUSH: dict[str, Any] = {
    # The signature is all that is asked for.
    "security": [],
    "parameters": [
        {
            "name": name,
            "in": "header",
            "required": True,
            "description": meaning,
            "schema": {"type": "string"},
        }
        for name, meaning in _HEADERS.items()
    ],
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object"}, "example": _EXAMPLE}},
    },
}


@router.post("/{source_id}/push", status_code=202, operation_id="sources_push", openapi_extra=_PUSH)
async def push(
    source_id: UUID, request: Request, session: Session, runtime: CurrentRuntime
) -> PushOut:
    """Send posts for a source of the kind `webhook`, signed by Standard Webhooks.

    Needs no key: the signature tells who sends. A message is taken once, by its `webhook-id`, and
    its time may differ from ours by five minutes. 202 means stored, durably.
    """
    await runtime.resources.valve.check(session, runtime.settings.backlog_limit)
    return await pushing.take_push(
        session, source_id, request.headers, await request.body(), runtime.settings
    )


# PUT, not POST: the answer to a POST with an Idempotency-Key is kept, and this one must not be.
@router.put("/{source_id}/secret", operation_id="sources_renew_secret")
async def renew_secret(
    source_id: UUID, session: Session, runtime: CurrentRuntime, _: Editor
) -> SecretOut:
    """Make a new secret for a source of the kind `webhook`. It is shown this once; the one before
    holds for another 24 hours."""
    return SecretOut(secret=await pushing.renew_secret(session, source_id, runtime.settings))
