"""A Mastodon server from its first page to its limits."""

import re

import pytest
from pytest_httpserver import HTTPServer

from services.monitor.sources.fetching import FetchError
from tests.monitor.sources.connectors.conftest import Read, ids, texts
from tests.monitor.sources.connectors.twins.mastodon import MastodonTwin

TAG = {"timeline": "hashtag", "hashtag": "停电"}


@pytest.fixture
def twin(httpserver: HTTPServer) -> MastodonTwin:
    twin = MastodonTwin()
    httpserver.expect_request(re.compile("/api/v[12]/.*")).respond_with_handler(twin)
    return twin


async def test_a_status_becomes_a_post(
    read: Read, twin: MastodonTwin, httpserver: HTTPServer
) -> None:
    first = twin.post("停电了 &amp; <a href='x'>#停电</a>", minutes_ago=9, spoiler_text="Power")
    answer = twin.post("我也是", minutes_ago=8, in_reply_to_id=first["id"])
    twin.post("", reblog=first, uri="https://social.example/boost", content="")
    harvest = await read("mastodon", httpserver.url_for("/"), TAG)
    boost, second, post = harvest.posts.dated
    assert httpserver.log[0][0].path == "/api/v1/timelines/tag/停电"
    assert post.external_id == first["uri"]
    assert post.text == "Power\n停电了 & #停电"
    assert post.author == "ann@localhost"
    assert (post.author_followers, post.language) == (12, "zh")
    assert post.engagement is not None
    assert (post.engagement.likes, post.engagement.reposts, post.engagement.comments) == (3, 2, 1)
    assert (second.external_id, second.parent_external_id) == (answer["uri"], first["uri"])
    assert (boost.parent_external_id, boost.text) == (first["uri"], post.text)


@pytest.mark.parametrize("timeline", [TAG, {"timeline": "search", "words": "停电"}])
@pytest.mark.parametrize("flake", [False, True])
async def test_only_what_is_new_is_asked_for_and_nothing_between_is_lost(
    read: Read, twin: MastodonTwin, httpserver: HTTPServer, timeline: dict[str, str], flake: bool
) -> None:
    twin.flake = flake
    for number in range(60):
        twin.post(f"old {number}", minutes_ago=600 - number)
    first = await read("mastodon", httpserver.url_for("/"), timeline)
    assert len(ids(first)) == 60
    assert not first.more
    fresh = [twin.post(f"new {number}", minutes_ago=200 - number)["uri"] for number in range(150)]
    second = await read("mastodon", httpserver.url_for("/"), timeline, after=first)
    assert set(fresh) <= set(ids(second))
    assert not second.more
    twin.asked.clear()
    twin.statuses[-1]["content"] = "edited"
    third = await read("mastodon", httpserver.url_for("/"), timeline, after=second)
    assert len(twin.asked) == 2
    assert "edited" in texts(third)


async def test_a_quote_names_what_it_quotes_and_repeats_no_link(
    read: Read, twin: MastodonTwin, httpserver: HTTPServer
) -> None:
    quoted = {"state": "accepted", "quoted_status": {"uri": "https://other.example/1"}}
    link = '<p class="quote-inline">RE: <a href="https://other.example/1">other</a></p>'
    twin.post("", quote=quoted, content=f"{link}<p>停电了</p>")
    twin.post("later", quote={"state": "revoked", "quoted_status": None})
    later, quoting = (await read("mastodon", httpserver.url_for("/"), TAG)).posts.dated
    assert (quoting.text, quoting.parent_external_id) == ("停电了", "https://other.example/1")
    assert later.parent_external_id is None


async def test_what_only_followers_may_read_is_not_kept(
    read: Read, twin: MastodonTwin, httpserver: HTTPServer
) -> None:
    for visibility in ("public", "unlisted", "private", "direct"):
        twin.post(visibility, visibility=visibility)
    harvest = await read("mastodon", httpserver.url_for("/"), TAG)
    assert sorted(texts(harvest)) == ["public", "unlisted"]


async def test_a_reading_without_time_goes_on_where_it_ended(
    read: Read, twin: MastodonTwin, httpserver: HTTPServer
) -> None:
    twin.post("old", minutes_ago=2_000)
    harvest = await read("mastodon", httpserver.url_for("/"), TAG)
    fresh = {twin.post(f"new {number}", minutes_ago=900 - number)["uri"] for number in range(800)}
    seen: set[str] = set()
    readings = 0
    while harvest.more or not readings:
        harvest = await read("mastodon", httpserver.url_for("/"), TAG, after=harvest)
        seen |= set(ids(harvest))
        readings += 1
    assert fresh <= seen
    assert readings == 2


async def test_a_limit_that_is_used_up_is_waited_for(
    read: Read, twin: MastodonTwin, httpserver: HTTPServer
) -> None:
    twin.post("one")
    twin.limit = 1
    harvest = await read("mastodon", httpserver.url_for("/"), TAG)
    assert harvest.pause is not None
    assert 200 < harvest.pause.total_seconds() <= 241
    with pytest.raises(FetchError, match="asked too often") as refused:
        await read("mastodon", httpserver.url_for("/"), TAG, after=harvest)
    assert refused.value.retry_after is not None
    assert 200 < refused.value.retry_after <= 241


async def test_a_token_is_sent_and_one_that_is_refused_is_told(
    read: Read, twin: MastodonTwin, httpserver: HTTPServer
) -> None:
    twin.token = "secret-token"
    twin.post("one")
    search = {"timeline": "search", "words": "停电"}
    harvest = await read("mastodon", httpserver.url_for("/"), search, {"token": "secret-token"})
    assert len(ids(harvest)) == 1
    assert twin.asked[-1]["q"] == "停电"
    with pytest.raises(FetchError, match=r"does not accept these credentials \(401\)") as refused:
        await read("mastodon", httpserver.url_for("/"), search, {"token": "another-token"})
    assert "another-token" not in str(refused.value)
    with pytest.raises(FetchError, match="wants credentials"):
        await read("mastodon", httpserver.url_for("/"), search)


async def test_statuses_of_the_wrong_kind_are_skipped_and_counted(
    read: Read, twin: MastodonTwin, httpserver: HTTPServer
) -> None:
    good = twin.post("good", created_at="2999-01-01T00:00:00Z")
    twin.post("no uri", uri=None)
    twin.post(
        "wrong", account=7, media_attachments="x", poll=[1], reblog=3, favourites_count="many"
    )
    twin.post("", content=None)
    harvest = await read("mastodon", httpserver.url_for("/"), TAG)
    assert sorted(texts(harvest)) == ["good", "wrong"]
    assert harvest.posts.skipped == 2
    kept = {post.external_id: post for post in harvest.posts.dated}[good["uri"]]
    assert kept.published_at.year < 2999


async def test_a_server_that_repeats_itself_ends_a_reading(
    read: Read, twin: MastodonTwin, httpserver: HTTPServer
) -> None:
    for number in range(40):
        twin.post(f"same {number}", minutes_ago=50 - number)
    old = await read("mastodon", httpserver.url_for("/"), TAG)
    assert old.cursor is not None
    stuck = [twin.post(f"stuck {number}") for number in range(50)]
    httpserver.clear()
    httpserver.expect_request(re.compile("/api/.*")).respond_with_json(stuck)
    harvest = await read("mastodon", httpserver.url_for("/"), TAG, after=old)
    assert len(httpserver.log) == 2
    assert not harvest.more
