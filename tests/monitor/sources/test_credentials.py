"""What a source signs in with is kept sealed, shown to nobody, and goes to its own site only."""

from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import text

from services.monitor.room import room as monitor_room
from tests.conftest import OpenRoom, RoomClient

SOURCES = "/api/v1/sources"
TOKEN = "a-token-that-nobody-may-see"


@pytest.fixture
async def monitor(open_room: OpenRoom) -> RoomClient:
    return await open_room(monitor_room, allow_private_sources=True)


def mastodon(server: HTTPServer, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Local server",
        "kind": "mastodon",
        "url": server.url_for("/"),
        "settings": {"timeline": "hashtag", "hashtag": "停电"},
        "credentials": {"token": TOKEN},
    } | changes


async def stored(room: RoomClient) -> str | None:
    async with room.transaction() as session:
        sealed: str | None = await session.scalar(text("SELECT credentials FROM monitor.sources"))
    return sealed


async def test_they_are_sealed_and_never_shown(monitor: RoomClient, httpserver: HTTPServer) -> None:
    made = await monitor.post(SOURCES, mastodon(httpserver))
    assert made.status_code == 201, made.text
    assert made.json()["has_credentials"] is True
    assert TOKEN not in made.text
    assert TOKEN not in (await monitor.get(SOURCES)).text
    sealed = await stored(monitor)
    assert sealed
    assert TOKEN not in sealed
    wrong = mastodon(httpserver, name="B", credentials={"token": TOKEN, "tokn": TOKEN})
    refused = await monitor.post(SOURCES, wrong)
    assert refused.status_code == 422
    assert TOKEN not in refused.text


async def test_a_change_keeps_them_unless_it_leads_elsewhere(
    monitor: RoomClient, httpserver: HTTPServer
) -> None:
    made = (await monitor.post(SOURCES, mastodon(httpserver))).json()
    address = f"{SOURCES}/{made['id']}"

    async def change(**changes: Any) -> dict[str, Any]:
        new = mastodon(httpserver, credentials=None) | changes
        answer = await monitor.call("PUT", address, json=new, headers={"If-Match": "*"})
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    assert (await change(every_minutes=30))["has_credentials"] is True
    assert (await change(settings={"timeline": "hashtag", "hashtag": "断电"}))[
        "has_credentials"
    ] is True
    # Whoever may edit sources must not learn a token by pointing it at a server of theirs.
    elsewhere = f"http://127.0.0.1:{httpserver.port + 1 if httpserver.port < 65_000 else 1_025}/"
    assert (await change(url=elsewhere))["has_credentials"] is False
    assert await stored(monitor) is None


async def test_without_a_key_they_are_refused(open_room: OpenRoom, httpserver: HTTPServer) -> None:
    room = await open_room(monitor_room, allow_private_sources=True, sealing_keys=None)
    refused = await room.post(SOURCES, mastodon(httpserver))
    assert refused.status_code == 409
    assert "GROUNDSWELL_SEALING_KEYS" in refused.json()["detail"]


async def test_kinds_tell_the_shapes_that_they_ask_for(monitor: RoomClient) -> None:
    kinds = {kind["kind"]: kind for kind in (await monitor.get(f"{SOURCES}/kinds")).json()["items"]}
    assert kinds["rss"]["credentials"] is None
    assert "full_text" in kinds["rss"]["settings"]["properties"]
    assert "token" in kinds["mastodon"]["credentials"]["properties"]
    assert kinds["reddit"]["credentials_needed"] is True
