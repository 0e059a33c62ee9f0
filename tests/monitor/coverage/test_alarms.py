"""A source that falls silent is told of once, and once more when it speaks again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import text

from services.monitor.coverage.service import judge_sources, learn_usuals
from services.monitor.room import room as monitor_room
from shared.contracts.posts import SourceDue
from shared.events import emit
from tests.conftest import OpenRoom, RoomClient

SOURCES = "/api/v1/sources"


@pytest.fixture
async def monitor(open_room: OpenRoom) -> RoomClient:
    return await open_room(monitor_room, allow_private_sources=True)


def feed(*titles: str) -> str:
    items = "".join(
        f"<item><guid>https://news.example/{title}</guid><title>{title}</title></item>"
        for title in titles
    )
    return f"<rss version='2.0'><channel>{items}</channel></rss>"


@pytest.fixture
async def source(monitor: RoomClient, httpserver: HTTPServer) -> dict[str, Any]:
    """A source that has been read once."""
    httpserver.expect_request("/robots.txt").respond_with_data("none", status=404)
    httpserver.expect_request("/feed").respond_with_data(feed("one"))
    new = {"name": "City news", "url": httpserver.url_for("/feed"), "platform": "news"}
    made: dict[str, Any] = (await monitor.post(SOURCES, new)).json()
    await read(monitor, made)
    return made


async def read(room: RoomClient, source: dict[str, Any]) -> dict[str, Any]:
    async with room.transaction() as session:
        await emit(session, SourceDue(source_id=source["id"]))
    await room.work()
    return await look(room, source)


async def look(room: RoomClient, source: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = (await room.get(f"{SOURCES}/{source['id']}")).json()
    return shown


async def give_a_past(room: RoomClient, source: dict[str, Any], *, quiet_hours: int) -> None:
    """Four weeks of three posts an hour, then nothing, although it was read all the time."""
    async with room.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO monitor.source_hours "
                "SELECT :source, date_trunc('hour', now(), 'UTC') - make_interval(hours => n), "
                "12, 0, CASE WHEN n > :quiet THEN 3 ELSE 0 END, 0 FROM generate_series(1, 672) AS n"
            ),
            {"source": source["id"], "quiet": quiet_hours},
        )
        await learn_usuals(session)
        await session.execute(
            text(
                "UPDATE monitor.source_health SET "
                "steady_since = now() - interval '28 days', "
                "last_new_at = now() - make_interval(hours => :quiet)"
            ),
            {"quiet": quiet_hours},
        )


async def judged(room: RoomClient) -> list[str]:
    """Judge now; the titles of all alerts so far, oldest first."""
    async with room.transaction() as session:
        await judge_sources(session)
    await room.work()
    items = (await room.get("/api/v1/warnings/alerts")).json()["items"]
    return [alert["title"] for alert in reversed(items)]


async def test_a_silent_source_is_told_of_once_and_the_alarm_ends_by_itself(
    monitor: RoomClient, httpserver: HTTPServer, source: dict[str, Any]
) -> None:
    await give_a_past(monitor, source, quiet_hours=0)
    assert await judged(monitor) == []

    async with monitor.transaction() as session:
        await session.execute(
            text("UPDATE monitor.source_health SET last_new_at = now() - interval '9 hours'")
        )
    assert await judged(monitor) == ["Silent source: City news"]
    assert await judged(monitor) == ["Silent source: City news"]
    shown = await look(monitor, source)
    assert shown["state"] == "silent"
    assert shown["health"]["alarm"] == "silent"
    alert = (await monitor.get("/api/v1/warnings/alerts")).json()["items"][0]["message"]["data"]
    assert "nothing new for 9.0 h. About 27 posts" in alert["text"]
    assert "已 9.0 小时没有新内容" in alert["text_zh"]

    httpserver.clear()
    httpserver.expect_request("/feed").respond_with_data(feed("one", "two"))
    await read(monitor, source)
    titles = await judged(monitor)
    assert titles == ["Silent source: City news", "Source recovered: City news"]
    shown = await look(monitor, source)
    assert (shown["state"], shown["health"]["alarm"]) == ("ok", None)


async def test_what_was_not_read_was_not_silent(
    monitor: RoomClient, source: dict[str, Any]
) -> None:
    await give_a_past(monitor, source, quiet_hours=9)
    async with monitor.transaction() as session:
        await session.execute(
            text("UPDATE monitor.source_health SET last_success_at = now() - interval '8 hours'")
        )
    assert await judged(monitor) == []
    # It is read again, but nobody knows what it said meanwhile.
    await read(monitor, source)
    assert await judged(monitor) == []


async def test_a_source_that_fails_for_long_is_told_of_and_one_taken_out_is_not(
    monitor: RoomClient, source: dict[str, Any]
) -> None:
    async with monitor.transaction() as session:
        await session.execute(
            text(
                "UPDATE monitor.source_health SET failures = 6, last_error = 'The site answered "
                "500.', last_success_at = now() - interval '3 hours'"
            )
        )
    assert await judged(monitor) == ["Silent source: City news"]
    alert = (await monitor.get("/api/v1/warnings/alerts")).json()["items"][0]["message"]["data"]
    assert alert["text"] == "City news has not been readable for 3.0 h. The site answered 500."

    new = {"name": "City news", "url": source["url"], "platform": "news", "enabled": False}
    await monitor.call("PUT", f"{SOURCES}/{source['id']}", json=new, headers={"If-Match": "*"})
    assert (await judged(monitor))[-1] == "Source recovered: City news"


async def test_statistics_of_a_source(monitor: RoomClient, source: dict[str, Any]) -> None:
    await give_a_past(monitor, source, quiet_hours=0)
    shown = (await monitor.get(f"{SOURCES}/{source['id']}/statistics?days=7")).json()
    assert 6 <= len(shown["days"]) <= 7
    assert shown["days"][2] | {"day": ""} == {
        "day": "",
        "posts": 72,
        "known": 0,
        "readings": 288,
        "failures": 0,
    }
    assert shown["sampled"] == 1
    assert shown["mentions_share"] == shown["copies_share"] == 0
    assert shown["lag"]["median"] >= 0
    assert shown["first_reports"] == 0
    assert shown["usual"]["rates"] == pytest.approx([3.0] * 168, abs=0.01)
    assert shown["alarms"] == []
    assert (await monitor.get(f"{SOURCES}/{source['id'][:-4]}0000/statistics")).status_code == 404


async def test_coverage_by_platform(
    monitor: RoomClient, httpserver: HTTPServer, source: dict[str, Any]
) -> None:
    httpserver.expect_request("/gone").respond_with_data("no", status=404)
    new = {"name": "Gone", "url": httpserver.url_for("/gone"), "platform": "weibo"}
    await read(monitor, (await monitor.post(SOURCES, new)).json())
    await give_a_past(monitor, source, quiet_hours=0)
    news, weibo = (await monitor.get(f"{SOURCES}/coverage")).json()["items"]
    assert (news["platform"], news["ok"], weibo["failing"]) == ("news", 1, 1)
    assert news["posts_24h"] == pytest.approx(72, abs=3)
    assert news["usual_24h"] == pytest.approx(72, abs=1)
    assert weibo["usual_24h"] is None
    volumes = (await monitor.get(f"{SOURCES}/volumes?days=3")).json()["items"]
    days = next(item["posts"] for item in volumes if item["source_id"] == source["id"])
    assert (len(days), days[0], days[1]) == (3, 72, 72)
    heard = datetime.fromisoformat(news["stalest_at"])
    assert datetime.now(UTC) - heard < timedelta(minutes=1)


async def give_a_slow_past(room: RoomClient, source: dict[str, Any], *, quiet_hours: int) -> None:
    """Six weeks of two posts a day, then nothing; it was read all the time."""
    async with room.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO monitor.source_hours "
                "SELECT :source, date_trunc('hour', now(), 'UTC') - make_interval(hours => n), "
                "12, 0, CASE WHEN n > :quiet AND n % 12 = 0 THEN 1 ELSE 0 END, 0 "
                "FROM generate_series(1, 1008) AS n"
            ),
            {"source": source["id"], "quiet": quiet_hours},
        )
        await session.execute(
            text(
                "UPDATE monitor.source_health SET "
                "steady_since = now() - interval '60 days', "
                "last_new_at = now() - make_interval(hours => :quiet)"
            ),
            {"quiet": quiet_hours},
        )


async def test_what_is_usual_does_not_follow_a_silence_that_goes_on(
    monitor: RoomClient, source: dict[str, Any]
) -> None:
    await give_a_slow_past(monitor, source, quiet_hours=8 * 24)
    # As every day while it is silent.
    async with monitor.transaction() as session:
        await learn_usuals(session)
    assert await judged(monitor) == ["Silent source: City news"]
    shown = (await monitor.get(f"{SOURCES}/{source['id']}/statistics")).json()
    assert shown["usual"]["longest_gap"] <= 12


async def test_a_source_that_sends_by_itself_was_not_silent_while_it_was_out_of_service(
    monitor: RoomClient,
) -> None:
    new = {"name": "Partner", "kind": "webhook", "platform": "forum"}
    made = (await monitor.post(SOURCES, new)).json()
    await give_a_past(monitor, made, quiet_hours=0)
    async with monitor.transaction() as session:
        await session.execute(
            text("UPDATE monitor.source_health SET last_new_at = now() - interval '3 days'")
        )
        await session.execute(text("UPDATE monitor.sources SET changed_at = now()"))
    assert await judged(monitor) == []
    async with monitor.transaction() as session:
        await session.execute(
            text("UPDATE monitor.sources SET changed_at = now() - interval '2 days'")
        )
    assert await judged(monitor) == ["Silent source: Partner"]
