"""Patrols: sites and plans are data, rounds open by themselves, people tick them off by name."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from shared.contracts.actors import Permission
from shared.contracts.duty import DutyRosterChanged, Shift
from shared.events import emit
from tests.conftest import RoomClient, make_actor

PATROLS = "/api/v1/patrols"
EDITOR = make_actor("editor", Permission.EDIT_PATROLS)
WALKER = make_actor("walker", Permission.WALK_PATROLS)
FORUM = {"name": "Forum", "url": "https://bbs.example.org/", "how": "前三页", "priority": "low"}
NEWS = {"name": "News", "url": "https://news.example.org/", "platform": "news", "priority": "high"}


async def made(room: RoomClient, what: str, **new: object) -> dict[str, Any]:
    answer = await room.post(f"{PATROLS}/{what}", new, actor=EDITOR)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def rounds(room: RoomClient, **asked: str) -> list[dict[str, Any]]:
    answer = await room.get(f"{PATROLS}/rounds", params=asked, actor=WALKER)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def by_hand(room: RoomClient, plan: dict[str, Any]) -> dict[str, Any]:
    answer = await room.post(f"{PATROLS}/rounds", {"plan_id": plan["id"]}, actor=WALKER)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def ticked(room: RoomClient, walked: dict[str, Any], index: int, **said: object) -> Any:
    check = walked["checks"][index]["id"]
    path = f"{PATROLS}/rounds/{walked['id']}/checks/{check}"
    return await room.post(path, said, actor=WALKER)


async def sql(room: RoomClient, statement: str) -> None:
    async with room.transaction() as session:
        await session.execute(text(statement))


async def test_a_round_lists_every_active_site_by_priority_then_the_questions(
    monitor: RoomClient,
) -> None:
    await made(monitor, "sites", **FORUM)
    await made(monitor, "sites", **NEWS)
    await made(monitor, "sites", name="Gone", url="https://gone.example.org", active=False)
    plan = await made(monitor, "plans", name="Morning", checklist=["搜索“停电”"])
    walked = await by_hand(monitor, plan)
    assert [check["name"] for check in walked["checks"]] == ["News", "Forum", "搜索“停电”"]
    assert (walked["places"], walked["looked"], walked["late"]) == (3, 0, False)


async def test_rounds_that_are_due_open_once(monitor: RoomClient) -> None:
    await made(monitor, "sites", **FORUM)
    await made(monitor, "plans", name="Hourly", every_hours=1, starts_at="2026-01-01T00:00:00Z")
    await monitor.tick()
    assert await rounds(monitor) == []
    await sql(
        monitor, "UPDATE monitor.patrol_plans SET changed_at = now() - interval '150 minutes'"
    )
    await monitor.tick()
    async with monitor.transaction() as session:
        await session.execute(text("DELETE FROM corridor.schedules"))
    await monitor.tick()
    found = await rounds(monitor)
    assert 2 <= len(found) <= 3
    assert len({item["due_at"] for item in found}) == len(found)
    assert [item["state"] for item in found] == ["open"] + ["missed"] * (len(found) - 1)
    assert all(item["places"] == 1 for item in found)


async def test_what_is_found_becomes_a_post_and_what_is_not_is_on_record(
    monitor: RoomClient,
) -> None:
    site = await made(monitor, "sites", **FORUM)
    await made(monitor, "sites", **NEWS)
    plan = await made(monitor, "plans", name="Round", assignee={"id": "user:w", "name": "w"})
    walked = await by_hand(monitor, plan)
    assert walked["assignee"]["name"] == "w"
    assert (await ticked(monitor, walked, 0, finding="nothing")).status_code == 200
    said = {"finding": "found", "link": "https://bbs.example.org/t?id=3", "text": "缴费后仍被停电"}
    answer = await ticked(monitor, walked, 1, **said)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["looked"], answer.json()["finds"]) == (2, 1)
    report = answer.json()["checks"][1]["report_id"]
    told = (await monitor.get(f"/api/v1/reports/staff/{report}")).json()
    assert (told["kind"], told["tellings"][0]["concerns"]) == ("patrol", "Forum")
    post = (await monitor.get(f"/api/v1/posts/{told['post_id']}")).json()
    assert post["origin"] == {"kind": "patrol", "reference": report}
    undone = await ticked(monitor, walked, 1, finding="nothing")
    assert undone.status_code == 409
    done = await monitor.post(f"{PATROLS}/rounds/{walked['id']}/complete", {}, actor=WALKER)
    assert (done.json()["state"], done.json()["done_by"]["name"]) == ("done", "walker")
    seen = (await monitor.get(f"{PATROLS}/coverage", actor=WALKER)).json()
    assert [item["name"] for item in seen["sites"]] == ["News", "Forum"]
    forum = next(item for item in seen["sites"] if item["site_id"] == site["id"])
    assert (forum["looks"], forum["finds"]) == (1, 1)
    (counted,) = seen["plans"]
    assert (counted["rounds"], counted["on_time"], counted["finds"]) == (1, 1, 1)


async def test_a_round_that_is_not_whole_ends_with_a_reason_only(monitor: RoomClient) -> None:
    await made(monitor, "sites", **FORUM)
    walked = await by_hand(monitor, await made(monitor, "plans", name="Round"))
    path = f"{PATROLS}/rounds/{walked['id']}/complete"
    refused = await monitor.post(path, {}, actor=WALKER)
    assert refused.status_code == 409
    assert "1 places were not looked at" in refused.json()["detail"]
    done = await monitor.post(path, {"note": "论坛维护中"}, actor=WALKER)
    assert done.json()["note"] == "论坛维护中"
    again = await ticked(monitor, walked, 0, finding="nothing")
    assert again.status_code == 409


async def test_a_round_is_the_duty_of_whoever_is_on_duty(monitor: RoomClient) -> None:
    now = datetime.now(UTC)
    hours = [(now - timedelta(hours=2), "wang"), (now - timedelta(hours=1), "li")]
    shifts = tuple(
        Shift(starts_at=start, ends_at=start + timedelta(hours=at), people=(name,))
        for at, (start, name) in enumerate(hours, 1)
    )
    roster = DutyRosterChanged(
        group="g2",
        name="Monitoring",
        name_zh="监测组",
        shifts=shifts,
        until=now + timedelta(days=1),
    )
    async with monitor.transaction() as session:
        await emit(session, roster)
    while await monitor.work():
        pass
    named = {"id": "user:zhao", "name": "zhao"}
    plan = await made(monitor, "plans", name="Watched", duty_group="g2", assignee=named)
    assert (await by_hand(monitor, plan))["assignee"] == {"id": "user:li", "name": "li"}
    other = await made(monitor, "plans", name="Nobody", duty_group="g9", assignee=named)
    assert (await by_hand(monitor, other))["assignee"] == named


async def test_late_and_missed_rounds_are_seen_and_counted(monitor: RoomClient) -> None:
    await made(monitor, "sites", **FORUM)
    plan = await made(monitor, "plans", name="Round", minutes=5)
    first, second = await by_hand(monitor, plan), await by_hand(monitor, plan)
    await sql(
        monitor,
        "UPDATE monitor.patrol_rounds SET due_at = due_at - interval '10 minutes', "
        "late_at = late_at - interval '10 minutes'",
    )
    assert [item["late"] for item in await rounds(monitor)] == [True, True]
    path = f"{PATROLS}/rounds/{first['id']}/complete"
    await monitor.post(path, {"note": "晚了"}, actor=WALKER)
    await sql(monitor, "UPDATE monitor.patrol_rounds SET closes_at = now()")
    await monitor.tick()
    (missed,) = await rounds(monitor, state="missed")
    assert missed["id"] == second["id"]
    async with monitor.transaction() as session:
        told = list(await session.scalars(text("SELECT message FROM monitor.alerts")))
    assert [message["data"]["title"] for message in told] == ["Patrol missed: Round"]
    (counted,) = (await monitor.get(f"{PATROLS}/coverage")).json()["plans"]
    assert (counted["late"], counted["missed"], counted["on_time"]) == (1, 1, 0)


async def test_changing_a_plan_keeps_what_was_due_before(monitor: RoomClient) -> None:
    await made(monitor, "sites", **FORUM)
    hourly = {"name": "Hourly", "every_hours": 1, "starts_at": "2026-01-01T00:00:00Z"}
    plan = await made(monitor, "plans", **hourly)
    await sql(monitor, "UPDATE monitor.patrol_plans SET changed_at = now() - interval '1 hour'")
    path = f"{PATROLS}/plans/{plan['id']}"
    new = hourly | {"every_hours": 24}
    assert (await monitor.call("PUT", path, json=new, actor=EDITOR)).status_code == 428
    etag = (await monitor.get(path, actor=EDITOR)).headers["etag"]
    changed = await monitor.call("PUT", path, json=new, headers={"If-Match": etag}, actor=EDITOR)
    assert changed.json()["every_hours"] == 24
    assert len(await rounds(monitor)) == 1


@pytest.mark.parametrize(
    ("what", "new", "words"),
    [
        ("sites", {"name": "x", "url": "javascript:alert(1)"}, "url"),
        ("plans", {"name": "x", "timezone": "Mars/Olympus"}, "time zone"),
        ("plans", {"name": "x", "times": ["25:00"]}, "times"),
        ("plans", {"name": "x", "weekdays": [0]}, "weekdays"),
        ("plans", {"name": "x", "sites": ["01a1fc5c-550b-74b9-a4d9-75d90a4d5602"]}, "no site"),
        (
            "plans",
            {"name": "x", "starts_at": "2026-01-02T00:00:00Z", "ends_at": "2026-01-01T00:00:00Z"},
            "ends_at",
        ),
    ],
)
async def test_what_does_not_fit_is_refused(
    monitor: RoomClient, what: str, new: dict[str, object], words: str
) -> None:
    refused = await monitor.post(f"{PATROLS}/{what}", new, actor=EDITOR)
    assert refused.status_code == 422
    assert words in refused.text


@pytest.mark.parametrize(
    "said",
    [
        {"finding": "found"},
        {"finding": "nothing", "text": "doch etwas"},
        {"finding": "found", "link": "没有链接"},
        {},
    ],
)
async def test_a_tick_says_what_was_seen(monitor: RoomClient, said: dict[str, object]) -> None:
    await made(monitor, "sites", **FORUM)
    walked = await by_hand(monitor, await made(monitor, "plans", name="Round"))
    assert (await ticked(monitor, walked, 0, **said)).status_code == 422


async def test_walkers_edit_nothing_and_others_see_nothing(monitor: RoomClient) -> None:
    employee = make_actor("li", Permission.SEND_REPORTS)
    for method, address, actor in (
        ("POST", "sites", WALKER),
        ("POST", "plans", WALKER),
        ("POST", "rounds", EDITOR),
        ("GET", "rounds", employee),
        ("GET", "coverage", employee),
    ):
        answer = await monitor.call(method, f"{PATROLS}/{address}", json={}, actor=actor)
        assert answer.status_code == 403, address
