"""Feeds that tell only the beginning, and trying a source out."""

from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from services.monitor.room import room as monitor_room
from shared.contracts.actors import Permission
from shared.contracts.posts import SourceDue
from shared.events import emit
from tests.conftest import OpenRoom, RoomClient, make_actor
from tests.monitor.sources.conftest import asked

SOURCES = "/api/v1/sources"
PAGE = (
    "<html><head><title>{0}</title></head><body><nav><a href='/'>Home</a></nav><article>"
    "<h1>{0}</h1>"
    + "<p>城东今晚大面积停电，供电公司表示正在抢修，预计凌晨恢复供电，请居民注意安全。</p>" * 4
    + "</article><footer>All rights reserved</footer></body></html>"
)


@pytest.fixture
async def monitor(open_room: OpenRoom) -> RoomClient:
    return await open_room(monitor_room, allow_private_sources=True)


def feed(server: HTTPServer, *names: str) -> str:
    items = "".join(
        f"<item><guid>https://news.example/{name}</guid><title>{name}</title>"
        f"<link>{server.url_for(f'/page/{name}')}</link><description>Short.</description></item>"
        for name in names
    )
    return f"<rss version='2.0'><channel>{items}</channel></rss>"


async def read(room: RoomClient, source: dict[str, Any]) -> None:
    async with room.transaction() as session:
        await emit(session, SourceDue(source_id=source["id"]))
    await room.work()


async def test_the_articles_behind_a_feed_become_its_texts_a_few_at_a_time(
    monitor: RoomClient, httpserver: HTTPServer
) -> None:
    names = [f"story{number}" for number in range(8)]
    httpserver.expect_request("/feed").respond_with_data(
        feed(httpserver, *names), headers={"ETag": '"v1"'}
    )
    for name in names[1:]:
        httpserver.expect_request(f"/page/{name}").respond_with_data(
            PAGE.format(name), content_type="text/html; charset=utf-8"
        )
    new = {
        "name": "News",
        "url": httpserver.url_for("/feed"),
        "settings": {"full_text": True},
    }
    source = (await monitor.post(SOURCES, new)).json()
    await read(monitor, source)
    # Six at a reading; the rest came at once in another one, for there was more to be had.
    assert asked(httpserver).count("/feed") == 2
    posts = {post["title"]: post for post in (await monitor.get("/api/v1/posts")).json()["items"]}
    assert sorted(posts) == names
    assert "预计凌晨恢复供电" in posts["story1"]["text"]
    assert "rights" not in posts["story1"]["text"]
    # Its page is not there: the feed's own words must do.
    assert posts["story0"]["text"] == "Short."
    before = len(asked(httpserver))
    await read(monitor, source)
    assert asked(httpserver)[before:] == ["/feed"]
    assert {post["revision"] for post in posts.values()} == {1}


async def test_a_source_is_tried_out_before_it_is_saved(
    monitor: RoomClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/feed").respond_with_data(feed(httpserver, "one", "two"))
    new = {"name": "News", "url": httpserver.url_for("/feed"), "platform": "weibo"}
    shown = (await monitor.post(f"{SOURCES}/preview", new)).json()
    assert (shown["error"], shown["found"], shown["undated"]) == (None, 2, 2)
    assert [post["title"] for post in shown["posts"]] == ["one", "two"]
    assert shown["posts"][0]["platform"] == "weibo"
    assert (await monitor.get(SOURCES)).json()["items"] == []
    assert (await monitor.get("/api/v1/posts")).json()["items"] == []


async def test_what_is_wrong_with_it_is_told_at_once(
    monitor: RoomClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/feed").respond_with_data("gone", status=410)
    new = {"name": "News", "url": httpserver.url_for("/feed")}
    shown = await monitor.post(f"{SOURCES}/preview", new)
    assert shown.status_code == 200
    assert "410" in shown.json()["error"]
    wrong = await monitor.post(f"{SOURCES}/preview", new | {"settings": {"full_txt": True}})
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["pointer"] == "/settings/full_txt"
    viewer = make_actor("viewer", Permission.VIEW)
    assert (
        await monitor.call("POST", f"{SOURCES}/preview", json=new, actor=viewer)
    ).status_code == 403
