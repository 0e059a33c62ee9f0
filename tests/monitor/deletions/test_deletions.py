"""A post that was deleted where it stood is marked, cleared after a time, or kept as evidence."""

import re
from datetime import timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import text, update

from services.monitor.deletions.service import clear_deleted, note_deletions
from services.monitor.posts.models import PostDeletion
from services.monitor.room import room as monitor_room
from services.monitor.warnings.models import WarningRecord
from shared.contracts.posts import SourceDue
from shared.events import emit
from shared.ids import new_id
from tests.conftest import OpenRoom, RoomClient
from tests.monitor.conftest import MakePost, send
from tests.monitor.sources.connectors.twins.bluesky import DID, JetstreamTwin
from tests.monitor.sources.connectors.twins.reddit import CLIENT, RedditTwin

SOURCES = "/api/v1/sources"
WAIT = timedelta(hours=24)


@pytest.fixture
async def monitor(open_room: OpenRoom) -> RoomClient:
    return await open_room(monitor_room, allow_private_sources=True)


async def read_source(room: RoomClient, source_id: str) -> None:
    async with room.transaction() as session:
        await emit(session, SourceDue(source_id=source_id))
    assert await room.work()


async def posts(room: RoomClient) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await room.get("/api/v1/posts")).json()["items"]
    return listed


async def later(room: RoomClient) -> None:
    """A day goes by, and the clock of deletions comes."""
    async with room.transaction() as session:
        await session.execute(
            update(PostDeletion).values(noticed_at=PostDeletion.noticed_at - timedelta(days=1))
        )
        await clear_deleted(session, WAIT)


async def test_what_was_deleted_at_reddit_is_marked_and_then_cleared(
    monitor: RoomClient, httpserver: HTTPServer
) -> None:
    twin = RedditTwin()
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(twin)
    twin.post("Power cut", selftext="in the east", minutes_ago=60)
    twin.post("Still here", minutes_ago=50)
    new = {"name": "Town", "kind": "reddit", "url": httpserver.url_for("/")}
    settings = {"settings": {"read": "new", "subreddit": "town"}, "credentials": CLIENT}
    made = (await monitor.post(SOURCES, new | settings)).json()
    await read_source(monitor, made["id"])
    twin.entries[0]["data"] |= {"author": "[deleted]", "selftext": "[deleted]"}
    await read_source(monitor, made["id"])
    marked = {post["title"]: post for post in await posts(monitor)}
    assert marked["Power cut"]["text"] == "in the east"
    assert marked["Power cut"]["deleted"]["cleared_at"] is None
    assert marked["Still here"]["deleted"] is None
    await later(monitor)
    cleared = {post["title"]: post for post in await posts(monitor)}
    assert (cleared[None]["text"], cleared[None]["author"], cleared[None]["url"]) == (
        "",
        None,
        None,
    )
    assert cleared[None]["deleted"]["cleared_at"] is not None
    assert cleared["Still here"]["text"] == "Still here"


async def test_a_post_that_is_shown_again_was_not_deleted(
    monitor: RoomClient, httpserver: HTTPServer
) -> None:
    twin = RedditTwin()
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(twin)
    twin.post("Power cut", minutes_ago=5)
    new = {"name": "Town", "kind": "reddit", "url": httpserver.url_for("/")}
    settings = {"settings": {"read": "new", "subreddit": "town"}, "credentials": CLIENT}
    made = (await monitor.post(SOURCES, new | settings)).json()
    await read_source(monitor, made["id"])
    twin.entries[0]["data"]["removed_by_category"] = "automod_filtered"
    await read_source(monitor, made["id"])
    assert (await posts(monitor))[0]["deleted"] is not None
    twin.entries[0]["data"]["removed_by_category"] = None
    await read_source(monitor, made["id"])
    assert (await posts(monitor))[0]["deleted"] is None


async def test_the_stream_tells_of_deletions_by_whoever_brought_the_post(
    monitor: RoomClient, make_post: MakePost
) -> None:
    uri = f"at://{DID}/app.bsky.feed.post/"
    for name in ("gone", "with-account"):
        await send(monitor, make_post(name, external_id=uri + name, platform="bluesky"))
    other = "at://did:plc:another/app.bsky.feed.post/gone"
    await send(monitor, make_post("another's", external_id=other, platform="bluesky"))
    twin = JetstreamTwin()
    twin.commit("delete", "gone", seconds_ago=20)
    twin.post("marker", seconds_ago=-1)
    async with twin.serve() as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/subscribe"
        made = (await monitor.post(SOURCES, {"name": "S", "kind": "bluesky", "url": url})).json()
        await read_source(monitor, made["id"])
        assert {post["text"] for post in await posts(monitor) if post["deleted"]} == {"gone"}
        twin.account("takendown", seconds_ago=1)
        twin.messages.reverse()
        await read_source(monitor, made["id"])
    marked = {post["text"] for post in await posts(monitor) if post["deleted"]}
    assert marked == {"gone", "with-account"}


async def test_evidence_of_an_incident_stays_and_says_for_which(
    monitor: RoomClient, make_post: MakePost
) -> None:
    watch = {"name": "Outages", "expression": "停电"}
    assert (await monitor.post("/api/v1/watches", watch)).status_code == 201
    for number in range(60):
        await send(monitor, make_post(f"城东又停电了，第{number}次", minutes_ago=number / 10))
    await monitor.work()
    incident = new_id()
    async with monitor.transaction() as session:
        assert (await session.execute(update(WarningRecord).values(incident_id=incident))).rowcount
    lonely = make_post("别的事", platform="forum")
    await send(monitor, lonely)
    found = await posts(monitor)
    async with monitor.transaction() as session:
        for post in found[:2]:
            await note_deletions(session, post["platform"], new_id(), gone=[post["external_id"]])
    await later(monitor)
    kept, cleared = {}, {}
    for post in await posts(monitor):
        if post["deleted"]:
            (kept if post["deleted"]["kept_for"] else cleared)[post["external_id"]] = post
    assert [post["text"] for post in cleared.values()] == [""]
    (evidence,) = kept.values()
    assert evidence["deleted"]["kept_for"] == str(incident)
    assert "停电" in evidence["text"]


async def test_earlier_wordings_go_too_and_hashes_stay(
    monitor: RoomClient, make_post: MakePost
) -> None:
    post = make_post("first wording", external_id="x", platform="forum")
    await send(monitor, post)
    await send(monitor, post | {"text": "second wording"})
    async with monitor.transaction() as session:
        await note_deletions(session, "forum", new_id(), gone=["x", "never seen"])
    await later(monitor)
    shown = (await monitor.get(f"/api/v1/posts/{(await posts(monitor))[0]['id']}")).json()
    assert (shown["text"], [old["text"] for old in shown["revisions"]]) == ("", [""])
    async with monitor.transaction() as session:
        kept = await session.scalar(text("SELECT content_hash FROM monitor.posts"))
    # Known again by its hash: the same words from a slow source do not bring it back.
    await send(monitor, post | {"text": "second wording"})
    async with monitor.transaction() as session:
        assert await session.scalar(text("SELECT text FROM monitor.posts")) == ""
        assert await session.scalar(text("SELECT content_hash FROM monitor.posts")) == kept
