"""Bluesky: a search, and the stream of everything."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from websockets.asyncio.server import serve

from services.monitor.sources.fetching import FetchError
from tests.monitor.sources.connectors.conftest import Read, ids, texts
from tests.monitor.sources.connectors.twins.bluesky import ACCOUNT, DID, JetstreamTwin, SearchTwin

SEARCH = {"words": "outage"}


@pytest.fixture
def search(httpserver: HTTPServer) -> SearchTwin:
    twin = SearchTwin()
    httpserver.expect_request(re.compile("/xrpc/.*")).respond_with_handler(twin)
    return twin


async def test_a_found_post_has_its_counts_and_its_parent(
    read: Read, search: SearchTwin, httpserver: HTTPServer
) -> None:
    first = search.post("outage", minutes_ago=5)
    reply = {"root": {"uri": first, "cid": "b"}, "parent": {"uri": first, "cid": "b"}}
    search.post("here too", minutes_ago=4, reply=reply, createdAt="2999-01-01T00:00:00Z")
    quote = {"$type": "app.bsky.embed.record", "record": {"uri": first, "cid": "b"}}
    search.post("look", minutes_ago=3, embed=quote)
    quoting, answer, post = (
        await read("bluesky_search", httpserver.url_for("/"), SEARCH)
    ).posts.dated
    assert post.external_id == first
    assert post.url == f"https://bsky.app/profile/{DID}/post/3k00000000"
    assert (post.author, post.language) == ("ann.example.org", "en")
    assert post.engagement is not None
    assert (post.engagement.likes, post.engagement.reposts, post.engagement.comments) == (3, 2, 1)
    assert answer.parent_external_id == quoting.parent_external_id == first
    assert answer.published_at.year < 2999


async def test_a_search_is_read_back_to_what_is_known(
    read: Read, search: SearchTwin, httpserver: HTTPServer
) -> None:
    search.post("old", minutes_ago=1_000)
    harvest = await read("bluesky_search", httpserver.url_for("/"), SEARCH, ACCOUNT)
    fresh = {search.post(f"new {number}", minutes_ago=700 - number) for number in range(350)}
    harvest = await read("bluesky_search", httpserver.url_for("/"), SEARCH, ACCOUNT, after=harvest)
    assert set(ids(harvest)) >= fresh
    assert "since" in search.asked[-1]


async def test_without_an_account_the_first_page_must_do(
    read: Read, search: SearchTwin, httpserver: HTTPServer
) -> None:
    posts = [search.post(f"outage {number}", minutes_ago=300 - number) for number in range(150)]
    harvest = await read("bluesky_search", httpserver.url_for("/"), SEARCH)
    assert set(ids(harvest)) == set(posts[50:])
    assert not harvest.more
    assert len(search.asked) == 1


async def test_pictures_beside_a_quote_and_tags_beside_the_text_are_words(
    read: Read, search: SearchTwin, httpserver: HTTPServer
) -> None:
    first = search.post("outage", minutes_ago=5)
    quoted = {"$type": "app.bsky.embed.record", "record": {"uri": first, "cid": "b"}}
    pictures = {"$type": "app.bsky.embed.images", "images": [{"alt": "a dark street", "image": {}}]}
    both = {"$type": "app.bsky.embed.recordWithMedia", "record": quoted, "media": pictures}
    search.post("look", minutes_ago=4, embed=both, tags=["Yunzhou"])
    film = {"$type": "app.bsky.embed.video", "video": {}, "alt": "a transformer burns"}
    search.post("look", minutes_ago=3, embed=film)
    harvest = await read("bluesky_search", httpserver.url_for("/"), SEARCH)
    assert texts(harvest)[:2] == ["look\na transformer burns", "look\na dark street\n#Yunzhou"]
    assert harvest.posts.dated[1].parent_external_id == first


async def test_a_session_is_opened_once(
    read: Read, search: SearchTwin, httpserver: HTTPServer
) -> None:
    search.accounts_only = True
    search.post("one")
    with pytest.raises(FetchError, match="wants credentials"):
        await read("bluesky_search", httpserver.url_for("/"), SEARCH)
    for _ in range(3):
        assert ids(await read("bluesky_search", httpserver.url_for("/"), SEARCH, ACCOUNT))
    assert search.sessions == 1


async def test_a_wrong_app_password_is_told_and_not_shown(
    read: Read, search: SearchTwin, httpserver: HTTPServer
) -> None:
    wrong = ACCOUNT | {"app_password": "wrong-wrong-wrong"}
    with pytest.raises(FetchError, match="does not accept these credentials") as refused:
        await read("bluesky_search", httpserver.url_for("/"), SEARCH, wrong)
    assert "wrong-wrong-wrong" not in str(refused.value)


@asynccontextmanager
async def running(twin: JetstreamTwin) -> AsyncIterator[str]:
    async with twin.serve() as server:
        port = server.sockets[0].getsockname()[1]
        yield f"ws://127.0.0.1:{port}/subscribe"


async def test_only_what_is_watched_or_named_is_kept(read: Read) -> None:
    twin = JetstreamTwin()
    watched = twin.post("the grid is down", seconds_ago=30)
    named = twin.post("Big OUTAGE tonight", seconds_ago=20)
    twin.post("cats", seconds_ago=15)
    twin.post("outage auf Deutsch", seconds_ago=14, langs=["de"])
    twin.post("marker", seconds_ago=-1)
    settings = {"words": ["outage"], "languages": ["en"]}
    async with running(twin) as url:
        harvest = await read("bluesky", url, settings, watched=lambda item: "grid" in item.text)
    assert ids(harvest) == [watched, named]
    assert not harvest.more
    assert "wantedCollections=app.bsky.feed.post" in twin.asked[0]


async def test_the_next_slice_goes_on_a_little_before_where_the_last_one_ended(read: Read) -> None:
    twin = JetstreamTwin()
    twin.post("outage one", seconds_ago=30)
    twin.post("marker", seconds_ago=-1)
    async with running(twin) as url:
        first = await read("bluesky", url, {"words": ["outage"]})
        del twin.messages[-1]
        missed = twin.post("outage two", seconds_ago=-2)
        second = await read("bluesky", url, {"words": ["outage"]}, after=first)
    assert missed in ids(second)
    cursors = [int(path.partition("cursor=")[2].partition("&")[0]) for path in twin.asked]
    assert cursors[1] > cursors[0]


async def test_a_deleted_post_is_not_kept_and_an_edited_one_reads_as_it_does_now(
    read: Read,
) -> None:
    twin = JetstreamTwin()
    twin.post("outage, sorry", seconds_ago=30, key="gone")
    twin.commit("delete", "gone", seconds_ago=29)
    twin.post("outage", seconds_ago=28, key="kept")
    said = {"$type": "app.bsky.feed.post", "text": "outage over", "langs": ["en"]}
    twin.commit("update", "kept", seconds_ago=27, record=said)
    twin.post("marker", seconds_ago=-1)
    async with running(twin) as url:
        harvest = await read("bluesky", url, {"words": ["outage"]})
    assert texts(harvest) == ["outage over"]
    assert harvest.gone == {f"at://{DID}/app.bsky.feed.post/gone"}


async def test_an_account_that_ends_takes_its_posts_along_and_one_that_pauses_does_not(
    read: Read,
) -> None:
    twin = JetstreamTwin()
    twin.post("outage", seconds_ago=30)
    twin.account("deactivated", seconds_ago=29)
    twin.post("marker", seconds_ago=-1)
    async with running(twin) as url:
        paused = await read("bluesky", url, {"words": ["outage"]})
        twin.messages.insert(1, twin.messages[1] | {"account": {"active": False}})
        twin.account("deleted", seconds_ago=28)
        twin.messages.insert(3, twin.messages.pop())
        ended = await read("bluesky", url, {"words": ["outage"]})
    assert (len(ids(paused)), paused.gone_accounts) == (1, frozenset())
    assert (ids(ended), ended.gone_accounts) == ([], {f"at://{DID}/"})


async def test_a_slice_ends_in_time_and_says_that_there_is_more(read: Read) -> None:
    twin = JetstreamTwin(pace=0.02)
    posts = [twin.post(f"outage {number}", seconds_ago=50 - number / 10) for number in range(200)]
    async with running(twin) as url:
        first = await read("bluesky", url, {"words": ["outage"]}, seconds=5.0)
        assert first.more
        assert 0 < len(ids(first)) < 200
        twin.pace = 0
        second = await read("bluesky", url, {"words": ["outage"]}, after=first)
    assert {*ids(first), *ids(second)} == set(posts)


async def test_what_was_heard_before_a_connection_broke_is_kept(read: Read) -> None:
    twin = JetstreamTwin(cut_after=2)
    posts = [twin.post(f"outage {number}", seconds_ago=40 - number) for number in range(4)]
    async with running(twin) as url:
        harvest = await read("bluesky", url, {"words": ["outage"]})
        assert set(ids(harvest)) == set(posts[:2])
        twin.cut_after = 0
        with pytest.raises(FetchError, match="broke off before"):
            await read("bluesky", url, {"words": ["outage"]}, after=harvest)


async def test_messages_of_the_wrong_kind_are_counted_and_harm_nobody(read: Read) -> None:
    twin = JetstreamTwin()
    wrong: list[Any] = [
        "<html>",
        b"\xff\xfe",
        "[" * 5_000,
        '{"time_us": "soon"}',
        "[]",
        '{"time_us": 9223372036854775807, "kind": "identity"}',
    ]
    early = twin.post("outage before", seconds_ago=30)
    twin.commit("create", "no record", seconds_ago=29, record=7)
    twin.messages += wrong[:-1]
    twin.post("outage then", seconds_ago=20, key="then")
    twin.messages.append(wrong[-1])
    async with running(twin) as url:
        harvest = await read("bluesky", url, {"words": ["outage"]})
    assert ids(harvest)[0] == early
    assert len(ids(harvest)) == 2
    assert harvest.posts.skipped == 6
    assert harvest.cursor is not None
    # A time of the far future does not make the next slice skip anything.
    assert harvest.cursor["time_us"] <= datetime.now(UTC).timestamp() * 1e6


async def test_a_message_without_end_is_not_taken(read: Read) -> None:
    twin = JetstreamTwin()
    twin.post("x" * 300_000, seconds_ago=5)
    async with running(twin) as url:
        with pytest.raises(FetchError):
            await read("bluesky", url, {"words": ["outage"]})


async def test_a_server_that_is_none_or_redirects_is_told(
    read: Read, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/page").respond_with_data("<html>")
    away = {"Location": "ws://169.254.169.254/"}
    httpserver.expect_request("/away").respond_with_data(status=302, headers=away)
    for path, reason in (
        ("page", "instead of a stream|does not open"),
        ("away", "302|does not open"),
    ):
        url = f"ws://127.0.0.1:{httpserver.port}/{path}"
        with pytest.raises(FetchError, match=reason):
            await read("bluesky", url, {"words": ["outage"]})
    with pytest.raises(FetchError, match="does not take connections"):
        await read("bluesky", "ws://127.0.0.1:1/", {"words": ["outage"]})


async def test_the_services_of_a_cloud_are_not_called(read: Read) -> None:
    with pytest.raises(FetchError, match="private or reserved network"):
        await read("bluesky", "ws://169.254.169.254/subscribe", {"words": ["outage"]})


async def test_a_server_that_shakes_no_hand_is_given_up(read: Read) -> None:
    async def silent(*_: object) -> None:
        return None

    async with serve(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(FetchError):
            await read("bluesky", f"ws://127.0.0.1:{port}/", {"words": ["outage"]})
