"""Posts are stored once each, revisions are kept, refusals say why."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from services.monitor.room import room as monitor_room
from shared.contracts.posts import PostsCollected
from shared.events import emit
from tests.conftest import OpenRoom, RoomClient
from tests.monitor.conftest import MakePost, send


async def test_what_was_accepted_can_be_read(monitor: RoomClient, make_post: MakePost) -> None:
    sent = make_post(
        "城东又停电了 😡",
        engagement={"likes": 3, "reposts": 2, "comments": 1, "views": 90},
        region="云州",
        url="https://example.org/1",
    )
    answer = await send(monitor, sent)
    assert (answer["accepted"], answer["results"][0]["status"]) == (1, "accepted")
    post = (await monitor.get(f"/api/v1/posts/{answer['results'][0]['id']}")).json()
    assert {name: post[name] for name in ("text", "author", "engagement", "region", "url")} == {
        name: sent[name] for name in ("text", "author", "engagement", "region", "url")
    }
    assert post["opinion"] is None


async def test_the_same_post_again_is_a_duplicate_and_stored_once(
    monitor: RoomClient, make_post: MakePost
) -> None:
    post = make_post("停电")
    first = await send(monitor, post, post)
    assert [result["status"] for result in first["results"]] == ["accepted", "duplicate"]
    second = await send(monitor, post | {"published_at": "2026-01-01T00:00:00Z"})
    assert second["duplicate"] == 1
    async with monitor.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM monitor.posts")) == 1
        told = await session.scalar(text("SELECT count(*) FROM corridor.events"))
    assert told == 1


async def test_an_edited_post_is_a_revision_and_its_past_is_kept(
    monitor: RoomClient, make_post: MakePost
) -> None:
    post = make_post("变电站爆炸了")
    await send(monitor, post)
    revised = await send(monitor, post | {"text": "更正：变电站没有爆炸"})
    assert revised["results"][0]["status"] == "revised"
    shown = (await monitor.get(f"/api/v1/posts/{revised['results'][0]['id']}")).json()
    assert (shown["revision"], shown["text"]) == (2, "更正：变电站没有爆炸")
    assert [old["text"] for old in shown["revisions"]] == ["变电站爆炸了"]


async def test_the_same_words_elsewhere_are_a_copy(
    monitor: RoomClient, make_post: MakePost
) -> None:
    words = "城东片区发生停电，抢修人员已经到场"
    answer = await send(
        monitor,
        make_post(words),
        make_post(words, platform="forum"),
        make_post(f"转发微博 //@某人_示例: {words}"),
    )
    first, second, third = [result["id"] for result in answer["results"]]
    while await monitor.work():
        pass
    for copy in (second, third):
        shown = (await monitor.get(f"/api/v1/posts/{copy}")).json()
        assert (shown["copy_of"], shown["copies"]) == (first, 2)
    assert (await monitor.get(f"/api/v1/posts/{first}")).json()["copy_of"] is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"published_at": "9999-12-31T23:59:59Z"}, "future"),
        ({"published_at": "1970-01-01T00:00:00Z"}, "1990"),
        ({"text": "a\x00b"}, "NUL"),
        ({"text": "   "}, "says anything"),
    ],
)
async def test_one_bad_post_is_refused_with_its_reason_and_the_rest_is_taken(
    monitor: RoomClient, make_post: MakePost, change: dict[str, Any], words: str
) -> None:
    answer = await send(monitor, make_post("good"), make_post("bad") | change)
    assert [result["status"] for result in answer["results"]] == ["accepted", "rejected"]
    assert words in answer["results"][1]["reason"]

    alone = await monitor.post("/api/v1/posts/bulk", {"posts": [make_post("bad") | change]})
    assert alone.status_code == 422
    assert alone.headers["content-type"] == "application/problem+json"
    assert words in alone.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 422),
        (b"null", 422),
        (b'{"posts": []}', 422),
        (b'{"posts": [{"text": 5}]}', 422),
        (
            b'{"posts": [{"external_id": "1", "platform": "weibo", "text": "\\ud800",'
            b' "published_at": "2026-01-01T00:00:00Z"}]}',
            400,
        ),
        (b"\xff\xfe", 400),
    ],
)
async def test_a_body_of_the_wrong_form_is_refused(
    monitor: RoomClient, body: bytes, status: int
) -> None:
    answer = await monitor.call("POST", "/api/v1/posts/bulk", content=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_thousand_posts_are_taken_and_one_more_is_not(
    monitor: RoomClient, make_post: MakePost
) -> None:
    posts = [make_post(f"post {number}") for number in range(1001)]
    assert (await monitor.post("/api/v1/posts/bulk", {"posts": posts})).status_code == 422
    assert (await send(monitor, *posts[:1000]))["accepted"] == 1000


async def test_a_repeated_request_gets_the_first_answer(
    monitor: RoomClient, make_post: MakePost, fresh_key: str
) -> None:
    body = json.dumps({"posts": [make_post("停电")]}).encode()
    headers = {"Idempotency-Key": fresh_key}
    first = await monitor.call("POST", "/api/v1/posts/bulk", content=body, headers=headers)
    again = await monitor.call("POST", "/api/v1/posts/bulk", content=body, headers=headers)
    assert first.json() == again.json()
    assert again.json()["accepted"] == 1


async def test_filters_and_words(monitor: RoomClient, make_post: MakePost) -> None:
    await send(monitor, make_post("停电 100%"), make_post("涨价", platform="forum"))
    for query, count in {
        "words=停电": 1,
        "words=100%25": 1,
        "platform=forum": 1,
        "words=x": 0,
    }.items():
        assert len((await monitor.get(f"/api/v1/posts?{query}")).json()["items"]) == count


async def test_when_too_much_waits_posts_are_refused_until_later(
    open_room: OpenRoom, make_post: MakePost
) -> None:
    monitor = await open_room(monitor_room, backlog_limit=1)
    for _ in range(2):
        async with monitor.transaction() as session:
            await emit(session, PostsCollected(posts=()))
    refused = await monitor.post("/api/v1/posts/bulk", {"posts": [make_post("late")]})
    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) > 0
    assert (await monitor.get("/api/v1/posts")).json()["items"] == []
