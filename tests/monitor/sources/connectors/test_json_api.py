"""Any JSON API, by a mapping: every way to page, every way to sign in."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from services.monitor.sources.connectors.json_api import JsonApiSettings
from services.monitor.sources.connectors.json_pages import linked_next
from services.monitor.sources.fetching import FetchError
from tests.monitor.sources.connectors.conftest import Read, ids, texts
from tests.monitor.sources.connectors.twins.answers import ago, as_json
from tests.monitor.sources.connectors.twins.json_api import ForumTwin

FIELDS = {
    "id": "id",
    "title": "subject",
    "text": "body",
    "published_at": "created",
    "url": "join('', ['https://forum.example/t/', to_string(id)])",
    "author": "user.name",
    "followers": "user.followers",
    "region": "user.city",
    "parent": "reply_to",
    "likes": "counts.likes",
    "reposts": "counts.shares",
    "comments": "counts.replies",
    "views": "counts.views",
}
FORUM: dict[str, Any] = {"items": "data", "fields": FIELDS, "ids": "platform"}
PAGING: dict[str, dict[str, Any]] = {
    "cursor": {"by": "cursor", "parameter": "cursor", "next": "meta.next"},
    "page": {"by": "page", "parameter": "page"},
    "offset": {"by": "offset", "parameter": "offset"},
    "link": {"by": "link"},
    "address": {"by": "address", "next": "links.next"},
}


@pytest.fixture
def twin(httpserver: HTTPServer) -> ForumTwin:
    twin = ForumTwin()
    httpserver.expect_request(re.compile("/threads")).respond_with_handler(twin)
    return twin


async def test_the_parts_of_a_post_are_where_the_mapping_says(
    read: Read, twin: ForumTwin, httpserver: HTTPServer
) -> None:
    first = twin.post("停电了", minutes_ago=5)
    twin.post("here too", minutes_ago=4, reply_to=int(first))
    harvest = await read("json_api", httpserver.url_for("/threads"), FORUM)
    answer, post = harvest.posts.dated
    assert (post.external_id, post.title, post.text) == (first, "About 停电了", "停电了")
    assert (post.author, post.author_followers, post.region) == ("ann", 9, "云州")
    assert post.url == f"https://forum.example/t/{first}"
    assert post.engagement is not None
    assert post.engagement.model_dump() == {"likes": 4, "reposts": 3, "comments": 2, "views": 1}
    assert answer.parent_external_id == first


async def test_ids_of_two_sites_do_not_meet(
    read: Read, twin: ForumTwin, httpserver: HTTPServer
) -> None:
    twin.post("one", reply_to=7)
    settings = FORUM | {"ids": "source"}
    here = await read("json_api", httpserver.url_for("/threads"), settings)
    there = await read("json_api", httpserver.url_for("/threads?board=2"), settings)
    assert ids(here)[0].endswith(":1000")
    assert ids(here) != ids(there)
    parent = here.posts.dated[0].parent_external_id
    assert parent is not None
    assert parent.partition(":")[0] == ids(here)[0].partition(":")[0]


@pytest.mark.parametrize("by", list(PAGING))
async def test_pages_are_followed_back_to_what_is_known(
    read: Read, twin: ForumTwin, httpserver: HTTPServer, by: str
) -> None:
    twin.by = by
    url = httpserver.url_for("/threads")
    settings = FORUM | {"paging": PAGING[by], "pages": 4}
    twin.post("old", minutes_ago=9_000)
    harvest = await read("json_api", url, settings)
    fresh = {twin.post(f"new {number}", minutes_ago=400 - number) for number in range(150)}
    seen: set[str] = set()
    readings = 0
    while harvest.more or not readings:
        harvest = await read("json_api", url, settings, after=harvest)
        seen |= set(ids(harvest))
        readings += 1
    assert fresh <= seen
    # Where nothing names the last page, an empty one does.
    assert readings <= 3
    twin.asked.clear()
    await read("json_api", url, settings, after=harvest)
    # The first page tells that nothing is new before the time that is read again.
    assert len(twin.asked) <= 2


async def test_a_list_of_what_is_new_since_a_token_goes_on_from_it(
    read: Read, twin: ForumTwin, httpserver: HTTPServer
) -> None:
    twin.by, twin.newest_first = "lasting", False
    settings = FORUM | {"paging": PAGING["cursor"] | {"lasting": True}}
    url = httpserver.url_for("/threads")
    first = [twin.post(f"old {number}", minutes_ago=99 - number) for number in range(30)]
    harvest = await read("json_api", url, settings)
    assert set(ids(harvest)) == set(first)
    fresh = twin.post("new")
    harvest = await read("json_api", url, settings, after=harvest)
    assert ids(harvest) == [fresh]


async def test_a_site_that_can_be_asked_by_time_is(
    read: Read, twin: ForumTwin, httpserver: HTTPServer
) -> None:
    since = {"parameter": "since", "form": "rfc3339"}
    settings = FORUM | {"paging": PAGING["cursor"], "since": since}
    url = httpserver.url_for("/threads")
    twin.post("old", minutes_ago=500)
    twin.post("known", minutes_ago=30)
    harvest = await read("json_api", url, settings)
    assert "since" not in twin.asked[-1]
    fresh = twin.post("new")
    harvest = await read("json_api", url, settings, after=harvest)
    assert fresh in ids(harvest)
    assert len(ids(harvest)) == 2
    assert twin.asked[-1]["since"] < ago(39).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    "sign_in",
    [
        {"by": "bearer"},
        {"by": "header", "name": "X-Api-Key"},
        {"by": "query", "name": "key"},
        {"by": "basic"},
    ],
)
async def test_a_key_goes_where_the_site_wants_it_and_shows_nowhere(
    read: Read, twin: ForumTwin, httpserver: HTTPServer, sign_in: dict[str, str]
) -> None:
    twin.key, twin.by = True, "address"
    for number in range(30):
        twin.post(f"post {number}", minutes_ago=number)
    url = httpserver.url_for("/threads")
    settings = FORUM | {"sign_in": sign_in, "paging": PAGING["address"]}
    known = {"secret": "open sesame", "user": "press"}
    assert len(ids(await read("json_api", url, settings, known))) == 30
    with pytest.raises(FetchError, match=r"\(401\): who are you\?") as refused:
        await read("json_api", url, settings, {"secret": "wrong sesame", "user": "press"})
    assert "wrong" not in str(refused.value)


async def test_the_next_page_at_another_host_is_not_asked(
    read: Read, httpserver: HTTPServer
) -> None:
    away = {"data": [], "links": {"next": "https://elsewhere.example/threads"}}
    httpserver.expect_request("/threads").respond_with_json(away)
    settings = FORUM | {"paging": PAGING["address"], "sign_in": {"by": "bearer"}}
    with pytest.raises(FetchError, match="another host"):
        await read("json_api", httpserver.url_for("/threads"), settings, {"secret": "s"})


@pytest.mark.parametrize("circle", [1, 2, 3])
async def test_pages_without_end_end(read: Read, httpserver: HTTPServer, circle: int) -> None:
    asked = []

    def endless(request: Request) -> Response:
        asked.append(request.args.get("cursor"))
        number = (int(asked[-1] or 0) + 1) % circle
        entry = {"id": number, "body": "again", "created": datetime.now(UTC).isoformat()}
        return as_json({"data": [entry], "meta": {"next": number}})

    httpserver.expect_request("/threads").respond_with_handler(endless)
    settings = FORUM | {"paging": PAGING["cursor"], "pages": 50}
    first = await read("json_api", httpserver.url_for("/threads"), settings)
    second = await read("json_api", httpserver.url_for("/threads"), settings, after=first)
    assert not second.more
    assert len(asked) < 20


async def test_a_page_that_fails_costs_only_itself_and_is_tried_again(
    read: Read, httpserver: HTTPServer
) -> None:
    broken = True

    def serve(request: Request) -> Response:
        page = int(request.args["page"])
        if page == 2 and broken:
            return as_json({"message": "later"}, 503, {"Retry-After": "77"})
        entry = {"id": page, "body": f"page {page}", "created": ago(page).isoformat()}
        return as_json({"data": [entry] if page < 4 else []})

    httpserver.expect_request("/threads").respond_with_handler(serve)
    settings = FORUM | {"paging": PAGING["page"]}
    first = await read("json_api", httpserver.url_for("/threads"), settings)
    assert texts(first) == ["page 1"]
    assert first.pause is not None
    assert first.pause.total_seconds() == 77
    assert not first.more
    with pytest.raises(FetchError, match="503"):
        await read("json_api", httpserver.url_for("/threads"), settings, after=first)
    broken = False
    rest = await read("json_api", httpserver.url_for("/threads"), settings, after=first)
    assert texts(rest) == ["page 2", "page 3"]


async def test_a_token_that_the_site_forgot_begins_the_round_anew(
    read: Read, httpserver: HTTPServer
) -> None:
    forgotten: set[str | None] = set()

    def serve(request: Request) -> Response:
        token = request.args.get("cursor")
        if token in forgotten:
            return as_json({"error": "unknown cursor"}, 410)
        entry = {"id": len(token or ""), "body": token or "first", "created": ago(5).isoformat()}
        return as_json({"data": [entry], "meta": {"next": f"{token or ''}x"}})

    httpserver.expect_request("/threads").respond_with_handler(serve)
    settings = FORUM | {"paging": PAGING["cursor"], "pages": 2}
    first = await read("json_api", httpserver.url_for("/threads"), settings)
    assert first.more
    forgotten.add("xx")
    again = await read("json_api", httpserver.url_for("/threads"), settings, after=first)
    assert texts(again) == ["first", "x"]


async def test_entries_of_the_wrong_kind_are_skipped_and_counted(
    read: Read, httpserver: HTTPServer
) -> None:
    at = ago(1).isoformat()
    entries: list[Any] = [
        None,
        [],
        {"body": "no id", "created": at},
        {"id": {"deep": 1}, "body": "x"},
        {"id": 5, "body": "a number", "created": at},
        {"id": "5", "body": "the same, as text", "created": at},
        {"id": 6, "body": "future", "created": "2999-01-01T00:00:00Z"},
        {"id": 7, "body": "\ud800 half \u0000", "created": [], "user": 3, "counts": {"likes": -5}},
        {"id": 8, "body": None, "subject": None},
        {"id": "x" * 5_000, "body": "long id", "created": at, "subject": "t" * 9_000},
        {"id": 9, "body": "y" * 200_000, "created": True},
    ]
    httpserver.expect_request("/threads").respond_with_json({"data": entries})
    harvest = await read("json_api", httpserver.url_for("/threads"), FORUM)
    assert harvest.posts.skipped == 5
    assert len(harvest.posts.dated) == 3
    assert len(harvest.posts.undated) == 2
    assert all(post.published_at <= datetime.now(UTC) for post in harvest.posts.dated)
    assert "the same, as text" in texts(harvest)


async def test_what_did_not_change_is_not_sent_again(read: Read, httpserver: HTTPServer) -> None:
    entry = {"id": 1, "body": "one", "created": ago(1).isoformat()}
    httpserver.expect_oneshot_request("/threads").respond_with_json(
        {"data": [entry]}, headers={"ETag": '"v1"'}
    )
    harvest = await read("json_api", httpserver.url_for("/threads"), FORUM)
    assert harvest.validators.etag == '"v1"'
    httpserver.expect_oneshot_request(
        "/threads", headers={"If-None-Match": '"v1"'}
    ).respond_with_data(status=304)
    with pytest.raises(AssertionError, match="None"):
        # Nothing changed: no harvest.
        await read("json_api", httpserver.url_for("/threads"), FORUM, known=harvest.validators)
    httpserver.check_assertions()


@pytest.mark.parametrize(
    "wrong",
    [
        {"items": "data["},
        {"items": "[" * 300},
        {"fields": FIELDS | {"id": "&"}},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../../etc/passwd"},
        {"sign_in": {"by": "header"}},
        {"sign_in": {"by": "header", "name": "Host"}},
        {"headers": {"Authorization": "Bearer x"}},
        {"headers": {"X-Line": "a\r\nb"}},
        {"paging": {"by": "magic"}},
        {"paging": {"by": "cursor", "parameter": "a&b", "next": "x"}},
        {"unknown": 1},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        JsonApiSettings.model_validate(FORUM | wrong)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ('<https://a/2>; rel="next"', "https://a/2"),
        ('<https://a/1>; rel=prev, <https://a/3>; title="x, y"; rel="last next"', "https://a/3"),
        ("<https://a/2>", None),
        ("next", None),
        ("<" * 20_000, None),
    ],
)
def test_link_headers_are_read(header: str, found: str | None) -> None:
    assert linked_next(header) == found
