"""A change of a watch is tried on stored posts before it is saved."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.monitor.backtest import running, service
from services.monitor.backtest.reading import Position, read_slice
from services.monitor.room import room as monitor_room
from services.monitor.watches.live import SourceNames
from shared.contracts.actors import Permission
from shared.db import database_now
from tests.conftest import OpenRoom, RoomClient, make_actor
from tests.monitor.conftest import MakePost, send

OUTAGE = "望湖新村今晚停电，物业说要等到十点"


@pytest.fixture
async def monitor(open_room: OpenRoom) -> RoomClient:
    return await open_room(monitor_room)


async def watch(room: RoomClient, **changes: Any) -> dict[str, Any]:
    answer = await room.post("/api/v1/watches", {"name": "power", "expression": "停电"} | changes)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def surge(room: RoomClient, make_post: MakePost, posts: int = 120) -> None:
    """Posts of one matter, one every half minute, the newest now; and others between them."""
    for start in range(0, posts, 60):
        await send(
            room,
            *(
                make_post(
                    OUTAGE if number % 4 else f"今天晴转多云，最高气温 {number} 度，适合出门散步",
                    minutes_ago=(posts - number) / 2,
                )
                for number in range(start, min(posts, start + 60))
            ),
        )
    await room.work()


async def run(room: RoomClient, path: str, change: dict[str, Any]) -> dict[str, Any]:
    answer = await room.post(path, change)
    assert answer.status_code == 202, answer.text
    started = answer.json()
    assert started["status"] == "queued"
    await room.work()
    done: dict[str, Any] = (await room.get(answer.headers["Location"])).json()
    return done


async def test_a_change_stands_beside_the_present_settings_and_the_record(
    monitor: RoomClient, make_post: MakePost
) -> None:
    present = await watch(monitor, thresholds={"heat": {"blue": 30}, "outlook": 1})
    await surge(monitor, make_post)
    draft = {"thresholds": {"heat": {"blue": 10}, "outlook": 1}, "days": 1}
    done = await run(monitor, f"/api/v1/watches/{present['id']}/backtest", draft)
    assert (done["status"], done["progress"], done["posts"]) == ("done", 1.0, 120)
    result = done["result"]
    assert (result["present"]["matched"], result["draft"]["matched"]) == (90, 90)
    assert result["present"]["stories"] == result["draft"]["stories"] == 1
    assert result["draft"]["alerts"] >= result["present"]["alerts"] >= 1
    assert result["changes"] == {"new": 0, "lost": 0, "earlier": 1, "later": 0, "same": 0}
    (story,) = result["stories"]
    assert story["change"] == "earlier"
    assert story["draft"]["warned_at"] < story["present"]["warned_at"] <= story["peak_at"]
    assert story["draft"]["lead_minutes"] > story["present"]["lead_minutes"]
    assert story["draft"]["reasons"][0]["text_zh"]
    warning = (await monitor.get("/api/v1/warnings")).json()["items"][0]
    assert story["stored_story_id"] == warning["story_id"]
    assert story["stored_warning"]["id"] == warning["id"]
    assert story["draft"]["before_stored_minutes"] > 0
    # Nothing was changed, and nobody was told.
    assert len((await monitor.get("/api/v1/warnings")).json()["items"]) == 1
    kept = (await monitor.get(f"/api/v1/watches/{present['id']}")).json()
    assert kept["thresholds"] == {"heat": {"blue": 30}, "outlook": 1}


async def test_what_a_change_would_win_and_lose_is_told(
    monitor: RoomClient, make_post: MakePost
) -> None:
    made = await watch(monitor, thresholds={"heat": {"blue": 10}})
    await surge(monitor, make_post)
    place = f"/api/v1/watches/{made['id']}/backtest"
    higher = {"heat": {"blue": 900, "yellow": 1000, "orange": 1100, "red": 1200}}
    lost = await run(monitor, place, {"thresholds": higher})
    assert lost["result"]["changes"]["lost"] == 1
    assert lost["result"]["stories"][0]["draft"] is None
    others = await run(monitor, place, {"expression": "晴", "thresholds": {"heat": {"blue": 2}}})
    assert others["result"]["draft"]["matched"] == 30
    assert others["result"]["changes"]["new"] >= 1


async def test_a_watch_is_tried_before_it_is_saved(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await surge(monitor, make_post)
    new = {"expression": "停电", "thresholds": {"heat": {"blue": 10}}, "days": 2}
    done = await run(monitor, "/api/v1/watches/backtest", new)
    assert done["result"]["present"] is None
    assert done["result"]["draft"]["stories"] == 1
    assert done["result"]["stories"][0]["stored_warning"] is None
    listed = (await monitor.get("/api/v1/watches/backtests")).json()["items"]
    assert [each["id"] for each in listed] == [done["id"]]


async def test_exclusions_filters_and_aliases_count(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await monitor.post("/api/v1/watches/aliases", {"name": "断供", "spellings": ["停电"]})
    await surge(monitor, make_post)
    place = "/api/v1/watches/backtest"
    plain = await run(monitor, place, {"expression": "@断供", "days": 1})
    assert plain["result"]["draft"]["matched"] == 90
    without = {"expression": "停电", "exclusions": ["物业"], "days": 1}
    assert (await run(monitor, place, without))["result"]["draft"]["matched"] == 0
    elsewhere = {"expression": "停电", "filters": {"platforms": ["zhihu"]}, "days": 1}
    assert (await run(monitor, place, elsewhere))["result"]["draft"]["matched"] == 0


async def test_a_change_that_cannot_be_read_is_refused(monitor: RoomClient) -> None:
    made = await watch(monitor)
    place = f"/api/v1/watches/{made['id']}/backtest"
    for change in (
        {"expression": "停电 AND"},
        {"thresholds": {"heat": {"blue": 900, "red": 800}}},
        {"days": 0},
    ):
        assert (await monitor.post(place, change)).status_code == 422
    assert (await monitor.post("/api/v1/watches/backtest", {})).status_code == 422
    missing = await monitor.post(f"/api/v1/watches/{uuid4()}/backtest", {})
    assert missing.status_code == 404


async def test_only_who_edits_watches_tries_changes(monitor: RoomClient) -> None:
    made = await watch(monitor)
    viewer = make_actor("viewer", Permission.VIEW)
    answer = await monitor.post(f"/api/v1/watches/{made['id']}/backtest", {}, actor=viewer)
    assert answer.status_code == 403


async def test_a_backtest_can_be_stopped(monitor: RoomClient) -> None:
    made = await watch(monitor)
    started = (await monitor.post(f"/api/v1/watches/{made['id']}/backtest", {})).json()
    place = f"/api/v1/watches/backtests/{started['id']}"
    assert (await monitor.post(f"{place}/cancel", {})).json()["status"] == "cancelled"
    await monitor.work()
    assert (await monitor.get(place)).json()["status"] == "cancelled"
    assert (await monitor.post(f"{place}/cancel", {})).status_code == 409


async def test_what_a_worker_left_behind_is_begun_anew_three_times(monitor: RoomClient) -> None:
    made = await watch(monitor)
    started = (await monitor.post(f"/api/v1/watches/{made['id']}/backtest", {})).json()
    for attempt in range(3):
        async with monitor.transaction() as session:
            begun = await service.begin(session, started["id"])
            assert begun is not None
            assert begun.attempts == attempt + 1
            assert await service.begin(session, started["id"]) is None  # it runs
            await session.execute(
                text("UPDATE monitor.backtests SET beat_at = now() - interval '61 seconds'")
            )
    await monitor.work()
    failed = (await monitor.get(f"/api/v1/watches/backtests/{started['id']}")).json()
    assert failed["status"] == "failed"
    assert "three times" in failed["error"]


async def test_who_was_overtaken_leaves_the_result_to_the_other(
    monitor: RoomClient, make_post: MakePost
) -> None:
    made = await watch(monitor)
    await surge(monitor, make_post)
    started = (await monitor.post(f"/api/v1/watches/{made['id']}/backtest", {})).json()
    begun = []
    for _ in range(2):
        async with monitor.transaction() as session:
            begun.append(await service.begin(session, started["id"]))
            await session.execute(
                text("UPDATE monitor.backtests SET beat_at = now() - interval '61 seconds'")
            )
    slow, quick = begun
    assert slow is not None
    assert quick is not None
    place = f"/api/v1/watches/backtests/{started['id']}"
    await running.run(monitor.runtime, slow)
    found = (await monitor.get(place)).json()
    assert (found["status"], found["result"]) == ("running", None)
    await running.run(monitor.runtime, quick)
    assert (await monitor.get(place)).json()["status"] == "done"


async def test_settings_that_nobody_can_read_any_more_are_named(monitor: RoomClient) -> None:
    made = await watch(monitor)
    started = (await monitor.post(f"/api/v1/watches/{made['id']}/backtest", {})).json()
    async with monitor.transaction() as session:
        await session.execute(
            text("""UPDATE monitor.backtests SET draft = draft || '{"thresholds": {"mood": 1}}'""")
        )
    await monitor.work()
    failed = (await monitor.get(f"/api/v1/watches/backtests/{started['id']}")).json()
    assert failed["status"] == "failed"
    assert failed["error"].endswith("unknown thresholds: mood")


async def test_two_at_once_have_the_same_result(monitor: RoomClient, make_post: MakePost) -> None:
    made = await watch(monitor)
    await surge(monitor, make_post, posts=60)
    places = [
        (await monitor.post(f"/api/v1/watches/{made['id']}/backtest", {})).headers["Location"]
        for _ in range(2)
    ]
    await monitor.work()
    one, other = [(await monitor.get(place)).json() for place in places]
    assert (one["status"], other["status"]) == ("done", "done")
    assert one["result"]["draft"] == other["result"]["draft"]


async def test_the_clock_finds_what_nobody_runs(monitor: RoomClient) -> None:
    made = await watch(monitor)
    started = (await monitor.post(f"/api/v1/watches/{made['id']}/backtest", {})).json()
    async with monitor.transaction() as session:
        await session.execute(text("DELETE FROM corridor.deliveries"))
        await session.execute(
            text("UPDATE monitor.backtests SET created_at = now() - interval '61 seconds'")
        )
    await monitor.tick()
    done = (await monitor.get(f"/api/v1/watches/backtests/{started['id']}")).json()
    assert done["status"] == "done"


async def test_posts_are_read_once_each_in_slices_whatever_their_times(
    monitor: RoomClient, make_post: MakePost
) -> None:
    same = make_post("同时")["published_at"]
    await send(monitor, *(make_post(f"同时 {n}", published_at=same) for n in range(25)))
    await send(monitor, *(make_post(f"早 {n}", minutes_ago=n * 37) for n in range(1, 40)))
    async with monitor.transaction() as session:
        until = await database_now(session) + timedelta(minutes=1)
        position, seen = Position.at(until - timedelta(days=2)), []
        while position.begin < until:
            posts, position = await read_slice(session, position, until, SourceNames(), most=10)
            seen += posts
    assert len(seen) == len({post.fields["external_id"] for post in seen}) == 64
    assert [post.at for post in seen] == sorted(post.at for post in seen)
