"""Every kind of source is whole: connector, settings with examples, a page for people, a twin; and
through the API it brings posts."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from services.monitor.room import room as monitor_room
from services.monitor.sources.connectors.registry import KINDS
from services.monitor.sources.kinds import SourceKind
from services.monitor.sources.schemas import SourceNew
from shared.contracts.posts import SourceDue
from shared.events import emit
from tests.conftest import OpenRoom, RoomClient
from tests.monitor.sources.connectors.twins.bluesky import ACCOUNT, JetstreamTwin, SearchTwin
from tests.monitor.sources.connectors.twins.hacker_news import HackerNewsTwin
from tests.monitor.sources.connectors.twins.imap import USER, ImapTwin
from tests.monitor.sources.connectors.twins.json_api import ForumTwin
from tests.monitor.sources.connectors.twins.mastodon import MastodonTwin
from tests.monitor.sources.connectors.twins.reddit import CLIENT, RedditTwin
from tests.monitor.sources.connectors.twins.youtube import KEY, YouTubeTwin

REPOSITORY = Path(__file__).resolve().parents[4]
SOURCES = "/api/v1/sources"

# Where each kind is tested against its twin; feeds and webhooks have servers of their own there.
TESTS = {
    SourceKind.RSS: "tests/monitor/sources/test_sources.py",
    SourceKind.JSON_API: "test_json_api.py",
    SourceKind.WEBHOOK: "test_webhook.py",
    SourceKind.MAILBOX: "test_mailbox.py",
    SourceKind.MASTODON: "test_mastodon.py",
    SourceKind.BLUESKY: "test_bluesky.py",
    SourceKind.BLUESKY_SEARCH: "test_bluesky.py",
    SourceKind.REDDIT: "test_reddit.py",
    SourceKind.YOUTUBE: "test_youtube.py",
    SourceKind.HACKER_NEWS: "test_hacker_news.py",
}


@pytest.mark.parametrize("kind", SourceKind)
def test_a_kind_is_whole(kind: SourceKind) -> None:
    row = KINDS[kind]
    assert row.pushed is (kind is SourceKind.WEBHOOK)
    assert row.title
    assert row.hint
    assert row.platform
    test = TESTS[kind]
    path = REPOSITORY / test if "/" in test else Path(__file__).parent / test
    assert path.exists()
    for name, shown in row.settings.model_json_schema().get("properties", {}).items():
        told = {"examples", "default", "$ref", "description"} & set(shown)
        assert told, f"{kind}: the setting {name} has neither example nor default"


@pytest.mark.parametrize("kind", SourceKind)
def test_a_kind_has_a_section_that_names_all_its_settings(kind: SourceKind) -> None:
    page = (REPOSITORY / "docs" / "sources.md").read_text("utf-8")
    sections = re.split(r"^## ", page, flags=re.MULTILINE)
    found = [section for section in sections if f"`{kind}`" in section.splitlines()[0]]
    assert len(found) == 1, f"docs/sources.md needs one section with `{kind}` in its heading"
    row = KINDS[kind]
    names = {*row.settings.model_fields, *(row.credentials.model_fields if row.credentials else ())}
    missing = {name for name in names if f"`{name}`" not in found[0]}
    assert not missing, f"{kind}: {missing}"


def test_the_worked_examples_are_sources() -> None:
    page = (REPOSITORY / "docs" / "sources.md").read_text("utf-8")
    examples = [json.loads(shown) for shown in re.findall(r"```json\n(.*?)```", page, re.DOTALL)]
    assert len(examples) == 2
    for example in examples:
        new = SourceNew.model_validate(example)
        KINDS[new.kind].settings.model_validate(new.settings)


@pytest.fixture
async def monitor(open_room: OpenRoom) -> RoomClient:
    return await open_room(monitor_room, allow_private_sources=True)


async def bring(room: RoomClient, new: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Make a source, have it read; how it does, and the texts that it brought."""
    made = await room.post(SOURCES, {"name": "A source"} | new)
    assert made.status_code == 201, made.text
    for value in (new.get("credentials") or {}).values():
        assert value not in made.text
    async with room.transaction() as session:
        await emit(session, SourceDue(source_id=made.json()["id"]))
    assert await room.work()
    shown = (await room.get(f"{SOURCES}/{made.json()['id']}")).json()
    for value in (new.get("credentials") or {}).values():
        assert value not in json.dumps(shown)
    posts = (await room.get("/api/v1/posts")).json()["items"]
    return shown, sorted(post["text"] for post in posts)


