"""Watches through the API: kept, tried, explained, and followed by the tracker."""

from typing import Any

import pytest

from tests.conftest import RoomClient
from tests.monitor.conftest import MakePost, send

WATCHES = "/api/v1/watches"


async def asked(room: RoomClient, path: str, body: Any, status: int = 200) -> dict[str, Any]:
    answer = await room.post(path, body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def create(room: RoomClient, expression: str, **changes: Any) -> dict[str, Any]:
    body = {"name": expression, "expression": expression} | changes
    return await asked(room, WATCHES, body, 201)


async def work(room: RoomClient) -> None:
    while await room.work():
        pass


async def mentioned(room: RoomClient, watch: dict[str, Any]) -> list[str]:
    answer = await room.get(f"{WATCHES}/{watch['id']}/mentions")
    assert answer.status_code == 200, answer.text
    return [item["text"] for item in answer.json()["items"]]


async def test_exclusions_filters_and_fields_decide_what_counts(
    monitor: RoomClient, make_post: MakePost
) -> None:
    watch = await create(
        monitor,
        "停电 NEAR/5 投诉 OR 2 OF (跳闸, 断电, 黑灯) OR title:停电",
        exclusions=["演习", "author:招聘", "source:example.org"],
        filters={"platforms": ["weibo"], "languages": ["zh"]},
    )
    await send(
        monitor,
        make_post("停电，大家要投诉"),
        make_post("停电演习，欢迎投诉"),
        make_post("停电，大家要投诉！", author="云州招聘网"),
        make_post("停电，都去投诉", url="https://news.example.org/1"),
        make_post("停电，快投诉", platform="news"),
        make_post("昨天跳闸今天断电"),
        make_post("正文", title="城东停電"),
        make_post("停电之后过了很久很久才有人来投诉"),
    )
    await work(monitor)
    assert set(await mentioned(monitor, watch)) == {"停电，大家要投诉", "昨天跳闸今天断电", "正文"}


async def test_a_source_is_known_by_its_name(monitor: RoomClient, make_post: MakePost) -> None:
    source = await asked(
        monitor,
        "/api/v1/sources",
        {
            "name": "云州晚报",
            "kind": "rss",
            "platform": "news",
            "url": "https://feeds.example.com/feed",
        },
        201,
    )
    watch = await create(monitor, "source:云州晚报 停电")
    await send(monitor, make_post("停电", source_id=source["id"]), make_post("停电了"))
    await work(monitor)
    assert await mentioned(monitor, watch) == ["停电"]


async def test_a_changed_alias_is_followed_by_the_watches_that_name_it(
    monitor: RoomClient, make_post: MakePost
) -> None:
    alias = await asked(
        monitor, f"{WATCHES}/aliases", {"name": "云州电力", "spellings": ["云电"]}, 201
    )
    watch = await create(monitor, "@云州电力 停电")
    await send(monitor, make_post("云电停电"), make_post("Yunzhou Power 停电"))
    await work(monitor)
    answer = await monitor.call(
        "PUT",
        f"{WATCHES}/aliases/{alias['id']}",
        json={"name": "云州电力", "spellings": ["云电", "Yunzhou Power"]},
        headers={"If-Match": '"1"'},
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["ETag"] == '"2"'
    await send(monitor, make_post("YUNZHOU POWER 又停电"))
    await work(monitor)
    assert await mentioned(monitor, watch) == ["YUNZHOU POWER 又停电", "云电停电"]
    listed = (await monitor.get(f"{WATCHES}/aliases")).json()["items"]
    assert listed[0]["spellings"] == ["云电", "Yunzhou Power"]


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"name": "云 州", "spellings": []}, 422, "/name"),
        ({"name": "\u200b", "spellings": []}, 422, "nothing to look for"),
        ({"name": "a", "spellings": ["\u200b"]}, 422, "/spellings/0"),
        ({"name": "雲州", "spellings": []}, 409, "already"),
    ],
)
async def test_an_alias_that_cannot_be_is_refused(
    monitor: RoomClient, body: dict[str, Any], status: int, says: str
) -> None:
    await asked(monitor, f"{WATCHES}/aliases", {"name": "云州", "spellings": ["Yunzhou"]}, 201)
    answer = await monitor.post(f"{WATCHES}/aliases", body)
    assert answer.status_code == status
    assert says in answer.text


