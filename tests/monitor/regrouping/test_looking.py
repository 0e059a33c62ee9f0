"""Stories that have become alike are proposed, then merged; people have the last word."""

from typing import Any

from sqlalchemy import text

from services.monitor.regrouping.looking import look_for_alike
from tests.conftest import RoomClient
from tests.monitor.conftest import MakePost, send
from tests.monitor.regrouping.test_regrouping import change, counts, stories, watch, work

BLACKOUT = "城东变电站跳闸停电，望湖新村漆黑一片"
LIFTS = "电梯困人，消防破门救出老人，物业客服无人接听，停电"
BOTH = f"{BLACKOUT}，{LIFTS}"


async def look(room: RoomClient, *, minutes_later: int = 0) -> None:
    """A look of the worker at its stories, as if so much time had passed since the last one."""
    async with room.transaction() as session:
        await session.execute(
            text(
                "UPDATE monitor.alike_stories SET "
                "alike_since = alike_since - make_interval(mins => :minutes)"
            ),
            {"minutes": minutes_later},
        )
        await look_for_alike(session, room.runtime.resources.memory)


async def alike(room: RoomClient, story_id: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await room.get(f"/api/v1/stories/{story_id}/alike")).json()[
        "items"
    ]
    return items


async def two_that_grow_together(room: RoomClient, make_post: MakePost) -> tuple[str, str]:
    """Two stories of different words, of which one takes up those of the other."""
    await watch(room)
    await send(room, *[make_post(f"{BLACKOUT} {number}楼") for number in range(12)])
    await send(room, *[make_post(f"{LIFTS} {number}室") for number in range(4)])
    await work(room)
    assert [counts(story) for story in await stories(room)] == [(12, 0), (4, 0)]
    await send(room, *[make_post(f"{BOTH} {number}号") for number in range(12)])
    await work(room)
    large, small = await stories(room)
    assert [counts(large), counts(small)] == [(16, 0), (12, 0)]
    return large["id"], small["id"]


async def test_stories_that_have_become_alike_are_proposed_with_the_reasons(
    monitor: RoomClient, make_post: MakePost
) -> None:
    large, small = await two_that_grow_together(monitor, make_post)
    await look(monitor)
    assert len(await stories(monitor)) == 2
    found = (await alike(monitor, large))[0]
    assert (found["story_id"], found["posts"]) == (small, 12)
    assert 0.1 <= found["likeness"] <= 1
    assert found["words"][0] in found["reason_zh"]
    assert [each["story_id"] for each in await alike(monitor, small)] == [large]


async def test_those_that_stay_alike_are_merged_by_the_system_and_can_be_separated(
    monitor: RoomClient, make_post: MakePost
) -> None:
    large, small = await two_that_grow_together(monitor, make_post)
    await look(monitor)
    await look(monitor, minutes_later=11)
    assert [counts(story) for story in await stories(monitor)] == [(28, 0)]
    history = (await monitor.get(f"/api/v1/stories/{small}/changes")).json()["items"]
    assert history[0]["made_by"]["kind"] == "system"
    assert history[0]["story_id"] == large
    assert history[0]["grounds"]["words"]
    assert await alike(monitor, large) == []

    await change(monitor, f"changes/{history[0]['id']}/undo", {"reason": "两处"})
    await look(monitor)
    await look(monitor, minutes_later=11)
    assert [counts(story) for story in await stories(monitor)] == [(16, 0), (12, 0)]


async def test_stories_are_one_when_many_posts_carry_the_hashtags_of_both(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor, expression="停电 OR 爆炸")
    seen = "甲乙丙丁戊己庚辛"
    await send(monitor, *[make_post(f"#望湖停电# {each}栋没电 {each * 3}") for each in seen])
    await send(monitor, *[make_post(f"#变电站爆炸# {each}亲眼看到 {each * 4}") for each in seen])
    await send(monitor, *[make_post(f"#望湖停电# #变电站爆炸# {each * 5}") for each in seen])
    await work(monitor)
    (large, small) = await stories(monitor)
    await look(monitor)
    found = (await alike(monitor, small["id"]))[0]
    assert (found["story_id"], found["bridges"]) == (large["id"], 8)
    assert "8 条帖文" in found["reason_zh"]
    await look(monitor, minutes_later=11)
    assert [counts(story) for story in await stories(monitor)] == [(24, 0)]


async def test_what_people_split_is_not_merged_again_by_way_of_a_third_story(
    monitor: RoomClient, make_post: MakePost
) -> None:
    large, small = await two_that_grow_together(monitor, make_post)
    made = await change(monitor, f"{large}/split", {"term": "漆黑一片"})
    await change(monitor, f"{made['other_id']}/merge", {"into": small})
    await look(monitor)
    await look(monitor, minutes_later=11)
    assert [counts(story) for story in await stories(monitor)] == [(24, 0), (4, 0)]


async def test_different_matters_are_neither_proposed_nor_merged(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    await send(monitor, *[make_post(f"{BLACKOUT} {number}楼") for number in range(5)])
    await send(monitor, *[make_post(f"阶梯电价听证会 征求意见 {n}") for n in range(5)])
    await work(monitor)
    await look(monitor)
    for story in await stories(monitor):
        assert await alike(monitor, story["id"]) == []
