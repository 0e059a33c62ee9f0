"""A pasted link becomes a post: read politely, once, or put into words where it cannot be read."""

import asyncio
from datetime import UTC, datetime

import pytest
from pytest_httpserver import HTTPServer

from services.monitor.reports.from_link import day_of
from services.monitor.room import room as monitor_room
from shared.contracts.actors import Actor, Permission
from tests.conftest import OpenRoom, RoomClient, make_actor
from tests.monitor.reports.test_reports import EMPLOYEE, MONITOR, inbox, tell
from tests.monitor.sources.conftest import asked, httpserver

__all__ = ["httpserver"]

FROM_LINK = "/api/v1/posts/from-link"
WORDS = "城东今晚大面积停电，供电公司表示正在抢修，预计凌晨恢复供电，请居民注意安全。"
PAGE = (
    "<html><head><title>城东停电</title></head><body><nav><a href='/'>Home</a></nav><article>"
    f"<h1>城东停电</h1>{f'<p>{WORDS}</p>' * 4}</article></body></html>"
)
HTML = "text/html; charset=utf-8"


@pytest.fixture
async def monitor(open_room: OpenRoom) -> RoomClient:
    return await open_room(monitor_room, allow_private_sources=True)


async def test_the_page_is_read_and_is_one_post_however_often_it_is_pasted(
    monitor: RoomClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/news").respond_with_data(PAGE, content_type=HTML)
    link = httpserver.url_for("/news")
    first = await monitor.post(
        FROM_LINK, {"link": f"看看这个 {link}?utm_source=app"}, actor=MONITOR
    )
    assert first.status_code == 201, first.text
    post = first.json()
    assert WORDS in post["text"]
    assert "Home" not in post["text"]
    assert (post["title"], post["origin"]["kind"]) == ("城东停电", "by_hand")
    assert first.headers["location"] == f"/api/v1/posts/{post['id']}"
    again = await monitor.post(FROM_LINK, {"link": link}, actor=MONITOR)
    assert (again.status_code, again.json()["id"]) == (200, post["id"])
    assert asked(httpserver) == ["/news"]
    told = await tell(monitor, EMPLOYEE, link=link)
    assert (told["post_id"], told["folded"]) == (post["id"], True)
    (seen,) = await inbox(monitor)
    assert (seen["state"], seen["handled_by"]["name"]) == ("taken_up", "monitor")
    assert seen["text"] == "城东停电"


@pytest.mark.parametrize("second", [MONITOR, make_actor("colleague", Permission.HANDLE_REPORTS)])
async def test_two_who_paste_one_link_at_once_make_one_post(
    monitor: RoomClient, httpserver: HTTPServer, second: Actor
) -> None:
    httpserver.expect_request("/news").respond_with_data(PAGE, content_type=HTML)
    new = {"link": httpserver.url_for("/news")}
    both = await asyncio.gather(
        *(monitor.post(FROM_LINK, new, actor=actor) for actor in (MONITOR, second))
    )
    assert sorted(answer.status_code for answer in both) == [200, 201]
    (post,) = (await monitor.get("/api/v1/posts")).json()["items"]
    assert {answer.json()["id"] for answer in both} == {post["id"]}
    assert post["revision"] == 1


async def test_what_a_colleague_reported_without_words_gets_them(
    monitor: RoomClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/news").respond_with_data(PAGE, content_type=HTML)
    link = httpserver.url_for("/news")
    receipt = await tell(monitor, EMPLOYEE, link=link)
    answer = await monitor.post(FROM_LINK, {"link": link}, actor=MONITOR)
    assert (answer.status_code, answer.json()["id"]) == (200, receipt["post_id"])
    assert WORDS in answer.json()["text"]
    # Somebody still has to say what becomes of the colleague's report.
    assert (await inbox(monitor))[0]["state"] == "new"


@pytest.mark.parametrize("status", [403, 404])
async def test_what_cannot_be_read_says_so_and_takes_words(
    monitor: RoomClient, httpserver: HTTPServer, status: int
) -> None:
    httpserver.expect_request("/wall").respond_with_data("sign in", status=status)
    new = {"link": httpserver.url_for("/wall")}
    refused = await monitor.post(FROM_LINK, new)
    assert refused.status_code == 422
    assert "Put into text what it says" in refused.json()["detail"]
    assert (await monitor.get("/api/v1/posts")).json()["items"] == []
    told = await monitor.post(FROM_LINK, new | {"text": WORDS, "title": "停电"})
    assert told.status_code == 201
    assert (told.json()["title"], told.json()["text"]) == ("停电", WORDS)


async def test_what_a_site_forbids_to_programs_is_left_alone(
    monitor: RoomClient, httpserver: HTTPServer
) -> None:
    httpserver.clear()
    rules = "User-agent: *\nDisallow: /"
    httpserver.expect_request("/robots.txt").respond_with_data(rules)
    answer = await monitor.post(FROM_LINK, {"link": httpserver.url_for("/news")})
    assert answer.status_code == 422
    assert "forbids" in answer.json()["detail"]
    assert asked(httpserver) == []


async def test_nobody_is_led_inside(open_room: OpenRoom, httpserver: HTTPServer) -> None:
    room = await open_room(monitor_room)
    for link in (httpserver.url_for("/admin"), "http://169.254.169.254/latest/meta-data"):
        answer = await room.post(FROM_LINK, {"link": link})
        assert answer.status_code == 422
    assert httpserver.log == []


async def test_who_may_and_what_is_no_link(monitor: RoomClient) -> None:
    reader = make_actor("reader", Permission.VIEW, Permission.SEND_REPORTS)
    new = {"link": "https://example.org/a", "text": "x"}
    assert (await monitor.post(FROM_LINK, new, actor=reader)).status_code == 403
    wrong = await monitor.post(FROM_LINK, {"link": "没有链接"})
    assert wrong.status_code == 422
    assert "no link" in wrong.text


def test_old_news_are_old() -> None:
    now = datetime(2026, 11, 21, 8, tzinfo=UTC)
    assert day_of("2026-11-01", now) == datetime(2026, 11, 1, 23, 59, 59, 999999, tzinfo=UTC)
    for told in ("2026-11-20", "2026-11-21", "2027-01-01", "", "yesterday"):
        assert day_of(told, now) is None
