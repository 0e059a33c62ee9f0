"""Endpoints of operating the house."""

from typing import Annotated
from uuid import UUID

from gateway.operations import service
from gateway.operations.schemas import DeadDeliveries, House
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.contracts.rooms import Room
from shared.http import Session, room_router

router = room_router("/operations", "operations")

Operator = Annotated[Actor, allow(Permission.OPERATE)]


@router.get("/work", operation_id="operations_work")
async def get_work(session: Session, _: Operator) -> House:
    """What waits for each room, what was laid aside, and how many workers live."""
    return await service.look_at_house(session)


@router.get("/dead-deliveries", operation_id="operations_dead_deliveries")
async def list_dead(session: Session, _: Operator) -> DeadDeliveries:
    """Deliveries that failed three times, with the error of the last try."""
    return await service.list_dead(session)


@router.post(
    "/dead-deliveries/{room}/{event_id}/retry",
    status_code=204,
    operation_id="operations_drive_again",
)
async def drive_again(room: Room, event_id: UUID, session: Session, actor: Operator) -> None:
    """Drive a dead delivery again, once its cause is mended."""
    await service.drive_again(session, event_id, room, actor.id)
