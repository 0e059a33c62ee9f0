"""Taking deliveries: leased, fenced, at most once applied.

A claim gives a worker a lease and a fence number. Its effects are committed together with `done`
only if the fence still is its own, so a delivery may be handed out twice and is applied once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Generic, TypeVar, cast
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CursorResult, Text, TextClause, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts import EVENTS, Event, Room

E = TypeVar("E", bound=Event)

MAX_ATTEMPTS = 3
# Seconds until the next try, by the number of tries so far.
_BACK_OFF = {1: 1.0, 2: 10.0}


class FenceLostError(Exception):
    """Another worker took these deliveries: nothing of this attempt may be committed."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that this worker holds. `payload` is JSON text; `attempt` counts from 1."""

    id: UUID
    fence: int
    attempt: int
    type: str
    payload: str
    position: int
    occurred_at: datetime
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Delivered(Generic[E]):
    """An event in the hands of a handler. `occurred_at` is the database's clock."""

    event: E
    id: UUID
    position: int
    occurred_at: datetime
    request_id: str | None


# What was tried before is handed out alone: one that kills its worker would take with it the tries
# of all that the worker held, until those are laid aside too. The order stays: where such a one
# stands first it goes alone, else the fresh ones go.
_CLAIM = """
WITH ready AS (
    SELECT d.event_id, d.room, d.attempts, d.priority, d.position
    FROM corridor.deliveries AS d
    WHERE d.room = :room AND d.state = 'ready' AND d.available_at <= now()
      AND d.type = ANY(:types)
      AND (d.ordering_key IS NULL OR NOT EXISTS (
            SELECT 1 FROM corridor.deliveries AS earlier
            WHERE earlier.room = d.room AND earlier.ordering_key = d.ordering_key
              AND earlier.state <> 'done' AND earlier.position < d.position))
    ORDER BY d.priority, d.position
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
), ordered AS (
    SELECT event_id, room, attempts, row_number() OVER line AS place,
        first_value(attempts) OVER line AS attempts_of_first
    FROM ready WINDOW line AS (ORDER BY priority, position)
), handed AS (
    SELECT event_id, room FROM ordered
    WHERE CASE WHEN attempts_of_first > 0 THEN place = 1 ELSE attempts = 0 END
), claimed AS (
    UPDATE corridor.deliveries AS d
    SET attempts = d.attempts + 1, fence = d.fence + 1,
        available_at = now() + make_interval(secs => :lease),
        state = CASE WHEN d.attempts >= :max_attempts THEN 'dead' ELSE d.state END,
        error = CASE WHEN d.attempts >= :max_attempts
                     THEN coalesce(d.error, 'its worker died each time it was tried')
                     ELSE d.error END
    FROM handed WHERE d.event_id = handed.event_id AND d.room = handed.room
    RETURNING d.event_id, d.attempts, d.fence, d.state, d.priority
)
SELECT claimed.event_id, claimed.attempts, claimed.fence, claimed.state,
       event.type, event.payload::text AS payload, event.position, event.occurred_at,
       event.request_id
FROM claimed JOIN corridor.events AS event ON event.id = claimed.event_id
ORDER BY claimed.priority, event.position
"""


@cache
def _claim(limit: int) -> TextClause:
    """The statement for up to `limit` deliveries.

    The number stands in it: PostgreSQL plans for any value of a parameter, and would sort all that
    waits (6 ms where 50,000 do, against 0.4).
    """
    statement = text(_CLAIM.replace(":limit", str(limit)))
    return statement.bindparams(bindparam("types", type_=ARRAY(Text)))


_FENCED = """
FROM unnest(:ids, :fences) AS mine(event_id, fence)
WHERE d.room = :room AND d.event_id = mine.event_id AND d.fence = mine.fence
  AND d.state = 'ready'
"""


def _fenced(statement: str) -> TextClause:
    return text(statement + _FENCED).bindparams(
        bindparam("ids", type_=ARRAY(Uuid)), bindparam("fences", type_=ARRAY(BigInteger))
    )


_FINISH = _fenced(
    "UPDATE corridor.deliveries AS d SET state = 'done', done_at = now(), error = NULL"
)
_RENEW = _fenced(
    "UPDATE corridor.deliveries AS d SET available_at = now() + make_interval(secs => :lease)"
)
_RELEASE = _fenced(
    "UPDATE corridor.deliveries AS d SET attempts = d.attempts - 1, available_at = now()"
)
_FAIL = _fenced("""
UPDATE corridor.deliveries AS d
SET error = :error,
    attempts = d.attempts - :forgiven,
    available_at = now() + make_interval(secs => :delay),
    state = CASE WHEN d.attempts - :forgiven >= :max_attempts THEN 'dead' ELSE 'ready' END
""")


