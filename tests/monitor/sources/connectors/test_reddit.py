"""Reddit from the sign-in to the last page."""

import re

import pytest
from pytest_httpserver import HTTPServer

from services.monitor.sources.fetching import FetchError
from tests.monitor.sources.connectors.conftest import Read, ids
from tests.monitor.sources.connectors.twins.reddit import CLIENT, RedditTwin

NEW = {"read": "new", "subreddit": "town"}


@pytest.fixture
def twin(httpserver: HTTPServer) -> RedditTwin:
    twin = RedditTwin()
    httpserver.expect_request(re.compile("/.*")).respond_with_handler(twin)
    return twin


async def test_a_submission_and_a_comment_become_posts(
    read: Read, twin: RedditTwin, httpserver: HTTPServer
) -> None:
    twin.post("Power cut", selftext="The east & the west", crosspost_parent="t3_abc")
    twin.post("", name="t1_c1", body="Here too", parent_id="t3_000000", minutes_ago=1)
    harvest = await read("reddit", httpserver.url_for("/"), NEW, CLIENT)
    post, comment = harvest.posts.dated
    assert (post.external_id, post.title, post.text) == (
        "t3_000000",
        "Power cut",
        "The east & the west",
    )
    assert post.url == "https://www.reddit.com/r/town/comments/000000/x/"
    assert post.parent_external_id == "t3_abc"
    assert post.engagement is not None
    assert (post.engagement.likes, post.engagement.comments) == (5, 2)
    assert (comment.external_id, comment.title, comment.text) == ("t1_c1", None, "Here too")
    assert comment.parent_external_id == "t3_000000"
    assert twin.asked[0]["path"] == "/r/town/new"
    assert twin.asked[0]["raw_json"] == "1"
    assert all(agent.startswith("server:groundswell:") for agent in twin.agents)


async def test_the_account_that_answers_for_the_program_is_named(
    read: Read, twin: RedditTwin, httpserver: HTTPServer
) -> None:
    await read("reddit", httpserver.url_for("/"), NEW | {"account": "town_press"}, CLIENT)
    assert all(agent.endswith(" (by /u/town_press)") for agent in twin.agents)


async def test_what_was_deleted_since_is_told(
    read: Read, twin: RedditTwin, httpserver: HTTPServer
) -> None:
    names = [twin.post(f"post {number}", minutes_ago=number) for number in range(6)]
    twin.entries[1]["data"] |= {"author": "[deleted]", "selftext": "[deleted]"}
    twin.entries[2]["data"]["removed_by_category"] = "moderator"
    del twin.entries[5]
    harvest = await read("reddit", httpserver.url_for("/"), NEW, CLIENT, kept=names)
    assert harvest.gone == {names[1], names[2], names[5]}
    del twin.entries[:]
    twin.post("another")
    # An answer that tells of nearly nothing is a fault of the server.
    assert not (await read("reddit", httpserver.url_for("/"), NEW, CLIENT, kept=names)).gone


async def test_a_token_is_kept_until_it_is_refused(
    read: Read, twin: RedditTwin, httpserver: HTTPServer
) -> None:
    twin.post("one")
    harvest = await read("reddit", httpserver.url_for("/"), NEW, CLIENT)
    await read("reddit", httpserver.url_for("/"), NEW, CLIENT, after=harvest)
    assert twin.tokens == 1
    twin.ended.add("token-1")
    with pytest.raises(FetchError, match="401"):
        await read("reddit", httpserver.url_for("/"), NEW, CLIENT, after=harvest)
    assert ids(await read("reddit", httpserver.url_for("/"), NEW, CLIENT, after=harvest))
    assert twin.tokens == 2


async def test_an_unknown_application_is_told_without_its_secret(
    read: Read, twin: RedditTwin, httpserver: HTTPServer
) -> None:
    wrong = CLIENT | {"client_secret": "not-its-secret"}
    with pytest.raises(FetchError, match=r"does not accept these credentials") as refused:
        await read("reddit", httpserver.url_for("/"), NEW, wrong)
    assert "not-its-secret" not in str(refused.value)


async def test_a_list_is_read_back_to_what_is_known_although_that_was_deleted(
    read: Read, twin: RedditTwin, httpserver: HTTPServer
) -> None:
    for number in range(30):
        twin.post(f"old {number}", minutes_ago=300 - number)
    first = await read("reddit", httpserver.url_for("/"), NEW, CLIENT)
    del twin.entries[-1]
    fresh = {twin.post(f"new {number}", minutes_ago=200 - number) for number in range(150)}
    twin.asked.clear()
    second = await read("reddit", httpserver.url_for("/"), NEW, CLIENT, after=first)
    assert fresh <= set(ids(second))
    assert len(twin.asked) == 2
    twin.asked.clear()
    third = await read("reddit", httpserver.url_for("/"), NEW, CLIENT, after=second)
    assert len(twin.asked) == 2
    assert not third.more


async def test_what_was_removed_is_not_kept(
    read: Read, twin: RedditTwin, httpserver: HTTPServer
) -> None:
    twin.post("by a moderator", selftext="[removed]")
    twin.post("by its author", author="[deleted]")
    twin.post("by a filter", removed_by_category="automod_filtered")
    twin.post("stays")
    harvest = await read("reddit", httpserver.url_for("/"), NEW, CLIENT)
    assert [post.title for post in harvest.posts.dated] == ["stays"]
    assert harvest.posts.skipped == 3


async def test_the_limit_of_a_window_is_waited_for(
    read: Read, twin: RedditTwin, httpserver: HTTPServer
) -> None:
    for number in range(250):
        twin.post(f"post {number}", minutes_ago=number)
    twin.left = 2.0
    harvest = await read("reddit", httpserver.url_for("/"), NEW, CLIENT)
    assert len(ids(harvest)) == 200
    assert harvest.pause is not None
    assert harvest.pause.total_seconds() == 417
    with pytest.raises(FetchError) as refused:
        await read("reddit", httpserver.url_for("/"), NEW, CLIENT, after=harvest)
    assert refused.value.retry_after == 417
    twin.left = 99
    rest = await read("reddit", httpserver.url_for("/"), NEW, CLIENT, after=harvest)
    assert len({*ids(harvest), *ids(rest)}) == 250
