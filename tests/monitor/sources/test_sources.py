"""A source from its first reading to its failures, over HTTP and by its clock."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from uuid import UUID

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import text

from services.monitor.room import room as monitor_room
from services.monitor.sources.collecting import note_failure, take_order
from services.monitor.sources.watched import WatchedPosts
from shared.contracts.actors import Permission
from shared.contracts.posts import SourceDue
from shared.events import emit
from tests.conftest import OpenRoom, RoomClient, make_actor
from tests.monitor.sources.conftest import asked

SOURCES = "/api/v1/sources"


@pytest.fixture
async def monitor(open_room: OpenRoom) -> RoomClient:
    return await open_room(monitor_room, allow_private_sources=True)


AddSource = Callable[..., Any]


@pytest.fixture
def add_source(monitor: RoomClient, httpserver: HTTPServer) -> AddSource:
    """`await add_source("/feed", name=...)`: a source at our server; answers what the API did."""

    async def add(path: str = "/feed", **changes: object) -> dict[str, Any]:
        new = {"name": f"Feed at {path}", "url": httpserver.url_for(path)}
        answer = await monitor.post(SOURCES, new | changes)
        assert answer.status_code == 201, answer.text
        source: dict[str, Any] = answer.json()
        return source

    return add


def feed(*titles: str, dated: bool = True) -> str:
    now = format_datetime(datetime.now(UTC) - timedelta(minutes=1))
    items = "".join(
        f"<item><guid>https://news.example/{title}</guid><title>{title}</title>"
        + (f"<pubDate>{now}</pubDate>" if dated else "")
        + "</item>"
        for title in titles
    )
    return f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>"


async def look(room: RoomClient, source: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = (await room.get(f"{SOURCES}/{source['id']}")).json()
    return shown


async def read_now(room: RoomClient, source: dict[str, Any]) -> dict[str, Any]:
    async with room.transaction() as session:
        await emit(session, SourceDue(source_id=source["id"]))
    assert await room.work()
    return await look(room, source)


async def titles(room: RoomClient) -> list[str]:
    posts = (await room.get("/api/v1/posts")).json()["items"]
    return sorted(post["title"] for post in posts)


async def let_time_pass(room: RoomClient, minutes: int) -> None:
    async with room.transaction() as session:
        await session.execute(
            text(
                "UPDATE monitor.source_health SET next_at = next_at - make_interval(mins => :m), "
                "last_attempt_at = last_attempt_at - make_interval(mins => :m)"
            ),
            {"m": minutes},
        )
        await session.execute(text("DELETE FROM corridor.schedules"))


async def test_a_new_source_is_read_at_the_next_strike_of_its_clock(
    monitor: RoomClient, httpserver: HTTPServer, add_source: AddSource
) -> None:
    httpserver.expect_request("/feed").respond_with_data(feed("one", "two"))
    source = await add_source(platform="weibo")
    assert source["state"] == "new"

    assert await monitor.tick()
    assert await titles(monitor) == ["one", "two"]
    posts = (await monitor.get("/api/v1/posts")).json()["items"]
    assert {post["platform"] for post in posts} == {"weibo"}
    assert {post["source_id"] for post in posts} == {source["id"]}
    shown = await look(monitor, source)
    assert shown["state"] == "ok"
    assert shown["health"]["last_accepted"] == shown["health"]["posts"] == 2
    assert shown["health"]["last_success_at"] is not None


async def test_a_source_is_queued_once_until_it_is_due_again(
    monitor: RoomClient, httpserver: HTTPServer, add_source: AddSource
) -> None:
    httpserver.expect_request("/feed").respond_with_data(feed("one"))
    await add_source(every_minutes=5)
    await monitor.tick()
    await let_time_pass(monitor, 4)
    await monitor.tick()
    assert asked(httpserver) == ["/feed"]
    await let_time_pass(monitor, 2)
    await monitor.tick()
    assert asked(httpserver) == ["/feed"] * 2
    assert await titles(monitor) == ["one"]


async def test_what_did_not_change_is_not_sent_again(
    monitor: RoomClient, httpserver: HTTPServer, add_source: AddSource
) -> None:
    httpserver.expect_oneshot_request("/feed").respond_with_data(
        feed("one"), headers={"ETag": '"v1"'}
    )
    source = await add_source()
    await read_now(monitor, source)
    httpserver.expect_oneshot_request("/feed", headers={"If-None-Match": '"v1"'}).respond_with_data(
        status=304
    )
    shown = await read_now(monitor, source)
    httpserver.check_assertions()
    assert shown["state"] == "ok"
    assert shown["health"]["posts"] == 1


async def test_a_source_that_fails_says_why_and_is_left_alone_for_longer_each_time(
    monitor: RoomClient, httpserver: HTTPServer, add_source: AddSource
) -> None:
    httpserver.expect_request("/feed").respond_with_data("gone", status=404)
    source = await add_source(every_minutes=10)
    pauses = []
    for failures in (1, 2, 3):
        shown = await read_now(monitor, source)
        assert shown["state"] == "failing"
        assert shown["health"]["failures"] == failures
        assert "404" in shown["health"]["last_error"]
        moments = (shown["health"][name] for name in ("next_at", "last_attempt_at"))
        later, now = (datetime.fromisoformat(moment) for moment in moments)
        pauses.append((later - now) / timedelta(minutes=1))
    for pause, doubled in zip(pauses, (10, 20, 40), strict=True):
        assert doubled <= pause <= doubled * 1.1

    httpserver.clear()
    httpserver.expect_request("/robots.txt").respond_with_data("none here", status=404)
    httpserver.expect_request("/feed").respond_with_data(feed("back"))
    shown = await read_now(monitor, source)
    assert (shown["state"], shown["health"]["last_error"]) == ("ok", None)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<html>Not a feed</html>", "no RSS, Atom or JSON feed"),
        ("<rss><channel", "no RSS, Atom or JSON feed"),
        ("<!DOCTYPE rss [<!ENTITY a 'b'>]><rss/>", "document type"),
    ],
)
async def test_what_cannot_be_read_is_told(
    monitor: RoomClient, httpserver: HTTPServer, add_source: AddSource, body: str, reason: str
) -> None:
    httpserver.expect_request("/feed").respond_with_data(body, content_type="text/xml")
    shown = await read_now(monitor, await add_source())
    assert reason in shown["health"]["last_error"]


async def test_a_redirect_to_the_credentials_of_a_cloud_is_not_followed(
    monitor: RoomClient, httpserver: HTTPServer, add_source: AddSource
) -> None:
    httpserver.expect_request("/feed").respond_with_data(
        status=302, headers={"Location": "http://169.254.169.254/latest/meta-data/"}
    )
    shown = await read_now(monitor, await add_source())
    assert "169.254.169.254 lies inside" in shown["health"]["last_error"]


async def test_a_site_that_asks_to_be_left_alone_is_left_alone(
    monitor: RoomClient, httpserver: HTTPServer, add_source: AddSource
) -> None:
    httpserver.expect_request("/feed").respond_with_data(
        status=429, headers={"Retry-After": "3600"}
    )
    source = await add_source()
    shown = await read_now(monitor, source)
    assert shown["health"]["paused_until"] == shown["health"]["next_at"]
    pressed = await monitor.post(f"{SOURCES}/{source['id']}/fetch")
    assert pressed.status_code == 429
    assert 3500 < int(pressed.headers["Retry-After"]) <= 3600


async def test_undated_entries_of_a_first_reading_raise_no_warning(
    monitor: RoomClient, httpserver: HTTPServer, add_source: AddSource
) -> None:
    httpserver.expect_oneshot_request("/feed").respond_with_data(feed("old", dated=False))
    source = await add_source()
    await read_now(monitor, source)
    httpserver.expect_oneshot_request("/feed").respond_with_data(feed("old", "fresh", dated=False))
    await read_now(monitor, source)
    async with monitor.transaction() as session:
        told = await session.execute(
            text(
                "SELECT payload->'posts'->0->>'title', payload->>'warn' FROM corridor.events "
                "WHERE type = 'PostsCollected' ORDER BY position"
            )
        )
    assert [tuple(row) for row in told] == [("old", "false"), ("fresh", "true")]


async def test_a_person_may_have_a_source_read_now_but_not_without_end(
    monitor: RoomClient, httpserver: HTTPServer, add_source: AddSource
) -> None:
    httpserver.expect_request("/feed").respond_with_data(feed("one"))
    source = await add_source()
    pressed = await monitor.post(f"{SOURCES}/{source['id']}/fetch")
    assert (pressed.status_code, pressed.json()["status"]) == (202, "queued")
    assert await monitor.work()
    assert await titles(monitor) == ["one"]
    again = await monitor.post(f"{SOURCES}/{source['id']}/fetch")
    assert again.status_code == 429
    await let_time_pass(monitor, 1)
    assert (await monitor.post(f"{SOURCES}/{source['id']}/fetch")).status_code == 202


async def test_a_disabled_source_is_not_read(
    monitor: RoomClient, httpserver: HTTPServer, add_source: AddSource
) -> None:
    source = await add_source(enabled=False)
    await monitor.tick()
    pressed = await monitor.post(f"{SOURCES}/{source['id']}/fetch")
    assert pressed.status_code == 409
    shown = await read_now(monitor, source)
    assert shown["state"] == "disabled"
    assert asked(httpserver) == []


async def test_a_change_names_the_version_that_it_changes(
    monitor: RoomClient, httpserver: HTTPServer, add_source: AddSource
) -> None:
    httpserver.expect_request("/feed").respond_with_data("no", status=500)
    source = await add_source()
    await read_now(monitor, source)
    address = f"{SOURCES}/{source['id']}"
    new = {"name": "Moved", "url": httpserver.url_for("/moved"), "every_minutes": 60}
    assert (await monitor.call("PUT", address, json=new)).status_code == 428
    stale = await monitor.call("PUT", address, json=new, headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    # Reading it meanwhile changed nothing that a person edits.
    etag = (await monitor.get(address)).headers["ETag"]
    assert etag == '"1"'
    changed = await monitor.call("PUT", address, json=new, headers={"If-Match": etag})
    assert changed.status_code == 200, changed.text
    assert changed.json()["every_minutes"] == 60
    # Another address starts afresh.
    assert changed.json()["health"]["failures"] == 0
    assert changed.json()["state"] == "new"


async def test_what_came_of_an_old_address_says_nothing_of_the_new_one(
    monitor: RoomClient, httpserver: HTTPServer, add_source: AddSource
) -> None:
    source = await add_source()
    async with monitor.transaction() as session:
        ordered = await take_order(
            session, UUID(source["id"]), monitor.runtime.settings, WatchedPosts()
        )
    assert ordered is not None
    new = {"name": "Moved while it was read", "url": httpserver.url_for("/moved")}
    address = f"{SOURCES}/{source['id']}"
    moved = await monitor.call("PUT", address, json=new, headers={"If-Match": '"1"'})
    assert moved.status_code == 200
    async with monitor.transaction() as session:
        await note_failure(session, ordered[1], "gone")
    assert (await look(monitor, source))["health"]["failures"] == 0


async def test_two_sources_cannot_share_a_name_or_an_address(
    monitor: RoomClient, httpserver: HTTPServer, add_source: AddSource
) -> None:
    await add_source(name="News")
    same = {"name": "Other", "url": httpserver.url_for("/feed")}
    assert (await monitor.post(SOURCES, same)).status_code == 409
    named = {"name": "News", "url": httpserver.url_for("/elsewhere")}
    assert (await monitor.post(SOURCES, named)).status_code == 409


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/",
        "ftp://a.example/",
        "http://u:p@a.example/",
        "http://a.example:25/",
    ],
)
async def test_an_address_that_may_not_be_called_is_refused(monitor: RoomClient, url: str) -> None:
    refused = await monitor.post(SOURCES, {"name": "Bad", "url": url})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/url"


async def test_private_addresses_are_closed_unless_they_are_opened(
    open_room: OpenRoom, httpserver: HTTPServer
) -> None:
    room = await open_room(monitor_room)
    address = {"name": "Inside", "url": f"http://127.0.0.1:{httpserver.port}/feed"}
    assert (await room.post(SOURCES, address)).status_code == 422
    # What a name leads to is known only when it is called.
    named = await room.post(SOURCES, address | {"url": f"http://localhost:{httpserver.port}/feed"})
    assert named.status_code == 201
    shown = await read_now(room, named.json())
    assert "private or reserved network" in shown["health"]["last_error"]
    assert asked(httpserver) == []


async def test_only_those_who_may_edit_sources_do(
    monitor: RoomClient, httpserver: HTTPServer, add_source: AddSource
) -> None:
    source = await add_source()
    viewer = make_actor("viewer", Permission.VIEW)
    assert (await monitor.get(SOURCES, actor=viewer)).status_code == 200
    new = {"name": "Mine", "url": httpserver.url_for("/mine")}
    assert (await monitor.call("POST", SOURCES, json=new, actor=viewer)).status_code == 403
    fetch = f"{SOURCES}/{source['id']}/fetch"
    assert (await monitor.call("POST", fetch, actor=viewer)).status_code == 403
    assert (await monitor.get(f"{SOURCES}/{source['id'][:-4]}0000")).status_code == 404
