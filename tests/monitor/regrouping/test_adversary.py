"""Two people at once, changes undone late, large stories: counts and warnings stay true."""

import asyncio
from typing import Any

from sqlalchemy import text

from tests.conftest import RoomClient
from tests.monitor.conftest import MakePost, send
from tests.monitor.regrouping.test_regrouping import (
    LOW,
    OUTAGE,
    TARIFF,
    change,
    counts,
    grave_and_light,
    of,
    stories,
    story,
    told,
    two_stories,
    watch,
    work,
)


async def test_two_people_who_merge_the_same_stories_at_once_merge_them_once(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    outage, tariff = await two_stories(monitor, make_post)
    one, other = await asyncio.gather(
        monitor.post(f"/api/v1/stories/{tariff}/merge", {"into": outage, "reason": "一"}),
        monitor.post(f"/api/v1/stories/{outage}/merge", {"into": tariff, "reason": "二"}),
    )
    assert sorted([one.status_code, other.status_code]) == [201, 409]
    (left,) = await stories(monitor)
    assert counts(left) == (7, 0)


async def test_two_people_who_undo_at_once_undo_once(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    outage, tariff = await two_stories(monitor, make_post)
    made = await change(monitor, f"{tariff}/merge", {"into": outage})
    answers = await asyncio.gather(
        *(
            monitor.post(f"/api/v1/stories/changes/{made['id']}/undo", {"reason": "两件事"})
            for _ in range(3)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert [counts(each) for each in await stories(monitor)] == [(4, 0), (3, 0)]


async def test_two_people_who_split_the_same_posts_at_once_split_them_once(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    outage, tariff = await two_stories(monitor, make_post)
    await change(monitor, f"{tariff}/merge", {"into": outage})
    body = {"term": "听证会", "reason": "另一件事"}
    answers = await asyncio.gather(
        *(monitor.post(f"/api/v1/stories/{outage}/split", body) for _ in range(2))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 422]
    assert sorted(counts(each) for each in await stories(monitor)) == [(3, 0), (4, 0)]


async def test_posts_that_came_after_a_merge_stay_when_it_is_undone(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    outage, tariff = await two_stories(monitor, make_post)
    made = await change(monitor, f"{tariff}/merge", {"into": outage})
    await send(monitor, make_post(f"{TARIFF} 71户"), make_post(f"{OUTAGE} 72楼"))
    await work(monitor)
    await change(monitor, f"changes/{made['id']}/undo", {})
    assert counts(await story(monitor, outage)) == (6, 0)
    assert counts(await story(monitor, tariff)) == (3, 0)


async def test_a_warning_that_ended_after_a_merge_does_not_rise_from_the_dead(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor, thresholds=LOW)
    grave, light = await grave_and_light(monitor, make_post)
    made = await change(monitor, f"{light}/merge", {"into": grave})
    kept = next(each for each in await of(monitor) if each["story_id"] == grave)
    async with monitor.transaction() as session:
        # Days pass: nothing more is said, and both warnings are over.
        for statement in (
            "UPDATE monitor.posts SET published_at = published_at - interval '3 days',"
            " received_at = received_at - interval '3 days'",
            "UPDATE monitor.mentions SET published_at = published_at - interval '3 days'",
            "UPDATE monitor.warnings SET status = 'ended', judged = NULL,"
            " ended_at = now(), changed_at = now()",
            "DELETE FROM corridor.events WHERE type = 'WarningEnded'",
        ):
            await session.execute(text(statement))
    await change(monitor, f"changes/{made['id']}/undo", {})
    states = {each["id"]: each["state"] for each in await of(monitor)}
    assert states[kept["id"]] == "ended"
    assert set(states.values()) == {"ended"}
    assert await told(monitor, "WarningEnded") == []


async def test_what_was_merged_into_a_third_is_undone_from_the_last_one_on(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor, expression="停电 OR 电价 OR 招聘")
    await send(
        monitor,
        *[make_post(f"秋季招聘会下周开幕，校园专场{n}号展位", minutes_ago=1) for n in range(2)],
    )
    await work(monitor)
    (third,) = await stories(monitor)
    await send(
        monitor,
        *[make_post(f"{OUTAGE} {n}楼") for n in range(4)],
        *[make_post(f"{TARIFF} {n}户") for n in range(3)],
    )
    await work(monitor)
    outage, tariff, _ = (each["id"] for each in await stories(monitor))
    first = await change(monitor, f"{tariff}/merge", {"into": outage})
    second = await change(monitor, f"{outage}/merge", {"into": third["id"]})
    assert counts(await story(monitor, third["id"])) == (9, 0)
    refused = await monitor.post(f"/api/v1/stories/changes/{first['id']}/undo", {"reason": "x"})
    assert refused.status_code == 409
    assert second["id"] in refused.json()["detail"]
    await change(monitor, f"changes/{second['id']}/undo", {})
    await change(monitor, f"changes/{first['id']}/undo", {})
    found = {each["id"]: counts(each) for each in await stories(monitor)}
    assert found == {outage: (4, 0), tariff: (3, 0), third["id"]: (2, 0)}


async def test_a_story_of_two_thousand_posts_is_split_by_a_word_and_put_back(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    outage, _ = await two_stories(monitor, make_post)
    for part in range(2):
        await send(
            monitor,
            *[
                make_post(
                    f"{OUTAGE} {'电价' if number % 4 == 0 else ''}小区{part}{number}号楼",
                    parent_external_id="p1",
                )
                for number in range(1_000)
            ],
        )
        await work(monitor)
    before = await story(monitor, outage)
    made = await change(monitor, f"{outage}/split", {"term": "电价"})
    assert made["posts"] == 500
    parts: list[dict[str, Any]] = [
        await story(monitor, each) for each in (outage, made["other_id"])
    ]
    assert sum(each["posts"] + each["copies"] for each in parts) == sum(counts(before))
    await change(monitor, f"changes/{made['id']}/undo", {})
    assert counts(await story(monitor, outage)) == counts(before)
