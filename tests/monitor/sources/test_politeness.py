"""robots.txt and the pace of a site, as a source meets them."""

import asyncio
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import text

from services.monitor.room import room as monitor_room
from services.monitor.sources.sites import RecordedSites
from shared.contracts.posts import SourceDue
from shared.events import emit
from tests.conftest import OpenRoom, RoomClient

SOURCES = "/api/v1/sources"
FEED = "<rss version='2.0'><channel><item><title>one</title></item></channel></rss>"


@pytest.fixture
async def monitor(open_room: OpenRoom) -> RoomClient:
    return await open_room(monitor_room, allow_private_sources=True)


@pytest.fixture
def httpserver(make_httpserver: HTTPServer) -> HTTPServer:
    """A server without an answer for robots.txt."""
    make_httpserver.clear()
    make_httpserver.expect_request("/feed").respond_with_data(FEED)
    return make_httpserver


async def read(room: RoomClient, url: str, **changes: object) -> dict[str, Any]:
    """A source at `url`, read once."""
    added = await room.post(SOURCES, {"name": f"At {url}", "url": url} | changes)
    assert added.status_code == 201, added.text
    return await again(room, added.json())


async def again(room: RoomClient, source: dict[str, Any]) -> dict[str, Any]:
    async with room.transaction() as session:
        await emit(session, SourceDue(source_id=source["id"]))
    assert await room.work()
    shown: dict[str, Any] = (await room.get(f"{SOURCES}/{source['id']}")).json()
    return shown


async def test_what_robots_txt_forbids_is_not_read_and_why_is_told(
    monitor: RoomClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("User-agent: *\nDisallow: /feed")
    shown = await read(monitor, httpserver.url_for("/feed"))
    assert shown["state"] == "failing"
    assert "forbids this address" in shown["health"]["last_error"]
    assert [request.path for request, _ in httpserver.log] == ["/robots.txt"]


async def test_a_person_may_decide_otherwise_with_a_reason(
    monitor: RoomClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("User-agent: *\nDisallow: /")
    reason = "The publisher gave us this feed by contract."
    shown = await read(monitor, httpserver.url_for("/feed"), robots_reason=reason)
    assert (shown["state"], shown["robots_reason"]) == ("ok", reason)


async def test_robots_txt_is_asked_for_once_a_day(
    monitor: RoomClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("User-agent: *\nDisallow: /x")
    shown = await read(monitor, httpserver.url_for("/feed"))
    await again(monitor, shown)
    paths = [request.path for request, _ in httpserver.log]
    assert paths == ["/robots.txt", "/feed", "/feed"]
    async with monitor.transaction() as session:
        await session.execute(
            text("UPDATE monitor.sites SET robots_read_at = now() - interval '25 hours'")
        )
    await again(monitor, shown)
    assert [request.path for request, _ in httpserver.log][3:] == ["/robots.txt", "/feed"]


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_site_that_cannot_say_what_it_allows_is_left_alone(
    monitor: RoomClient, httpserver: HTTPServer, status: int
) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("busy", status=status)
    shown = await read(monitor, httpserver.url_for("/feed"))
    assert "does not say what it allows" in shown["health"]["last_error"]


async def test_a_redirect_leads_to_rules_of_its_own(
    monitor: RoomClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("User-agent: *\nDisallow: /hidden")
    httpserver.expect_request("/moved").respond_with_data(
        status=301, headers={"Location": "/hidden"}
    )
    shown = await read(monitor, httpserver.url_for("/moved"))
    assert "forbids this address" in shown["health"]["last_error"]
    assert [request.path for request, _ in httpserver.log] == ["/robots.txt", "/moved"]


async def test_all_workers_together_keep_the_pace_of_a_site(monitor: RoomClient) -> None:
    sites = [RecordedSites(monitor.runtime.transaction) for _ in range(2)]
    turns = await asyncio.gather(
        *(sites[n % 2].take_turn("https://a.example", gap=10, patience=25) for n in range(6))
    )
    waits = sorted(turn for turn in turns if turn is not None)
    assert waits == pytest.approx([0, 10, 20], abs=2)
    assert await sites[0].take_turn("https://b.example", gap=10, patience=25) == 0


async def test_a_source_that_would_wait_too_long_comes_later_and_has_not_failed(
    monitor: RoomClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("User-agent: *\nCrawl-delay: 50")
    shown = await read(monitor, httpserver.url_for("/feed"))
    assert shown["state"] == "ok"
    waiting = await again(monitor, shown)
    assert (waiting["state"], waiting["health"]["failures"]) == ("ok", 0)
    assert [request.path for request, _ in httpserver.log] == ["/robots.txt", "/feed"]
    assert waiting["health"]["next_at"] != shown["health"]["next_at"]
