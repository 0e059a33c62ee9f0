"""Staff tell what they saw; the monitoring group deals with it; both see what became of it."""

import asyncio
import base64
import io
import json
from collections.abc import Mapping
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text

from shared.contracts.actors import Permission
from tests.conftest import RoomClient, make_actor
from tests.monitor.conftest import MakePost, send

STAFF = "/api/v1/reports/staff"
MINE = "/api/v1/reports/mine"
LINK = "https://weibo.com/1234567890/N5abcdEfg"
EMPLOYEE = make_actor("li", Permission.SEND_REPORTS)
COLLEAGUE = make_actor("wang", Permission.SEND_REPORTS)
THIRD = make_actor("zhao", Permission.SEND_REPORTS)
MONITOR = make_actor("monitor", Permission.HANDLE_REPORTS, Permission.VIEW)


def screenshot(colour: int = 200) -> dict[str, str]:
    stream = io.BytesIO()
    Image.new("RGB", (30, 60), (colour, 30, 30)).save(stream, "PNG")
    return {"content": base64.b64encode(stream.getvalue()).decode()}


async def tell(room: RoomClient, actor: Any = EMPLOYEE, **said: object) -> dict[str, Any]:
    answer = await room.post(STAFF, said, actor=actor)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def inbox(room: RoomClient, **asked: str) -> list[dict[str, Any]]:
    answer = await room.get(STAFF, params=asked, actor=MONITOR)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_a_report_becomes_a_post_with_its_origin(monitor: RoomClient) -> None:
    receipt = await tell(monitor, link=LINK, text="城东又停电了，打客服没人接。", concerns="客服")
    assert receipt["platform"] == "weibo"
    assert not receipt["folded"]
    post = (await monitor.get(f"/api/v1/posts/{receipt['post_id']}")).json()
    assert post["text"] == "城东又停电了，打客服没人接。"
    assert (post["platform"], post["url"]) == ("weibo", LINK)
    assert post["origin"] == {"kind": "staff_report", "reference": receipt["report_id"]}
    (seen,) = await inbox(monitor)
    assert seen["state"] == "new"
    assert [telling["told_by"]["name"] for telling in seen["tellings"]] == ["li"]
    assert seen["tellings"][0]["concerns"] == "客服"


async def test_a_report_that_a_watch_asks_for_is_tracked_like_any_post(
    monitor: RoomClient,
) -> None:
    watch = {"name": "Power", "expression": "停电", "targets": ["云州电力"]}
    assert (await monitor.post("/api/v1/watches", watch)).status_code == 201
    await tell(monitor, link=LINK, text="城东又停电了")
    while await monitor.work():
        pass
    (seen,) = await inbox(monitor)
    assert seen["watch_ids"]
    assert seen["story_ids"]
    own = (await monitor.get(MINE, actor=EMPLOYEE)).json()["items"][0]
    assert own["watched"] is True


async def test_three_colleagues_who_share_one_link_are_one_report(monitor: RoomClient) -> None:
    first = await tell(monitor, link=f"{LINK}?from=page_100505", text="又停电了")
    second = await tell(monitor, COLLEAGUE, link=f"看看 {LINK}", urgency="high")
    third = await tell(monitor, THIRD, link=LINK.replace("https://", "http://www."))
    assert first["report_id"] == second["report_id"] == third["report_id"]
    assert (second["folded"], third["reporters"]) == (True, 3)
    (seen,) = await inbox(monitor)
    assert (seen["reporters"], seen["urgency"], seen["text"]) == (3, "high", "又停电了")
    assert len(seen["tellings"]) == 3
    assert (await monitor.get("/api/v1/posts")).json()["items"][0]["revision"] == 1


async def test_colleagues_at_the_same_moment_are_one_report(monitor: RoomClient) -> None:
    actors = [make_actor(f"p{number}", Permission.SEND_REPORTS) for number in range(6)]
    receipts = await asyncio.gather(*(tell(monitor, actor, link=LINK) for actor in actors))
    assert len({receipt["report_id"] for receipt in receipts}) == 1
    assert sorted(receipt["reporters"] for receipt in receipts) == [1, 2, 3, 4, 5, 6]
    assert sum(not receipt["folded"] for receipt in receipts) == 1


async def test_words_that_come_later_become_those_of_the_post(monitor: RoomClient) -> None:
    first = await tell(monitor, link=LINK)
    assert (await monitor.get(f"/api/v1/posts/{first['post_id']}")).json()["text"] == LINK
    await tell(monitor, COLLEAGUE, link=LINK, text="停电六小时无人解释")
    post = (await monitor.get(f"/api/v1/posts/{first['post_id']}")).json()
    assert (post["text"], post["revision"]) == ("停电六小时无人解释", 2)
    await tell(monitor, THIRD, link=LINK, text="另一种说法")
    assert (await monitor.get(f"/api/v1/posts/{first['post_id']}")).json()["revision"] == 2


