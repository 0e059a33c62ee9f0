"""Stories are merged and split by people, and every change can be taken back."""

from typing import Any

import pytest
from sqlalchemy import text

from services.monitor.resources import MonitorResources
from services.monitor.tracking.memory import Memory
from tests.conftest import RoomClient, make_actor
from tests.monitor.conftest import MakePost, send

OUTAGE = "云州电力 城东变电站停电 抢修 什么时候来电"
TARIFF = "新电价方案征求意见 阶梯电价 听证会 峰谷时段"
LOW = {"heat": {"blue": 3, "yellow": 8, "orange": 400, "red": 500}, "hold": 0}


async def watch(room: RoomClient, **changes: Any) -> None:
    new = {"name": "电力", "expression": "停电 OR 电价"} | changes
    assert (await room.post("/api/v1/watches", new)).status_code == 201


async def work(room: RoomClient) -> None:
    while await room.work():
        pass


async def stories(room: RoomClient) -> list[dict[str, Any]]:
    """Those that stand, the larger ones first."""
    items = (await room.get("/api/v1/stories")).json()["items"]
    return sorted(items, key=lambda story: -story["posts"] - story["copies"])


async def story(room: RoomClient, story_id: str) -> dict[str, Any]:
    answer = await room.get(f"/api/v1/stories/{story_id}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def change(room: RoomClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await room.post(f"/api/v1/stories/{path}", {"reason": "同一件事"} | body)
    assert answer.status_code in (200, 201), answer.text
    made: dict[str, Any] = answer.json()
    return made


async def two_stories(
    room: RoomClient, make_post: MakePost, outages: int = 4, tariffs: int = 3
) -> tuple[str, str]:
    """An outage and a tariff, with so many posts each."""
    await send(
        room,
        *[make_post(f"{OUTAGE} {number}楼", minutes_ago=9 - number) for number in range(outages)],
        *[make_post(f"{TARIFF} {number}户", minutes_ago=9 - number) for number in range(tariffs)],
    )
    await work(room)
    found = await stories(room)
    assert [each["posts"] for each in found] == [outages, tariffs]
    return found[0]["id"], found[1]["id"]


def counts(found: dict[str, Any]) -> tuple[int, int]:
    return found["posts"], found["copies"]


async def told(room: RoomClient, kind: str) -> list[dict[str, Any]]:
    async with room.transaction() as session:
        rows = await session.scalars(
            text("SELECT payload FROM corridor.events WHERE type = :kind ORDER BY position"),
            {"kind": kind},
        )
        return list(rows)


async def test_a_merged_story_goes_on_in_the_other_one(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    outage, tariff = await two_stories(monitor, make_post)
    made = await change(monitor, f"{tariff}/merge", {"into": outage})
    assert (made["kind"], made["story_id"], made["other_id"]) == ("merged", outage, tariff)
    assert (made["posts"], made["made_by"]["name"]) == (3, make_actor().name)
    assert counts(await story(monitor, outage)) == (7, 0)
    gone = await story(monitor, tariff)
    assert gone["merged_into"] == outage
    assert counts(gone) == (0, 0)
    assert [each["id"] for each in await stories(monitor)] == [outage]
    posts = (await monitor.get(f"/api/v1/stories/{outage}/posts")).json()["items"]
    assert len(posts) == 7
    await send(monitor, make_post(f"{TARIFF} 71户"), make_post(f"{OUTAGE} 72楼"))
    await work(monitor)
    assert counts(await story(monitor, outage)) == (9, 0)


async def test_with_names_the_story_that_goes_into_this_one(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    outage, tariff = await two_stories(monitor, make_post)
    made = await change(monitor, f"{outage}/merge", {"with": tariff})
    assert (made["story_id"], made["other_id"]) == (outage, tariff)


async def test_reposts_of_what_was_merged_follow_it(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    outage, tariff = await two_stories(monitor, make_post)
    await change(monitor, f"{tariff}/merge", {"into": outage})
    await send(monitor, make_post("转发微博", parent_external_id="p5"))
    await work(monitor)
    assert counts(await story(monitor, outage)) == (7, 1)
    assert (await story(monitor, tariff))["posts"] == 0


async def test_a_merge_is_undone_with_exact_counts(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    outage, tariff = await two_stories(monitor, make_post)
    before = [await story(monitor, each) for each in (outage, tariff)]
    made = await change(monitor, f"{tariff}/merge", {"into": outage})
    undone = await change(monitor, f"changes/{made['id']}/undo", {"reason": "两件事"})
    assert (undone["undone_reason"], undone["undone_by"]["name"]) == (
        "两件事",
        make_actor().name,
    )
    after = [await story(monitor, each) for each in (outage, tariff)]
    for name in ("posts", "copies", "platforms", "first_post_at", "last_post_at", "watch_id"):
        assert [each[name] for each in after] == [each[name] for each in before]
    await send(monitor, make_post(f"{TARIFF} 71户"))
    await work(monitor)
    assert counts(await story(monitor, tariff)) == (4, 0)
    history = (await monitor.get(f"/api/v1/stories/{tariff}/changes")).json()["items"]
    assert [each["id"] for each in history] == [made["id"]]


async def test_a_split_takes_the_chosen_posts_and_what_repeats_them(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    outage, tariff = await two_stories(monitor, make_post)
    await change(monitor, f"{tariff}/merge", {"into": outage})
    await send(monitor, make_post("转发微博", parent_external_id="p5", external_id="repost"))
    await work(monitor)
    await send(monitor, make_post("转发微博", parent_external_id="repost"))
    await work(monitor)
    made = await change(monitor, f"{outage}/split", {"term": "阶梯電價"})
    assert (made["kind"], made["posts"]) == ("split", 5)
    new = made["other_id"]
    assert counts(await story(monitor, new)) == (3, 2)
    assert counts(await story(monitor, outage)) == (4, 0)
    assert "电价" in (await story(monitor, new))["title"]
    await send(
        monitor,
        make_post(f"{TARIFF} 71户"),
        make_post(f"{OUTAGE} 72楼"),
        make_post("转发微博", parent_external_id="repost"),
    )
    await work(monitor)
    assert counts(await story(monitor, new)) == (4, 3)
    assert counts(await story(monitor, outage)) == (5, 0)


async def test_posts_are_split_off_by_their_ids_and_come_back(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    outage, _ = await two_stories(monitor, make_post)
    posts = (await monitor.get(f"/api/v1/stories/{outage}/posts")).json()["items"]
    chosen = [posts[0]["id"], posts[1]["id"]]
    made = await change(monitor, f"{outage}/split", {"post_ids": chosen})
    assert counts(await story(monitor, outage)) == (2, 0)
    await change(monitor, f"changes/{made['id']}/undo", {})
    assert counts(await story(monitor, outage)) == (4, 0)
    assert (await story(monitor, made["other_id"]))["merged_into"] == outage


async def test_changes_are_undone_in_reverse_order(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    outage, tariff = await two_stories(monitor, make_post)
    first = await change(monitor, f"{tariff}/merge", {"into": outage})
    second = await change(monitor, f"{outage}/split", {"term": "听证会"})
    refused = await monitor.post(
        f"/api/v1/stories/changes/{first['id']}/undo", {"reason": "两件事"}
    )
    assert refused.status_code == 409
    assert second["id"] in refused.json()["detail"]
    await change(monitor, f"changes/{second['id']}/undo", {})
    await change(monitor, f"changes/{first['id']}/undo", {})
    assert [counts(each) for each in await stories(monitor)] == [(4, 0), (3, 0)]
    again = await monitor.post(f"/api/v1/stories/changes/{first['id']}/undo", {"reason": "x"})
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("{one}/merge", {"into": "{one}"}, 422),
        ("{one}/merge", {}, 422),
        ("{one}/merge", {"into": "{two}", "with": "{two}"}, 422),
        ("{one}/merge", {"into": "0199c0de-0000-7000-8000-000000000009"}, 404),
        ("{one}/split", {}, 422),
        ("{one}/split", {"term": "变电站"}, 422),
        ("{one}/split", {"term": "没有这个词"}, 422),
        ("{one}/split", {"post_ids": ["0199c0de-0000-7000-8000-000000000009"]}, 422),
        ("changes/0199c0de-0000-7000-8000-000000000009/undo", {}, 404),
    ],
)
async def test_what_does_not_fit_is_refused_and_changes_nothing(
    monitor: RoomClient, make_post: MakePost, path: str, body: dict[str, Any], status: int
) -> None:
    await watch(monitor)
    one, two = await two_stories(monitor, make_post)
    names = {"one": one, "two": two}
    filled = {
        key: value.format_map(names) if isinstance(value, str) else value
        for key, value in body.items()
    }
    answer = await monitor.post(
        f"/api/v1/stories/{path.format_map(names)}", {"reason": "因为"} | filled
    )
    assert answer.status_code == status
    assert [counts(each) for each in await stories(monitor)] == [(4, 0), (3, 0)]


async def test_a_story_that_went_into_another_is_pointed_away_from(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    outage, tariff = await two_stories(monitor, make_post)
    await change(monitor, f"{tariff}/merge", {"into": outage})
    answer = await monitor.post(
        f"/api/v1/stories/{tariff}/split", {"term": "听证会", "reason": "因为"}
    )
    assert answer.status_code == 409
    assert outage in answer.json()["detail"]


async def test_of_two_warnings_the_graver_one_stays(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor, thresholds=LOW)
    outage, tariff = await grave_and_light(monitor, make_post)
    warnings = {each["story_id"]: each for each in await of(monitor)}
    made = await change(monitor, f"{outage}/merge", {"into": tariff})
    after = {each["story_id"]: each for each in await of(monitor)}
    assert after[tariff]["id"] == warnings[outage]["id"]
    assert after[tariff]["level"] == "yellow"
    assert after[outage]["state"] == "ended"
    assert {event["warning_id"] for event in await told(monitor, "StoriesMerged")} == {
        each["id"] for each in warnings.values()
    }
    assert {event["story_id"] for event in await told(monitor, "StoriesMerged")} == {tariff}
    assert len(await told(monitor, "WarningEnded")) == 1
    await change(monitor, f"changes/{made['id']}/undo", {})
    restored = {each["story_id"]: each for each in await of(monitor)}
    for story_id, warning in warnings.items():
        assert restored[story_id]["id"] == warning["id"]
        assert restored[story_id]["state"] == warning["state"]
        assert restored[story_id]["level"] == warning["level"]
    assert len(await told(monitor, "WarningRaised")) == 2


async def grave_and_light(monitor: RoomClient, make_post: MakePost) -> tuple[str, str]:
    """A story with a yellow warning, one with a blue one."""
    await send(
        monitor,
        *[make_post(f"{OUTAGE} {number}楼") for number in range(16)],
        *[make_post(f"{TARIFF} {number}户") for number in range(7)],
    )
    await work(monitor)
    grave, light = await stories(monitor)
    assert (grave["level"], light["level"]) == ("yellow", "blue")
    return grave["id"], light["id"]


async def of(monitor: RoomClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await monitor.get("/api/v1/warnings")).json()["items"]
    return items


async def test_a_split_leaves_the_warning_and_judges_both_stories(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor, thresholds=LOW)
    grave, light = await grave_and_light(monitor, make_post)
    await change(monitor, f"{light}/merge", {"into": grave})
    made = await change(monitor, f"{grave}/split", {"term": "听证会"})
    levels = {each["story_id"]: each["level"] for each in await of(monitor)}
    assert levels[made["other_id"]] == "blue"
    assert levels[grave] == "yellow"
    split = (await told(monitor, "StorySplit"))[0]
    assert (split["story_id"], split["other_id"]) == (grave, made["other_id"])


async def test_a_worker_follows_a_change_without_reading_everything_anew(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    outage, tariff = await two_stories(monitor, make_post)
    resources = monitor.runtime.resources
    assert isinstance(resources, MonitorResources)
    kept = resources.memory.grouping
    made = await change(monitor, f"{tariff}/merge", {"into": outage})
    await change(monitor, f"changes/{made['id']}/undo", {})
    await send(monitor, make_post(f"{TARIFF} 71户"), make_post(f"{OUTAGE} 72楼"))
    await work(monitor)
    assert resources.memory.grouping is kept
    assert [counts(each) for each in await stories(monitor)] == [(5, 0), (4, 0)]


async def test_a_worker_that_starts_anew_knows_what_was_merged(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    outage, tariff = await two_stories(monitor, make_post)
    await change(monitor, f"{tariff}/merge", {"into": outage})
    monitor.runtime.resources.memory = Memory()
    await send(monitor, make_post(f"{TARIFF} 71户"))
    await work(monitor)
    assert counts(await story(monitor, outage)) == (8, 0)
