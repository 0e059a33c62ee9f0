"""What was laid aside is shown, and can be driven again."""

import pytest
from sqlalchemy import text

from gateway.operations.routes import router
from shared.contracts import Room
from shared.contracts.actors import Permission
from shared.contracts.records import CaseFileOpened
from shared.events import emit
from shared.ids import new_id
from shared.room import RoomDefinition
from tests.conftest import OpenRoom, RoomClient, make_actor

PATH = "/api/v1/operations"


@pytest.fixture
async def gateway(open_room: OpenRoom) -> RoomClient:
    return await open_room(RoomDefinition(room=Room.GATEWAY, title="test", routers=[router]))


async def lay_aside(gateway: RoomClient) -> str:
    async with gateway.transaction() as session:
        event_id = await emit(session, CaseFileOpened(case_id=new_id(), incident_id=new_id()))
        await session.execute(
            text("UPDATE corridor.deliveries SET state = 'dead', attempts = 3, error = 'why'")
        )
    return str(event_id)


async def test_a_dead_delivery_is_shown_and_driven_again(gateway: RoomClient) -> None:
    event_id = await lay_aside(gateway)
    dead = (await gateway.get(f"{PATH}/dead-deliveries")).json()["items"]
    assert [(item["event_id"], item["room"], item["error"]) for item in dead] == [
        (event_id, "response", "why")
    ]
    work = (await gateway.get(f"{PATH}/work")).json()["rooms"]
    assert {room["room"]: room["dead"] for room in work}["response"] == 1

    again = f"{PATH}/dead-deliveries/response/{event_id}/retry"
    assert (await gateway.post(again)).status_code == 204
    assert (await gateway.get(f"{PATH}/dead-deliveries")).json()["items"] == []
    async with gateway.transaction() as session:
        row = (await session.execute(text("SELECT state, attempts FROM corridor.deliveries"))).one()
    assert tuple(row) == ("ready", 0)
    assert (await gateway.post(again)).status_code == 404


async def test_only_operators_may(gateway: RoomClient) -> None:
    viewer = make_actor("guest", Permission.VIEW)
    assert (await gateway.get(f"{PATH}/work", actor=viewer)).status_code == 403