async def test_sent_twice_is_one_report_with_a_key_and_without(
    monitor: RoomClient, fresh_key: str
) -> None:
    said = {"text": "窗口排了三个小时队", "pictures": [screenshot()]}
    keyed = {"headers": {"Idempotency-Key": fresh_key}, "actor": EMPLOYEE}
    first = (await monitor.post(STAFF, said, **keyed)).json()
    assert (await monitor.post(STAFF, said, **keyed)).json() == first
    assert (await tell(monitor, **said))["telling_id"] == first["telling_id"]
    other = await tell(monitor, text="窗口排了三个小时队", pictures=[screenshot(90)])
    assert other["report_id"] != first["report_id"]
    assert len(await inbox(monitor)) == 2
    async with monitor.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM monitor.pictures")) == 2


async def test_a_picture_alone_is_enough_and_is_put_into_words_later(monitor: RoomClient) -> None:
    receipt = await tell(monitor, pictures=[screenshot()])
    assert receipt["post_id"] is None
    path = f"{STAFF}/{receipt['report_id']}"
    taken = await monitor.post(f"{path}/take-up", {"text": "图中：客服态度恶劣"}, actor=MONITOR)
    assert taken.status_code == 200, taken.text
    assert taken.json()["state"] == "taken_up"
    post = (await monitor.get(f"/api/v1/posts/{taken.json()['post_id']}")).json()
    assert (post["text"], post["platform"]) == ("图中：客服态度恶劣", "staff")


async def test_a_picture_is_seen_by_who_sent_it_and_by_who_handles_reports(
    monitor: RoomClient,
) -> None:
    await tell(monitor, text="x 见图", pictures=[screenshot()])
    kept = (await inbox(monitor))[0]["tellings"][0]["pictures"][0]
    path = f"/api/v1/reports/pictures/{kept['id']}"
    for actor, status in ((EMPLOYEE, 200), (MONITOR, 200), (COLLEAGUE, 404)):
        assert (await monitor.get(path, actor=actor)).status_code == status
    shown = await monitor.get(path, actor=MONITOR)
    assert shown.headers["content-type"] == "image/png"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["content-disposition"].startswith("attachment; filename=")
    assert "sandbox" in shown.headers["content-security-policy"]
    assert (kept["width"], kept["height"], kept["size"]) == (30, 60, len(shown.content))


async def test_who_told_reads_what_became_of_it(monitor: RoomClient) -> None:
    receipt = await tell(monitor, link=LINK, text="同名公司的事")
    path = f"{STAFF}/{receipt['report_id']}/dismiss"
    assert (await monitor.post(path, {"reason": " "}, actor=MONITOR)).status_code == 422
    await monitor.post(path, {"reason": "这是同名公司，与我们无关。"}, actor=MONITOR)
    (own,) = (await monitor.get(MINE, actor=EMPLOYEE)).json()["items"]
    assert (own["state"], own["reason"]) == ("not_relevant", "这是同名公司，与我们无关。")
    assert (await monitor.get(MINE, actor=COLLEAGUE)).json()["items"] == []
    later = await tell(monitor, COLLEAGUE, link=LINK)
    assert (later["state"], later["folded"]) == ("not_relevant", True)


async def warned_story(room: RoomClient, make_post: MakePost) -> dict[str, Any]:
    watch = {
        "name": "Power",
        "expression": "停电",
        "thresholds": {"heat": {"blue": 2, "yellow": 500, "orange": 900, "red": 2500}},
    }
    assert (await room.post("/api/v1/watches", watch)).status_code == 201
    await send(room, *(make_post(f"城东停电了，第{number}条街") for number in range(8)))
    while await room.work():
        pass
    warnings = (await room.get("/api/v1/warnings")).json()["items"]
    assert warnings
    found: dict[str, Any] = warnings[0]
    return found


async def test_linked_to_a_warning_it_enters_the_record(
    monitor: RoomClient, make_post: MakePost
) -> None:
    warning = await warned_story(monitor, make_post)
    receipt = await tell(monitor, link=LINK, text="邻居都在说")
    await tell(monitor, COLLEAGUE, link=LINK)
    path = f"{STAFF}/{receipt['report_id']}"
    both = {"story_id": warning["story_id"], "warning_id": warning["id"]}
    assert (await monitor.post(f"{path}/link", both, actor=MONITOR)).status_code == 422
    linked = await monitor.post(f"{path}/link", {"story_id": warning["story_id"]}, actor=MONITOR)
    assert linked.status_code == 200, linked.text
    assert (linked.json()["state"], linked.json()["warning_id"]) == ("linked", warning["id"])
    async with monitor.transaction() as session:
        told = await session.scalar(
            text("SELECT payload FROM corridor.events WHERE type = 'ReportLinked'")
        )
    assert told["warning_id"] == warning["id"]
    assert (told["reporters"], told["excerpt"]) == (2, "邻居都在说")
    assert "li" not in json.dumps({key: told[key] for key in told if key != "by"}).split('"')
    refused = await monitor.post(f"{path}/take-up", {}, actor=MONITOR)
    assert refused.status_code == 409


