"""Hacker News, by its search."""

import pytest
from pytest_httpserver import HTTPServer

from services.monitor.sources.fetching import FetchError
from tests.monitor.sources.connectors.conftest import Read, ids
from tests.monitor.sources.connectors.twins.hacker_news import HackerNewsTwin


@pytest.fixture
def twin(httpserver: HTTPServer) -> HackerNewsTwin:
    twin = HackerNewsTwin()
    httpserver.expect_request("/api/v1/search_by_date").respond_with_handler(twin)
    return twin


async def test_stories_and_comments_become_posts(
    read: Read, twin: HackerNewsTwin, httpserver: HTTPServer
) -> None:
    story = twin.post("Outage", story_text="It&#x27;s dark<p>Here too", minutes_ago=3)
    twin.post(None, comment_text="<i>Same</i>", parent_id=int(story), points=None, minutes_ago=2)
    twin.post(None, author=None, comment_text=None, minutes_ago=1)
    harvest = await read("hacker_news", httpserver.url_for("/"), {"words": "outage"})
    comment, post = harvest.posts.dated
    assert (post.external_id, post.title, post.text) == (story, "Outage", "It's dark\nHere too")
    assert post.url == f"https://news.ycombinator.com/item?id={story}"
    assert post.engagement is not None
    assert (post.engagement.likes, post.engagement.comments) == (17, 4)
    assert (comment.text, comment.parent_external_id) == ("Same", story)
    assert harvest.posts.skipped == 1
    assert twin.asked[0]["query"] == "outage"
    assert twin.asked[0]["typoTolerance"] == "false"


async def test_more_than_a_page_and_more_than_a_reading_are_read_without_a_hole(
    read: Read, twin: HackerNewsTwin, httpserver: HTTPServer
) -> None:
    twin.post("old", minutes_ago=5_000)
    harvest = await read("hacker_news", httpserver.url_for("/"))
    fresh = {twin.post(f"new {number}", minutes_ago=3_000 - number) for number in range(1_300)}
    seen: set[str] = set()
    readings = 0
    while harvest.more or not readings:
        harvest = await read("hacker_news", httpserver.url_for("/"), after=harvest)
        seen |= set(ids(harvest))
        readings += 1
        # What comes in meanwhile shifts nothing.
        twin.post("meanwhile")
    assert fresh <= seen
    assert readings == 2


async def test_a_hundred_items_of_one_second_do_not_stop_it(
    read: Read, twin: HackerNewsTwin, httpserver: HTTPServer
) -> None:
    for _ in range(150):
        twin.post("at once", minutes_ago=1, created_at_i=1_780_000_000)
    harvest = await read("hacker_news", httpserver.url_for("/"))
    assert len(ids(harvest)) == 100
    assert not harvest.more


@pytest.mark.parametrize("hits", [None, {}, "many", 7])
async def test_what_is_no_answer_to_a_search_is_told(
    read: Read, httpserver: HTTPServer, hits: object
) -> None:
    httpserver.expect_request("/api/v1/search_by_date").respond_with_json({"hits": hits})
    with pytest.raises(FetchError, match="no list of hits"):
        await read("hacker_news", httpserver.url_for("/"))


async def test_hits_of_the_wrong_kind_are_skipped(read: Read, httpserver: HTTPServer) -> None:
    hits: list[object] = [
        None,
        3,
        {"objectID": {}},
        {"objectID": "x", "author": "a"},
        {"objectID": 9},
    ]
    good = {"objectID": 9, "author": "ann", "title": "kept", "created_at_i": "soon", "points": -1}
    httpserver.expect_request("/api/v1/search_by_date").respond_with_json({"hits": [*hits, good]})
    harvest = await read("hacker_news", httpserver.url_for("/"))
    assert ids(harvest) == ["9"]
    assert harvest.posts.skipped == 5
