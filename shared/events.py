"""Telling the other rooms: an event enters the record with the change it tells of.

PostgreSQL is the record, Redis only a doorbell. A ring that fails costs a second (the sweep of the
worker finds what is ready), never an event.
"""

import asyncio
import json
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, cast
from uuid import UUID
from weakref import WeakSet

from arq.connections import ArqRedis
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError
from sqlalchemy import ARRAY, Text, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts import ROUTES, Event, Room
from shared.ids import new_id
from shared.log import get_logger, request_id

log = get_logger(__name__)

_RINGS = "corridor.rings"

# A room, and the type of what is ready for it: only the lane that takes it has to wake.
_Bell = tuple[str, str]

# Posts come in thousands and may wait; what people and warnings do goes first.
_URGENT = -1
_BULK_PRIORITY = {
    "PostsCollected": 5,
    "PostsAnalysed": 6,
    "ImportQueued": 7,
    "PostsResubmitted": 8,
}

_INSERT = text("""
WITH event AS (
    INSERT INTO corridor.events (id, type, payload, request_id)
    VALUES (:id, :type, CAST(:payload AS json), :request_id)
    RETURNING id, position
)
INSERT INTO corridor.deliveries (event_id, room, position, type, priority, ordering_key)
SELECT event.id, room, event.position, :type, :priority, :ordering_key
FROM event, unnest(:rooms) AS room
""").bindparams(bindparam("rooms", type_=ARRAY(Text)))


async def emit(session: AsyncSession, event: Event) -> UUID:
    """Write `event`, and a delivery for every room that `ROUTES` names, in the transaction of the
    change.

    Returns the event's id. Raises KeyError for an event that `ROUTES` does not know.
    """
    return await emit_to(session, event, ROUTES[type(event)])


async def emit_to(
    session: AsyncSession, event: Event, rooms: Iterable[Room], *, variant: str | None = None
) -> UUID:
    """Write `event` for `rooms` only (schedules ring nobody but their own room).

    `variant` is appended to the type's name, for a worker that serves only that variant.
    """
    event_id = new_id()
    name = type(event).__name__ + (f"/{variant}" if variant else "")
    addressed = [str(room) for room in rooms]
    await session.execute(
        _INSERT,
        {
            "id": event_id,
            "type": name,
            "payload": event.model_dump_json(),
            "request_id": request_id.get() or str(event_id),
            "priority": _URGENT if event.urgent else _BULK_PRIORITY.get(name, 0),
            "ordering_key": event.ordering_key,
            "rooms": addressed,
        },
    )
    rings: dict[_Bell, UUID] = session.info.setdefault(_RINGS, {})
    rings.update(dict.fromkeys(((room, name) for room in addressed), event_id))
    return event_id


class Doorbell:
    """Rings the workers of rooms after a commit, through arq."""

    # A bell that hangs must not hold a request: past this the sweep does the work.
    _PATIENCE = 1.0
    # Between two rings, in seconds. A ring costs a worker two milliseconds, and a flood of posts
    # would ring it out of its work.
    _BREATH = 0.05

    def __init__(self, redis_url: str) -> None:
        self._redis = open_redis(redis_url)
        # One ring wakes a worker for all that is ready: the newest of those that wait will do.
        self._waiting: dict[_Bell, UUID] = {}
        self._ringing: asyncio.Task[None] | None = None

    def ring(self, session: AsyncSession) -> None:
        """Ring for everything that `session` emitted. Call it after the commit; returns at once."""
        self._waiting.update(session.info.pop(_RINGS, {}))
        if self._waiting and (self._ringing is None or self._ringing.done()):
            self._ringing = asyncio.create_task(self._ring_all())

    async def _ring_all(self) -> None:
        """Ring until nobody waits: one task and one connection, however many commit meanwhile."""
        while self._waiting:
            rings, self._waiting = self._waiting, {}
            await self._ring(rings)
            await asyncio.sleep(self._BREATH)

    async def _ring(self, rings: dict[_Bell, UUID]) -> None:
        try:
            async with asyncio.timeout(self._PATIENCE):
                for (room, event_type), event_id in rings.items():
                    await self._redis.enqueue_job(
                        "ring",
                        event_type,
                        _job_id=f"{event_id}:{room}",
                        _queue_name=queue_name(room),
                        _expires=60,
                    )
        except (RedisError, OSError, TimeoutError) as error:
            log.info("doorbell_silent", error=repr(error), rings=len(rings))

    async def ping(self) -> None:
        """Raise unless Redis answers."""
        await self._redis.ping()

    async def close(self) -> None:
        """Wait for rings under way, then close."""
        if self._ringing:
            await asyncio.wait([self._ringing], timeout=self._PATIENCE)
            # One that goes on would open a connection again after the last was closed.
            self._ringing.cancel()
            await asyncio.gather(self._ringing, return_exceptions=True)
        with suppress(RedisError, OSError):
            await self._redis.aclose()


class _Pool(ConnectionPool):
    """Closes every connection that it made: a call that is cancelled twice while it connects leaves
    one that redis-py's own pool knows nothing of any more."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._made: WeakSet[Any] = WeakSet()
        super().__init__(*args, **options)

    def make_connection(self) -> Any:
        """Make a connection, and remember it."""
        connection = super().make_connection()  # type: ignore[no-untyped-call]
        self._made.add(connection)
        return connection

    async def disconnect(self, inuse_connections: bool = True) -> None:
        """Close the connections; those in use too, unless it is said otherwise."""
        await super().disconnect(inuse_connections)
        if inuse_connections:
            for connection in [made for made in self._made if made.is_connected]:
                await connection.disconnect(nowait=True)


def open_redis(url: str) -> ArqRedis:
    """A Redis client that gives up on a half-open connection, and never unpickles."""
    pool = _Pool.from_url(url, socket_timeout=5, socket_connect_timeout=2, health_check_interval=15)
    redis = cast("ArqRedis", ArqRedis.from_pool(pool))
    redis.job_serializer = to_json
    redis.job_deserializer = json.loads
    return redis


def to_json(value: object) -> bytes:
    """Job payloads are JSON: with pickle, whoever can write to Redis could run code here."""
    return json.dumps(value, default=repr).encode()


def queue_name(room: str) -> str:
    """The arq queue of a room."""
    return f"groundswell:{room}"