async def test_an_urgent_report_of_somebody_known_is_told_once(monitor: RoomClient) -> None:
    await tell(monitor, link=LINK, text="又停电了")
    await tell(monitor, COLLEAGUE, link=LINK, urgency="high")
    await tell(monitor, THIRD, link=LINK, urgency="high")
    opened = (await monitor.post("/api/v1/reports/link", {})).json()["path"]
    unknown = {"token": opened.removeprefix("/r/"), "text": "!!!", "urgency": "high"}
    assert (await monitor.post("/api/v1/reports/public", unknown)).status_code == 201
    while await monitor.work():
        pass
    async with monitor.transaction() as session:
        told = list(await session.scalars(text("SELECT message FROM monitor.alerts")))
    assert [message["data"]["title"] for message in told] == ["Urgent report"]
    assert told[0]["data"]["text"] == "又停电了"


async def test_press_radio_and_television_are_entered_by_hand(monitor: RoomClient) -> None:
    piece = {
        "medium": "radio",
        "outlet": "云州交通广播",
        "title": "城东停电六小时",
        "text": "听众来电……",
        "published_at": "2026-11-01T07:30:00+08:00",
        "reach": 120_000,
    }
    entered = await monitor.post("/api/v1/reports/media", piece, actor=MONITOR)
    assert entered.status_code == 201, entered.text
    post = (await monitor.get(f"/api/v1/posts/{entered.json()['post_id']}")).json()
    assert (post["platform"], post["author"], post["author_followers"]) == (
        "radio",
        "云州交通广播",
        120_000,
    )
    assert post["published_at"].startswith("2026-10-31T23:30:00")
    assert post["origin"]["kind"] == "by_hand"
    future = piece | {"published_at": "2099-01-01T00:00:00Z"}
    refused = await monitor.post("/api/v1/reports/media", future, actor=MONITOR)
    assert refused.status_code == 422


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "say what you saw"),
        ({"link": "  ", "text": ""}, "say what you saw"),
        ({"link": "没有链接"}, "no link"),
        ({"text": "a\x00b"}, "NUL"),
        ({"text": "x", "urgency": "panic"}, "urgency"),
        ({"text": "x", "pictures": [{"content": "not base64!"}]}, "pictures"),
        ({"text": "x", "pictures": [{"content": "aGVsbG8="}]}, "no PNG, JPEG or WebP"),
        ({"text": "x", "pictures": [screenshot()] * 4}, "pictures"),
        ({"text": "x" * 20_001}, "text"),
    ],
)
async def test_what_cannot_be_reported_is_refused_with_the_reason(
    monitor: RoomClient, said: Mapping[str, object], words: str
) -> None:
    refused = await monitor.post(STAFF, said, actor=EMPLOYEE)
    assert refused.status_code == 422
    assert words in refused.text
    assert await inbox(monitor) == []


async def test_nobody_does_what_their_role_does_not_let_them(monitor: RoomClient) -> None:
    receipt = await tell(monitor, text="x 什么")
    path = f"{STAFF}/{receipt['report_id']}"
    viewer = make_actor("viewer", Permission.VIEW)
    for method, address, actor in (
        ("POST", STAFF, viewer),
        ("GET", STAFF, EMPLOYEE),
        ("GET", path, EMPLOYEE),
        ("POST", f"{path}/take-up", EMPLOYEE),
        ("POST", f"{path}/dismiss", EMPLOYEE),
        ("POST", f"{path}/link", EMPLOYEE),
        ("POST", "/api/v1/reports/media", EMPLOYEE),
        ("POST", "/api/v1/reports/public", EMPLOYEE),
        ("GET", "/api/v1/reports/link", MONITOR),
        ("POST", "/api/v1/reports/link", MONITOR),
        ("DELETE", "/api/v1/reports/link", MONITOR),
        ("GET", MINE, viewer),
    ):
        assert (await monitor.call(method, address, json={}, actor=actor)).status_code == 403


async def test_an_urgent_word_puts_what_was_dismissed_before_people_again(
    monitor: RoomClient,
) -> None:
    receipt = await tell(monitor, link=LINK, text="闻到煤气味")
    place = f"{STAFF}/{receipt['report_id']}/dismiss"
    assert (await monitor.post(place, {"reason": "old news"}, actor=MONITOR)).status_code == 200
    assert (await tell(monitor, COLLEAGUE, link=LINK))["state"] == "not_relevant"
    assert (await tell(monitor, THIRD, link=LINK, urgency="high"))["state"] == "new"
    while await monitor.work():
        pass
    async with monitor.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM monitor.alerts")) == 1
    # Once: who dismisses it again has seen that.
    assert (await monitor.post(place, {"reason": "seen"}, actor=MONITOR)).status_code == 200
    assert (await tell(monitor, EMPLOYEE, link=LINK, urgency="high"))["state"] == "not_relevant"


async def test_the_page_behind_the_link_opens_while_somebody_sends(monitor: RoomClient) -> None:
    path = (await monitor.post("/api/v1/reports/link", {})).json()["path"]
    check = f"/api/v1/reports/public/{path.removeprefix('/r/')}"
    async with monitor.transaction() as session:
        await session.execute(text("SELECT id FROM monitor.report_links FOR UPDATE"))
        async with asyncio.timeout(5):
            assert (await monitor.get(check)).status_code == 200
