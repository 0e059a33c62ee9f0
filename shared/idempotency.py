"""A request with an `Idempotency-Key` has its effect once, however often it is sent."""

from dataclasses import dataclass

from fastapi import Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.errors import Invalid

_RESERVE = text("""
INSERT INTO corridor.idempotency_keys (room, actor_id, key, request_hash)
VALUES (:room, :actor_id, :key, :digest) ON CONFLICT DO NOTHING RETURNING key
""")
_EARLIER = text("""
SELECT request_hash, status, media_type, body FROM corridor.idempotency_keys
WHERE room = :room AND actor_id = :actor_id AND key = :key
""")
_REMEMBER = text("""
UPDATE corridor.idempotency_keys SET status = :status, media_type = :media_type, body = :body
WHERE room = :room AND actor_id = :actor_id AND key = :key
""")


@dataclass(frozen=True)
class Replay:
    """The answer that an earlier request with the same key got."""

    status: int
    media_type: str | None
    body: bytes


async def reserve_key(
    session: AsyncSession, *, room: str, actor_id: str, key: str, digest: bytes
) -> Replay | None:
    """Take the key for this request, or answer with what an earlier one got.

    A twin that is still being worked on is waited for: its insert holds the row until it commits
    (then this one replays) or rolls back (then this one goes on).

    Raises:
        Invalid: the key was used for another request.
    """
    whose = {"room": room, "actor_id": actor_id, "key": key}
    reserved = await session.execute(_RESERVE, whose | {"digest": digest})
    if reserved.first() is not None:
        return None
    earlier = (await session.execute(_EARLIER, whose)).one()
    if earlier.request_hash != digest:
        raise Invalid(
            "This Idempotency-Key was used for another request. Use a new key for a new request."
        )
    return Replay(status=earlier.status, media_type=earlier.media_type, body=earlier.body)


async def remember_answer(
    session: AsyncSession, *, room: str, actor_id: str, key: str, response: Response
) -> None:
    """Keep the answer beside the key, in the transaction of the effect."""
    await session.execute(
        _REMEMBER,
        {
            "room": room,
            "actor_id": actor_id,
            "key": key,
            "status": response.status_code,
            "media_type": response.media_type or response.headers.get("content-type"),
            "body": bytes(response.body),
        },
    )
