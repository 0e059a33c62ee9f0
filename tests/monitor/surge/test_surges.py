"""Surges of watches: counted from the record, told with the story that carries them."""

import random
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, text

from services.monitor.posts.models import Mention
from services.monitor.surge.detector import SurgeDetector
from services.monitor.surge.service import feed_detectors, read_usual
from tests.conftest import RoomClient
from tests.monitor.conftest import MakePost, send

STEP = 300
DAY = 86_400
# Some Monday, 00:00 UTC.
BEGAN = 1_772_409_600


async def watch(room: RoomClient, name: str, **changes: Any) -> UUID:
    answer = await room.post("/api/v1/watches", {"name": name, "expression": name} | changes)
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["id"])


def mention(watch_id: UUID, at: float, story_id: UUID, **changes: Any) -> dict[str, Any]:
    """A mention by a post that reached us at `at`."""
    post_id = UUID(int=(int(at * 1_000) << 80) | (uuid4().int & ((1 << 80) - 1)))
    return {
        "watch_id": watch_id,
        "post_id": post_id,
        "story_id": story_id,
        "terms": [],
        "platform": "weibo",
        "published_at": datetime.fromtimestamp(at, tz=UTC),
    } | changes


def quiet(watch_id: UUID, days: float, a_day: int) -> list[dict[str, Any]]:
    generator = random.Random(7)
    return [
        mention(watch_id, BEGAN + generator.random() * days * DAY, uuid4())
        for _ in range(int(days * a_day))
    ]


async def keep(room: RoomClient, mentions: list[dict[str, Any]]) -> None:
    async with room.transaction() as session:
        await session.execute(insert(Mention), mentions)


async def feed(room: RoomClient, until: float, since: float = BEGAN) -> None:
    """Let the clock run from `since` to `until`, half a day at a time."""
    now = since
    while now < until:
        now = min(until, now + DAY / 2)
        async with room.transaction() as session:
            await feed_detectors(session, now + 60)


async def surges(room: RoomClient, watch_id: UUID) -> list[dict[str, Any]]:
    answer = await room.get(f"/api/v1/watches/{watch_id}/surges")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def start_feed(room: RoomClient) -> None:
    async with room.transaction() as session:
        await feed_detectors(session, BEGAN + 60)


async def test_a_surge_is_told_with_its_story_and_what_is_usual(monitor: RoomClient) -> None:
    power = await watch(monitor, "云州电力")
    story, surge_at = uuid4(), BEGAN + 5 * DAY
    burst = [mention(power, surge_at + number * 12, story) for number in range(40)]
    await start_feed(monitor)
    await keep(monitor, quiet(power, 5, 100) + burst)
    await feed(monitor, surge_at)
    assert await surges(monitor, power) == []
    await feed(monitor, surge_at + 900, since=surge_at)
    found = await surges(monitor, power)
    assert found
    assert all(UUID(each["story_id"]) == story for each in found)
    assert all(each["count"] > 5 * each["expected"] for each in found)
    assert found[-1]["at"] <= datetime.fromtimestamp(surge_at + 600, tz=UTC).isoformat()


async def test_the_first_days_only_teach(monitor: RoomClient) -> None:
    power = await watch(monitor, "云州电力")
    surge_at = BEGAN + 2 * DAY
    await start_feed(monitor)
    await keep(
        monitor,
        quiet(power, 2, 100) + [mention(power, surge_at + n * 12, uuid4()) for n in range(40)],
    )
    await feed(monitor, surge_at + 900)
    assert await surges(monitor, power) == []


async def test_a_surge_that_falls_apart_names_no_story(monitor: RoomClient) -> None:
    power = await watch(monitor, "云州电力")
    surge_at = BEGAN + 5 * DAY
    await start_feed(monitor)
    await keep(
        monitor,
        quiet(power, 5, 100) + [mention(power, surge_at + n * 12, uuid4()) for n in range(40)],
    )
    await feed(monitor, surge_at + 900)
    found = await surges(monitor, power)
    assert found
    assert {each["story_id"] for each in found} == {None}