async def test_an_alias_cannot_make_a_watch_too_long(monitor: RoomClient) -> None:
    await create(monitor, " OR ".join(f"@名{number}" for number in range(25)))
    for number in range(19):
        body = {"name": f"名{number}", "spellings": [f"w{number}n{n}" for n in range(50)]}
        await asked(monitor, f"{WATCHES}/aliases", body, 201)
    body = {"name": "名19", "spellings": [f"w19n{n}" for n in range(50)]}
    answer = await monitor.post(f"{WATCHES}/aliases", body)
    assert answer.status_code == 409
    assert "1,000" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"expression": "NOT a"}, "/expression"),
        ({"expression": "a", "exclusions": ["b", "(c"]}, "/exclusions/1"),
        ({"expression": "a NEAR/5"}, "/expression"),
    ],
)
async def test_what_cannot_be_read_is_refused_with_its_place(
    monitor: RoomClient, body: dict[str, Any], pointer: str
) -> None:
    answer = await monitor.post(WATCHES, {"name": "w"} | body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert "position" in answer.json()["errors"][0]
    linted = await asked(monitor, f"{WATCHES}/lint", body)
    assert not linted["savable"]
    assert linted["findings"][0]["pointer"] == pointer


async def test_a_lint_tells_what_is_probably_not_meant_and_how_broad_it_is(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await send(monitor, *[make_post(f"第{number}篇，今天停电") for number in range(200)])
    found = await asked(monitor, f"{WATCHES}/lint", {"expression": "停电 OR 大停电"})
    assert found["savable"]
    assert [finding["code"] for finding in found["findings"]] == ["contained", "too_broad"]
    assert (found["examined"], found["matched"], found["hit_rate"]) == (200, 200, 1.0)
    found = await asked(monitor, f"{WATCHES}/lint", {"expression": "爆炸"})
    assert [finding["code"] for finding in found["findings"]] == ["no_match"]


async def test_a_preview_counts_shows_and_compares(
    monitor: RoomClient, make_post: MakePost
) -> None:
    watch = await create(monitor, "停电 OR 跳闸")
    await send(
        monitor,
        make_post("城东停電了", title="云州"),
        make_post("停电演习", platform="news"),
        make_post("断电", platform="news", minutes_ago=60 * 24 * 2),
        make_post("跳闸"),
        make_post("天气"),
    )
    body = {"expression": "停电 OR 断电", "exclusions": ["演习"], "watch_id": watch["id"]}
    found = await asked(monitor, f"{WATCHES}/preview", body | {"time_zone": "Asia/Shanghai"})
    assert (found["examined"], found["matched"], found["hit_rate"]) == (5, 2, 0.4)
    assert found["compared"] == {"matched": 3, "new": 1, "lost": 2}
    assert {item["text"]: item["change"] for item in found["items"]} == {
        "城东停電了": None,
        "断电": "new",
    }
    assert {item["text"] for item in found["lost_items"]} == {"停电演习", "跳闸"}
    spans = next(item for item in found["items"] if item["title"])["highlights"]
    assert spans == [{"part": "text", "start": 2, "end": 4}]
    assert {each["platform"]: each["matched"] for each in found["platforms"]} == {
        "weibo": 1,
        "news": 1,
    }
    assert sum(day["matched"] for day in found["days"]) == 2
    assert len(found["days"]) == 2


async def test_a_preview_tells_what_each_part_brings_and_what_is_nearly_found(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await send(
        monitor,
        make_post("停电，投诉", minutes_ago=60 * 30),
        make_post("断电，投诉"),
        make_post("断电演习，投诉"),
        make_post("断电，投诉！", platform="news"),
        make_post("天气", minutes_ago=60 * 6),
    )
    found = await asked(
        monitor,
        f"{WATCHES}/preview",
        {
            "expression": "(停电 OR 断电 OR 跳闸) 投诉 -演习",
            "filters": {"platforms": ["weibo"]},
        },
    )
    assert found["clauses_counted"] == 4
    assert [
        (part["role"], part["says"], part["matched"], part["alone"]) for part in found["clauses"]
    ] == [
        ("asks", "停电", 1, 1),
        ("asks", "断电", 1, 1),
        ("asks", "跳闸", 0, 0),
        ("asks", "投诉", 2, 2),
        ("excludes", "演习", 1, 1),
        ("filters", "platform:weibo", 1, 1),
    ]
    assert {item["text"]: item["taken_away_by"] for item in found["near_items"]} == {
        "断电演习，投诉": ["演习"],
        "断电，投诉！": ["platform:weibo"],
    }
    assert all(item["highlights"] for item in found["near_items"])
    assert 1 < found["per_day"] < 2


async def test_what_cannot_be_read_is_linted_with_how_it_could_be(monitor: RoomClient) -> None:
    found = await asked(monitor, f"{WATCHES}/lint", {"expression": "停电\n断电\n跳闸"})
    (finding,) = found["findings"]
    assert (finding["mistake"], finding["suggestion"]) == ("new_line", "停电 OR 断电 OR 跳闸")
    answer = await monitor.post(WATCHES, {"name": "w", "expression": "停电、断电"})
    assert answer.json()["errors"][0]["code"] == "separator"


async def test_an_explanation_needs_one_watch_and_one_post(
    monitor: RoomClient, make_post: MakePost
) -> None:
    watch = await create(monitor, "停电 -演习")
    sent = await send(monitor, make_post("雲州停電"))
    post_id = sent["results"][0]["id"]
    found = await asked(
        monitor, f"{WATCHES}/explain", {"watch_id": watch["id"], "post_id": post_id}
    )
    assert found["matches"]
    assert found["highlights"] == [{"part": "text", "start": 2, "end": 4}]
    assert [clause["says"] for clause in found["clause"]["operands"]] == ["停电", "NOT 演习"]
    tried = {"strategy": {"expression": "停电"}, "post": {"text": "断电"}}
    assert not (await asked(monitor, f"{WATCHES}/explain", tried))["matches"]
    for body in ({}, {"watch_id": watch["id"]}, tried | {"post_id": post_id}):
        await asked(monitor, f"{WATCHES}/explain", body, 422)
