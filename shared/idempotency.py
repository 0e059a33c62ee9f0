"""A request with an `Idempotency-Key` has its effect once, however often it is sent."""

from dataclasses import dataclass

from fastapi import Response
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.errors import Invalid
from shared.tables import idempotency_keys as table


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
    reserved = await session.execute(
        insert(table)
        .values(room=room, actor_id=actor_id, key=key, request_hash=digest)
        .on_conflict_do_nothing()
        .returning(table.c.key)
    )
    if reserved.first() is not None:
        return None
    earlier = (
        await session.execute(
            select(table.c.request_hash, table.c.status, table.c.media_type, table.c.body).where(
                table.c.room == room, table.c.actor_id == actor_id, table.c.key == key
            )
        )
    ).one()
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
        update(table)
        .where(table.c.room == room, table.c.actor_id == actor_id, table.c.key == key)
        .values(
            status=response.status_code,
            media_type=response.media_type or response.headers.get("content-type"),
            body=bytes(response.body),
        )
    )