async def test_imported_history_is_no_surge(monitor: RoomClient) -> None:
    power = await watch(monitor, "云州电力")
    surge_at = BEGAN + 5 * DAY
    old = datetime.fromtimestamp(BEGAN, tz=UTC)
    await start_feed(monitor)
    imported = [mention(power, surge_at + n * 12, uuid4(), published_at=old) for n in range(40)]
    await keep(monitor, quiet(power, 5, 100) + imported)
    await feed(monitor, surge_at + 900)
    assert await surges(monitor, power) == []


async def test_each_bin_counts_once_however_often_the_clock_rings(monitor: RoomClient) -> None:
    power = await watch(monitor, "云州电力")
    mentions = quiet(power, 6, 80)
    await start_feed(monitor)
    await keep(monitor, mentions)
    for day in range(6):
        await feed(monitor, BEGAN + (day + 1) * DAY, since=BEGAN + day * DAY)
        async with monitor.transaction() as session:
            assert await feed_detectors(session, BEGAN + (day + 1) * DAY + 60) == []
    counts = Counter(int(each["published_at"].timestamp() // STEP) for each in mentions)
    detector, now = SurgeDetector(), BEGAN + 6 * DAY
    for number in range(min(counts), now // STEP):
        detector.weigh(number * STEP, counts[number])
    async with monitor.transaction() as session:
        usual = await read_usual(session, power, now)
    assert usual.history_days == pytest.approx(6.0, abs=0.1)
    assert sum(usual.hours) == pytest.approx(80, rel=0.2)
    first_hour = sum(detector.expect(now + second) for second in range(0, 3_600, STEP))
    assert usual.hours[0] == pytest.approx(first_hour)


async def test_a_story_that_carries_a_surge_is_warned_of_long_before_its_heat_says_so(
    monitor: RoomClient, make_post: MakePost
) -> None:
    far = {"heat": {"blue": 1_000, "yellow": 2_000, "orange": 3_000, "red": 4_000}}
    power = await watch(monitor, "云州电力", thresholds=far)
    now = time.time()
    began = now - 5 * DAY
    generator = random.Random(3)
    async with monitor.transaction() as session:
        await feed_detectors(session, began)
    history = [
        mention(power, began + generator.random() * (5 * DAY - 60), uuid4()) for _ in range(300)
    ]
    await keep(monitor, history)
    posts = [make_post(f"云州电力 望湖新村 停电 第{number}户") for number in range(40)]
    await send(monitor, *posts)
    while await monitor.work():
        pass
    assert (await monitor.get("/api/v1/warnings")).json()["items"] == []
    await feed(monitor, now + STEP, since=began)
    async with monitor.transaction() as session:
        await session.execute(text("DELETE FROM corridor.schedules"))
    while await monitor.tick():
        pass
    (warning,) = (await monitor.get("/api/v1/warnings")).json()["items"]
    assert warning["level"] == "blue"
    assert [reason["code"] for reason in warning["reasons"]] == ["surge", "heat"]
    assert "望湖新村" in warning["title"]


@pytest.mark.parametrize("what", ["surges", "usual"])
async def test_a_watch_that_is_not_there_is_not_found(monitor: RoomClient, what: str) -> None:
    answer = await monitor.get(f"/api/v1/watches/{uuid4()}/{what}")
    assert answer.status_code == 404
    fresh = await watch(monitor, "云州电力")
    assert (await monitor.get(f"/api/v1/watches/{fresh}/{what}")).status_code == 200


async def give_a_past(room: RoomClient, watch_id: UUID, days: float, a_day: int) -> float:
    """Mentions of the last days, up to a minute ago; returns now."""
    now = time.time()
    began = now - days * DAY
    generator = random.Random(3)
    async with room.transaction() as session:
        await feed_detectors(session, began)
    await keep(
        room,
        [
            mention(watch_id, began + generator.random() * (days * DAY - 60), uuid4())
            for _ in range(int(days * a_day))
        ],
    )
    return now


async def arrive(room: RoomClient, posts: list[dict[str, Any]], source_id: UUID | None) -> None:
    """Posts that came just now, from a source."""
    await send(room, *posts)
    while await room.work():
        pass
    async with room.transaction() as session:
        await session.execute(text("UPDATE monitor.posts SET source_id = :id"), {"id": source_id})


def id_of(days_ago: float) -> UUID:
    return UUID(int=(int((time.time() - days_ago * DAY) * 1_000) << 80) | 1)


@pytest.mark.parametrize(("hours", "surging"), [(0.0, True), (17.0, False)])
async def test_the_backlog_of_a_source_that_was_silent_for_a_day_is_no_surge(
    monitor: RoomClient, make_post: MakePost, hours: float, surging: bool
) -> None:
    power = await watch(monitor, "云州电力")
    now = await give_a_past(monitor, power, 5, 60)
    spread = [
        make_post(f"云州电力 第{number}户", minutes_ago=0.5 + number % 40 / 40 * hours * 60 + 0.2)
        for number in range(60)
    ]
    if not surging:
        for post in spread:
            at = datetime.fromisoformat(post["published_at"]) - timedelta(hours=6.5)
            post["published_at"] = at.isoformat()
    await arrive(monitor, spread, id_of(300))
    await feed(monitor, now + STEP, since=now - 5 * DAY)
    assert bool(await surges(monitor, power)) is surging


@pytest.mark.parametrize(("age", "surging"), [(0.5, False), (30.0, True)])
async def test_what_a_source_brings_that_was_just_added_is_no_surge(
    monitor: RoomClient, make_post: MakePost, age: float, surging: bool
) -> None:
    power = await watch(monitor, "云州电力")
    now = await give_a_past(monitor, power, 5, 60)
    await arrive(monitor, [make_post(f"云州电力 第{n}户") for n in range(60)], id_of(age))
    await feed(monitor, now + STEP, since=now - 5 * DAY)
    assert bool(await surges(monitor, power)) is surging


async def test_what_a_new_source_brings_hides_no_surge_that_follows(
    monitor: RoomClient, make_post: MakePost
) -> None:
    power = await watch(monitor, "云州电力")
    now = await give_a_past(monitor, power, 5, 60)
    await arrive(monitor, [make_post(f"云州电力 第{n}户") for n in range(60)], id_of(0.5))
    story = uuid4()
    later = [mention(power, now + 3 * 3_600 + n, story) for n in range(50)]
    await keep(monitor, later)
    await feed(monitor, now + 4 * 3_600, since=now - 5 * DAY)
    assert {each["story_id"] for each in await surges(monitor, power)} == {str(story)}


async def test_imported_history_warms_the_baseline(
    monitor: RoomClient, make_post: MakePost
) -> None:
    power = await watch(monitor, "云州电力")
    now = time.time()
    async with monitor.transaction() as session:
        await feed_detectors(session, now - DAY)
    # Everything reached us a moment ago, as an import does; it was published over three weeks.
    generator = random.Random(4)
    history = [
        mention(power, now - 2 * STEP, uuid4())
        | {"published_at": datetime.fromtimestamp(now - generator.uniform(2, 21) * DAY, tz=UTC)}
        for _ in range(19 * 48)
    ]
    await keep(monitor, history)
    await feed(monitor, now - STEP, since=now - DAY)
    usual = (await monitor.get(f"/api/v1/watches/{power}/usual")).json()
    assert usual["history_days"] == pytest.approx(21, abs=0.5)
    assert 15 < sum(usual["hours"]) < 80
    story = uuid4()
    await keep(monitor, [mention(power, now + number, story) for number in range(60)])
    await feed(monitor, now + 2 * STEP, since=now)
    assert [each["story_id"] for each in await surges(monitor, power)][:1] == [str(story)]


async def test_an_import_into_a_watch_that_has_a_past_joins_it(monitor: RoomClient) -> None:
    power = await watch(monitor, "云州电力")
    now = await give_a_past(monitor, power, 1, 24)
    await feed(monitor, now, since=now - DAY)
    imported = [
        mention(power, now + 1, uuid4())
        | {"published_at": datetime.fromtimestamp(now - (2 + number / 20) * DAY, tz=UTC)}
        for number in range(480)
    ]
    await keep(monitor, imported)
    await feed(monitor, now + 2 * STEP, since=now)
    usual = (await monitor.get(f"/api/v1/watches/{power}/usual")).json()
    assert usual["history_days"] == pytest.approx(26, abs=0.5)
    assert await surges(monitor, power) == []