def open_claim(claim: Claim) -> Delivered[Event]:
    """Read the event out of its payload.

    Raises:
        pydantic.ValidationError: the payload is not of the form that the event has today.
        KeyError: no such event is known any more.
    """
    return Delivered(
        event=EVENTS[claim.type.partition("/")[0]].model_validate_json(claim.payload),
        id=claim.id,
        position=claim.position,
        occurred_at=claim.occurred_at,
        request_id=claim.request_id,
    )


async def take(
    session: AsyncSession, room: Room, *, types: Sequence[str], limit: int, lease: float
) -> list[Claim]:
    """Take up to `limit` deliveries of these event types that are ready, for `lease` seconds: all
    for the first time, or one that was tried before.

    Those whose worker died `MAX_ATTEMPTS` times are laid aside as dead instead.
    """
    rows = await session.execute(
        _claim(limit),
        {
            "room": room,
            "types": list(types),
            "lease": lease,
            "max_attempts": MAX_ATTEMPTS,
        },
    )
    return [
        Claim(
            id=row.event_id,
            fence=row.fence,
            attempt=row.attempts,
            type=row.type,
            payload=row.payload,
            position=row.position,
            occurred_at=row.occurred_at,
            request_id=row.request_id,
        )
        for row in rows
        if row.state == "ready"
    ]


async def finish(session: AsyncSession, room: Room, batch: Sequence[Claim]) -> None:
    """Mark `batch` done, in the transaction of its effects.

    Raises:
        FenceLostError: a lease ran out and somebody else holds one of them now.
    """
    result = cast("CursorResult[object]", await session.execute(_FINISH, _keys(room, batch)))
    if result.rowcount != len(batch):
        raise FenceLostError(f"{len(batch)} claimed, {result.rowcount} still held")


async def renew(session: AsyncSession, room: Room, batch: Sequence[Claim], lease: float) -> None:
    """Hold on to deliveries that wait their turn in this worker."""
    await session.execute(_RENEW, _keys(room, batch) | {"lease": lease})


async def release(session: AsyncSession, room: Room, batch: Sequence[Claim]) -> None:
    """Hand back what an outage kept us from trying: others may take it at once, and it costs no
    try. What was done after all stays done."""
    await session.execute(_RELEASE, _keys(room, batch))


async def fail(
    session: AsyncSession,
    room: Room,
    claim: Claim,
    error: str,
    *,
    counts: bool = True,
    final: bool = False,
    delay: float | None = None,
) -> None:
    """Keep why a try failed and when the next is due; after `MAX_ATTEMPTS` the delivery is dead.

    A failure that is not the event's fault (`counts=False`: the database went away) costs no try;
    one that no try can mend (`final`) is dead at once.
    """
    await session.execute(
        _FAIL,
        _keys(room, [claim])
        | {
            "error": error[:2000].replace("\x00", ""),
            "forgiven": 0 if counts else 1,
            "delay": _BACK_OFF.get(claim.attempt, 30.0) if delay is None else delay,
            "max_attempts": 1 if final else MAX_ATTEMPTS,
        },
    )


async def backlog(session: AsyncSession, room: Room, event_type: str) -> int:
    """How many deliveries of one type wait in a room."""
    result = await session.execute(
        text("""
            SELECT count(*) FROM corridor.deliveries
            WHERE room = :room AND state = 'ready' AND type = :type
        """),
        {"room": room, "type": event_type},
    )
    return int(result.scalar_one())


async def waiting_since(session: AsyncSession, room: Room, event_type: str) -> datetime | None:
    """When the oldest event of one type happened that a room has not dealt with; None if none."""
    oldest: datetime | None = await session.scalar(
        text("""
            SELECT min(event.occurred_at) FROM corridor.deliveries AS delivery
            JOIN corridor.events AS event ON event.id = delivery.event_id
            WHERE delivery.room = :room AND delivery.state = 'ready' AND delivery.type = :type
        """),
        {"room": room, "type": event_type},
    )
    return oldest


def _keys(room: Room, batch: Sequence[Claim]) -> dict[str, object]:
    return {
        "room": room,
        "ids": [claim.id for claim in batch],
        "fences": [claim.fence for claim in batch],
    }
