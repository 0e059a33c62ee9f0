"""What every room's API does with a request, shown on a room with one endpoint."""

import asyncio
from typing import Annotated

import pytest
from fastapi import APIRouter
from sqlalchemy import text

from shared.auth import allow
from shared.contracts import Room
from shared.contracts.actors import Actor, Permission
from shared.contracts.records import CaseFileOpened
from shared.deliveries import Delivered
from shared.errors import Conflict
from shared.events import emit
from shared.http import Session, room_router
from shared.ids import new_id
from shared.jobs import Jobs, Work
from shared.log import request_id
from shared.room import RoomDefinition
from tests.conftest import OpenRoom, RoomClient

Writer = Annotated[Actor, allow(Permission.VIEW)]
PATH = "/api/v1/things"


def things() -> APIRouter:
    router = room_router("/things", "things")

    @router.post("", status_code=201)
    async def write(session: Session, actor: Writer, fail: bool = False) -> dict[str, str]:
        """Write a row and tell of it; fail after that, if wanted."""
        event_id = await emit(session, CaseFileOpened(case_id=new_id(), incident_id=new_id()))
        if fail:
            raise Conflict("Refused after the change.")
        return {"event_id": str(event_id)}

    return router


@pytest.fixture
async def room(open_room: OpenRoom) -> RoomClient:
    return await open_room(RoomDefinition(room=Room.RESPONSE, title="test", routers=[things()]))


async def events(room: RoomClient) -> int:
    async with room.transaction() as session:
        return int(await session.scalar(text("SELECT count(*) FROM corridor.events")) or 0)


async def test_a_refused_request_changes_nothing(room: RoomClient, fresh_key: str) -> None:
    headers = {"Idempotency-Key": fresh_key}
    refused = await room.post(f"{PATH}?fail=true", headers=headers)
    assert refused.status_code == 409
    assert await events(room) == 0
    # The key was not used up either: the same request may succeed later.
    assert (await room.post(PATH, headers=headers)).status_code == 201


async def test_twins_at_the_same_time_have_one_effect(room: RoomClient, fresh_key: str) -> None:
    headers = {"Idempotency-Key": fresh_key}
    answers = await asyncio.gather(*(room.post(PATH, headers=headers) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["event_id"] for answer in answers}) == 1
    assert await events(room) == 1


@pytest.mark.parametrize("key", ["", "x" * 201])
async def test_a_key_that_is_none_is_refused(room: RoomClient, key: str) -> None:
    answer = await room.post(PATH, headers={"Idempotency-Key": key})
    assert answer.status_code == 400


async def test_the_id_of_a_request_follows_its_events_into_the_job(open_room: OpenRoom) -> None:
    jobs, seen = Jobs(), []

    @jobs.on(CaseFileOpened)
    async def handle(work: Work, delivered: Delivered[CaseFileOpened]) -> None:
        seen.append((delivered.request_id, request_id.get()))

    room = await open_room(
        RoomDefinition(room=Room.RESPONSE, title="test", routers=[things()], jobs=jobs)
    )
    answer = await room.post(PATH, headers={"X-Request-Id": "a-request-of-mine"})
    assert answer.headers["x-request-id"] == "a-request-of-mine"
    assert await room.work()
    assert seen == [("a-request-of-mine", "a-request-of-mine")]


async def test_health_and_metrics_tell_what_was_done(room: RoomClient) -> None:
    await room.post(PATH)
    assert (await room.get("/livez")).json() == {"status": "alive"}
    assert (await room.get("/readyz")).json()["database"] == "ok"
    metrics = (await room.get("/metrics")).text
    assert 'groundswell_http_requests_total{method="POST",room="response"' in metrics
    assert 'route="/api/v1/things",status="201"' in metrics