_FORUM = {"items": "data", "fields": {"id": "id", "text": "body", "published_at": "created"}}
_OVER_HTTP: dict[str, tuple[type, dict[str, Any], dict[str, str] | None]] = {
    "json_api": (ForumTwin, _FORUM, {"secret": "open sesame"}),
    "mastodon": (MastodonTwin, {"timeline": "public"}, {"token": "a-secret-token"}),
    "bluesky_search": (SearchTwin, {"words": "outage"}, ACCOUNT),
    "reddit": (RedditTwin, {"read": "new", "subreddit": "town"}, CLIENT),
    "hacker_news": (HackerNewsTwin, {"words": "outage"}, None),
}


@pytest.mark.parametrize("kind", list(_OVER_HTTP))
async def test_a_source_brings_posts_and_keeps_its_cursor(
    monitor: RoomClient, httpserver: HTTPServer, kind: str
) -> None:
    make, settings, credentials = _OVER_HTTP[kind]
    twin = make()
    twin.post("outage in the east", minutes_ago=5)
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(twin)
    new = {"kind": kind, "url": httpserver.url_for("/"), "settings": settings}
    shown, texts = await bring(monitor, new | {"credentials": credentials})
    assert shown["health"]["last_error"] is None
    assert shown["state"] == "ok"
    assert len(texts) == 1


async def test_youtube_brings_posts(monitor: RoomClient, httpserver: HTTPServer) -> None:
    twin = YouTubeTwin()
    twin.comment(twin.upload("outage", minutes_ago=9), "here too", minutes_ago=5)
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(twin)
    new = {"kind": "youtube", "url": httpserver.url_for("/"), "settings": {"words": "outage"}}
    _, texts = await bring(monitor, new | {"credentials": KEY})
    assert texts == ["About outage", "here too"]


async def test_a_mailbox_brings_posts(monitor: RoomClient) -> None:
    twin = ImapTwin()
    twin.deliver(b"From: ann@example.org\r\nSubject: outage\r\n\r\nThe east is dark.\r\n")
    async with await twin.listen() as server:
        url = f"imap://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        new = {"kind": "mailbox", "url": url, "credentials": USER}
        _, texts = await bring(monitor, new)
    assert texts == ["The east is dark."]


async def test_of_a_stream_that_is_kept_which_a_watch_asks_for(monitor: RoomClient) -> None:
    watch = {"name": "Outages", "expression": "outage platform:bluesky"}
    made = await monitor.post("/api/v1/watches", watch)
    assert made.status_code == 201, made.text
    twin = JetstreamTwin()
    twin.post("An OUTAGE in the east", seconds_ago=20)
    twin.post("cats", seconds_ago=19)
    twin.post("marker", seconds_ago=-1)
    async with twin.serve() as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/subscribe"
        _, texts = await bring(monitor, {"kind": "bluesky", "url": url})
    assert texts == ["An OUTAGE in the east"]


async def test_what_a_kind_needs_is_asked_for(monitor: RoomClient) -> None:
    for new, pointer in (
        ({"kind": "reddit", "settings": {"read": "new", "subreddit": "town"}}, "/credentials"),
        ({"kind": "mastodon", "url": "https://social.example"}, "/settings/timeline"),
        ({"kind": "mailbox", "url": "https://mail.example"}, "/url"),
        ({"kind": "json_api", "settings": _FORUM}, "/url"),
        ({"kind": "bluesky", "settings": {"words": ['"']}}, "/settings/words"),
        ({"kind": "youtube", "settings": {"channels": ["x"]}, "credentials": KEY}, "/settings"),
    ):
        refused = await monitor.post(SOURCES, {"name": "A source"} | new)
        assert refused.status_code == 422, refused.text
        assert refused.json()["errors"][0]["pointer"] == pointer
