"""Settings stand in shadow beside the live ones of a watch, until somebody decides."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from services.monitor.room import room as monitor_room
from services.monitor.shadows import service
from tests.conftest import OpenRoom, RoomClient, make_actor
from tests.monitor.conftest import MakePost, send

LIVE = {"heat": {"blue": 30}, "outlook": 1}
MILDER = {"heat": {"blue": 5}, "outlook": 1}


@pytest.fixture
async def monitor(open_room: OpenRoom) -> RoomClient:
    return await open_room(monitor_room)


async def watch(room: RoomClient) -> dict[str, Any]:
    new = {"name": "power", "expression": "停电", "thresholds": LIVE}
    made: dict[str, Any] = (await room.post("/api/v1/watches", new)).json()
    return made


async def started(room: RoomClient, made: dict[str, Any], **settings: Any) -> str:
    place = f"/api/v1/watches/{made['id']}/shadow"
    answer = await room.post(place, settings or {"thresholds": MILDER})
    assert answer.status_code == 201, answer.text
    assert answer.json()["comparison"] is None
    return place


async def compare(room: RoomClient) -> None:
    """What the clock does every minute."""
    async with room.transaction() as session:
        await service.compare_due(session)
    await room.work()


async def test_a_shadow_is_judged_beside_the_live_settings_and_alerts_nobody(
    monitor: RoomClient, make_post: MakePost
) -> None:
    made = await watch(monitor)
    place = await started(monitor, made)
    async with monitor.transaction() as session:
        await session.execute(
            text("UPDATE monitor.shadows SET started_at = now() - interval '1 hour'")
        )
    await send(
        monitor, *(make_post(f"望湖新村停电了，第{n}户", minutes_ago=20 - n) for n in range(20))
    )
    await monitor.work()
    await compare(monitor)
    (shadow,) = (await monitor.get(f"{place}s")).json()["items"]
    result = shadow["comparison"]["result"]
    assert (result["draft"]["stories"], result["present"]["stories"]) == (1, 0)
    assert result["changes"]["new"] == 1
    assert (await monitor.get("/api/v1/warnings")).json()["items"] == []
    # It is no back-test that somebody asked for, and is not made anew at once.
    assert (await monitor.get("/api/v1/watches/backtests")).json()["items"] == []
    await compare(monitor)
    async with monitor.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM monitor.backtests")) == 1
        await session.execute(
            text("UPDATE monitor.backtests SET finished_at = now() - interval '11 minutes'")
        )
    await compare(monitor)
    (again,) = (await monitor.get(f"{place}s")).json()["items"]
    assert again["comparison"]["id"] != shadow["comparison"]["id"]


async def test_a_person_promotes_a_shadow_by_name(monitor: RoomClient) -> None:
    made = await watch(monitor)
    place = await started(monitor, made, thresholds=MILDER, expression="停电 OR 断电")
    assert (await monitor.post(f"{place}/promote", {})).status_code == 428
    late = await monitor.post(f"{place}/promote", {}, headers={"If-Match": '"99"'})
    assert late.status_code == 412
    etag = (await monitor.get(f"/api/v1/watches/{made['id']}")).headers["ETag"]
    leader = make_actor("leader")
    answer = await monitor.post(f"{place}/promote", {}, headers={"If-Match": etag}, actor=leader)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["outcome"], answer.json()["ended_by"]["name"]) == ("promoted", "leader")
    live = (await monitor.get(f"/api/v1/watches/{made['id']}")).json()
    assert (live["thresholds"], live["expression"]) == (MILDER, "停电 OR 断电")


async def test_a_shadow_that_is_dropped_leaves_the_watch_as_it_was(monitor: RoomClient) -> None:
    made = await watch(monitor)
    place = await started(monitor, made)
    assert (await monitor.post(f"{place}/drop", {})).json()["outcome"] == "dropped"
    assert (await monitor.post(f"{place}/drop", {})).status_code == 404
    live = (await monitor.get(f"/api/v1/watches/{made['id']}")).json()
    assert live["thresholds"] == LIVE
    await started(monitor, made)  # and another may follow
    assert len((await monitor.get(f"{place}s")).json()["items"]) == 2


async def test_a_watch_has_one_shadow_that_differs_and_can_be_read(monitor: RoomClient) -> None:
    made = await watch(monitor)
    place = await started(monitor, made)
    second = await monitor.post(place, {"thresholds": MILDER})
    assert second.status_code == 409
    assert "promote or drop" in second.json()["detail"]
    for wrong in ({}, {"expression": "停电 AND"}, {"thresholds": {"heat": {"blue": 900}}}):
        other = f"/api/v1/watches/{made['id']}/shadow"
        assert (await monitor.post(other, wrong)).status_code in (409, 422)


async def test_two_people_who_decide_at_once_decide_once(monitor: RoomClient) -> None:
    made = await watch(monitor)
    place = f"/api/v1/watches/{made['id']}/shadow"
    begun = await asyncio.gather(*(monitor.post(place, {"thresholds": MILDER}) for _ in range(2)))
    assert sorted(answer.status_code for answer in begun) == [201, 409]
    ended = await asyncio.gather(
        monitor.call("POST", f"{place}/promote", headers={"If-Match": "*"}),
        monitor.post(f"{place}/drop", {}),
    )
    assert sorted(answer.status_code for answer in ended) == [200, 404]
    (shadow,) = (await monitor.get(f"{place}s")).json()["items"]
    live = (await monitor.get(f"/api/v1/watches/{made['id']}")).json()["thresholds"]["heat"]
    assert (live["blue"] == 5) is (shadow["outcome"] == "promoted")


async def test_a_promotion_stands_in_the_history_of_the_watch_and_can_be_taken_back(
    monitor: RoomClient,
) -> None:
    made = await watch(monitor)
    place = await started(monitor, made)
    await monitor.call("POST", f"{place}/promote", headers={"If-Match": "*"})
    versions = (await monitor.get(f"/api/v1/watches/{made['id']}/versions")).json()["items"]
    assert versions[0]["changes"] == ["thresholds"]
    assert versions[0]["changed_by"]["name"] == make_actor().name
