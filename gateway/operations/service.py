"""Use cases of operating the house."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.operations.schemas import DeadDeliveries, DeadDelivery, House, RoomWork
from shared.contracts.rooms import Room
from shared.errors import NotFound
from shared.log import get_logger

log = get_logger(__name__)

_WORK = text("""
SELECT room, count(*) FILTER (WHERE state = 'ready') AS ready,
    count(*) FILTER (WHERE state = 'dead') AS dead,
    coalesce(extract(epoch FROM now() - min(available_at)
        FILTER (WHERE state = 'ready' AND available_at <= now())), 0) AS oldest_seconds
FROM corridor.deliveries WHERE state IN ('ready', 'dead') GROUP BY room
""")

_WORKERS = text("""
SELECT room, count(*) AS workers FROM corridor.workers
WHERE seen_at > now() - interval '15 seconds' GROUP BY room
""")

_DEAD = text("""
SELECT delivery.event_id, delivery.room, delivery.type, delivery.attempts, delivery.error,
    event.occurred_at, event.request_id,
    (SELECT count(*) FROM corridor.deliveries AS later
     WHERE later.room = delivery.room AND later.ordering_key = delivery.ordering_key
       AND later.state = 'ready' AND later.position > delivery.position) AS waiting_behind
FROM corridor.deliveries AS delivery JOIN corridor.events AS event ON event.id = delivery.event_id
WHERE delivery.state = 'dead' ORDER BY delivery.position LIMIT 200
""")

_DRIVE_AGAIN = text("""
UPDATE corridor.deliveries SET state = 'ready', attempts = 0, available_at = now()
WHERE event_id = :event_id AND room = :room AND state = 'dead'
RETURNING type
""")


async def look_at_house(session: AsyncSession) -> House:
    """What waits for each room, and who works there."""
    work = {row.room: row for row in await session.execute(_WORK)}
    workers = {row.room: row.workers for row in await session.execute(_WORKERS)}
    return House(
        rooms=[
            RoomWork(
                room=room,
                ready=work[room].ready if room in work else 0,
                oldest_seconds=float(work[room].oldest_seconds) if room in work else 0.0,
                dead=work[room].dead if room in work else 0,
                workers=workers.get(room, 0),
            )
            for room in Room
            if room is not Room.GATEWAY
        ]
    )


async def list_dead(session: AsyncSession) -> DeadDeliveries:
    """What was laid aside, with the error of its last try."""
    rows = await session.execute(_DEAD)
    return DeadDeliveries(items=[DeadDelivery.model_validate(row) for row in rows])


async def drive_again(session: AsyncSession, event_id: UUID, room: Room, by: str) -> None:
    """Give a dead delivery three new tries.

    Raises:
        NotFound: there is no dead delivery of this event in this room.
    """
    driven = (await session.execute(_DRIVE_AGAIN, {"event_id": event_id, "room": room})).first()
    if driven is None:
        raise NotFound("There is no dead delivery of this event in this room.")
    log.info("driven_again", event_id=str(event_id), to=room, type=driven.type, by=by)
