"""Shapes of the operations API."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from shared.contracts.rooms import Room
from shared.schemas import ResponseShape


class RoomWork(BaseModel):
    """What waits for one room. `oldest_seconds` is the age of the oldest delivery that is due."""

    room: Room
    ready: int
    oldest_seconds: float = Field(description="0 where nothing waits")
    dead: int
    workers: int = Field(description="Seen within the last 15 seconds")


class House(BaseModel):
    """The work between the rooms."""

    rooms: list[RoomWork]


class DeadDelivery(ResponseShape):
    """A delivery that was laid aside after its last try."""

    event_id: UUID
    room: Room
    type: str
    attempts: int
    error: str | None
    occurred_at: datetime
    request_id: str | None
    waiting_behind: int = Field(description="Later deliveries in the same order that wait for it")


class DeadDeliveries(BaseModel):
    """Dead deliveries, oldest first; at most 200 are shown."""

    items: list[DeadDelivery]
