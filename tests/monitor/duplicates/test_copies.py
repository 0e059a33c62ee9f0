"""Copies are folded onto their originals, counted as spread, and given back to people to judge."""

from typing import Any

import pytest
from sqlalchemy import text

from services.monitor.room import room as monitor_room
from shared.contracts.actors import Permission
from tests.conftest import OpenRoom, RoomClient, make_actor
from tests.monitor.conftest import MakePost, send
from tests.monitor.tracking.test_tracking import stories, watch, work

ORIGINAL = (
    "城东变电站昨晚停电三小时，抢修人员凌晨才到，小区里的老人被困在电梯口，物业电话一直没人接"
)
NEAR = f"【求扩散】{ORIGINAL}！"
OTHER = "电价下月起调整，居民阶梯电价分三档，听证会定在周五上午，欢迎市民报名旁听并提出意见"


async def sent(room: RoomClient, *posts: dict[str, Any]) -> list[str]:
    answer = await send(room, *posts)
    await work(room)
    return [result["id"] for result in answer["results"]]


async def post(room: RoomClient, post_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await room.get(f"/api/v1/posts/{post_id}")).json()
    return found


async def copies(room: RoomClient, post_id: str) -> dict[str, Any]:
    answer = await room.get(f"/api/v1/posts/{post_id}/copies")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def counts(room: RoomClient) -> tuple[int, int]:
    (story,) = await stories(room)
    return story["posts"], story["copies"]


async def test_a_near_copy_is_folded_onto_its_original(
    monitor: RoomClient, make_post: MakePost
) -> None:
    original, near = await sent(monitor, make_post(ORIGINAL), make_post(NEAR, platform="forum"))
    (other,) = await sent(monitor, make_post(OTHER))
    shown = await post(monitor, near)
    assert (shown["copy_of"], shown["copy_kind"], shown["similarity"]) == (original, "near", 1.0)
    assert (shown["copies"], shown["copy_platforms"]) == (1, 1)
    for alone in (original, other):
        assert (await post(monitor, alone))["copy_of"] is None
    assert (await post(monitor, other))["copies"] == 0
    listed = (await monitor.get("/api/v1/posts?folded=true")).json()["items"]
    assert {each["id"] for each in listed} == {original, other}


async def test_copies_are_listed_and_counted_by_platform(
    monitor: RoomClient, make_post: MakePost
) -> None:
    original, *_ = await sent(
        monitor,
        make_post(ORIGINAL, minutes_ago=9),
        make_post(ORIGINAL, platform="forum", minutes_ago=3),
        make_post(NEAR, platform="forum", minutes_ago=2),
        make_post(f"{ORIGINAL} https://example.org/1", platform="news"),
    )
    found = await copies(monitor, original)
    assert found["original_id"] == original
    assert (found["total"], len(found["items"])) == (3, 3)
    assert [(each["platform"], each["copies"]) for each in found["platforms"]] == [
        ("forum", 2),
        ("news", 1),
    ]
    assert [each["kind"] for each in found["items"]] == ["exact", "near", "exact"]
    assert await copies(monitor, found["items"][0]["post_id"]) == found
    first = (await monitor.get(f"/api/v1/posts/{original}/copies?limit=2")).json()
    rest = (
        await monitor.get(f"/api/v1/posts/{original}/copies?cursor={first['next_cursor']}")
    ).json()
    assert first["items"] + rest["items"] == found["items"]


async def test_a_story_counts_copies_as_spread_and_tells_where_it_went(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    original, *_ = await sent(
        monitor,
        make_post(ORIGINAL, minutes_ago=9, external_id="first", author_followers=10),
        make_post(NEAR, platform="forum", minutes_ago=5, author="big", author_followers=900),
        make_post(ORIGINAL, platform="forum", minutes_ago=4, author="small"),
        make_post("转发微博", parent_external_id="first"),
    )
    (story,) = await stories(monitor)
    assert (story["posts"], story["copies"]) == (1, 3)
    spread = (await monitor.get(f"/api/v1/stories/{story['id']}/spread")).json()["platforms"]
    assert [
        (each["platform"], each["posts"], each["copies"], each["answers"]) for each in spread
    ] == [("weibo", 1, 0, 1), ("forum", 0, 2, 0)]
    assert spread[0]["first_post_id"] == original
    assert [carrier["author"] for carrier in spread[1]["carriers"]] == ["big", "small"]
    folded = await monitor.get(f"/api/v1/stories/{story['id']}/posts?folded=true")
    assert len(folded.json()["items"]) == 2
    missing = await monitor.get(f"/api/v1/stories/{original}/spread")
    assert missing.status_code == 404


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("[怒]", "[怒]"),
        ("真的假的？！", "真的假的？"),
        ("转发微博", "转发微博"),
        (ORIGINAL, ORIGINAL.replace("三小时", "五小时")),
        (ORIGINAL, ORIGINAL.replace("昨晚停电", "昨晚没有停电")),
        (ORIGINAL, f"{ORIGINAL}——这是谣言"),
        (
            "云州市城东变电站11月3日停电检修，请市民做好准备",
            "云州市城东变电站11月4日停电检修，请市民做好准备",
        ),
        (
            "The bank on Main Street closed its doors for good this week",
            "The bank on Main Street has not closed its doors for good this week",
        ),
    ],
)
async def test_what_says_something_else_is_no_copy(
    monitor: RoomClient, make_post: MakePost, earlier: str, later: str
) -> None:
    _, second = await sent(monitor, make_post(earlier), make_post(later))
    assert (await post(monitor, second))["copy_of"] is None


async def test_an_edited_post_is_a_revision_and_no_copy_of_itself(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    first = make_post(ORIGINAL)
    (post_id,) = await sent(monitor, first)
    await sent(monitor, first | {"text": NEAR})
    assert (await post(monitor, post_id))["copy_of"] is None
    assert (await copies(monitor, post_id))["total"] == 0
    assert await counts(monitor) == (1, 0)


async def test_a_copy_that_is_edited_into_words_of_its_own_is_none_any_more(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    first, copy = make_post(ORIGINAL), make_post(NEAR)
    original, copied = await sent(monitor, first, copy)
    assert await counts(monitor) == (1, 1)
    await sent(monitor, copy | {"text": "停电的补偿办法什么时候公布？客服说要等总公司的通知"})
    assert (await post(monitor, copied))["copy_of"] is None
    assert await counts(monitor) == (2, 0)
    await sent(monitor, copy | {"text": ORIGINAL})
    assert (await post(monitor, copied))["copy_of"] == original
    assert await counts(monitor) == (1, 1)


async def test_people_separate_a_copy_and_take_it_back(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    first, near = make_post(ORIGINAL), make_post(NEAR)
    original, copied = await sent(monitor, first, near)
    judged = await monitor.post(
        f"/api/v1/posts/{copied}/separate", {"reason": "另一处变电站"}, actor=make_actor("lin")
    )
    assert judged.status_code == 200, judged.text
    assert judged.json()["by"]["id"] == "user:lin"
    await work(monitor)
    assert (await post(monitor, copied))["copy_of"] is None
    assert await counts(monitor) == (2, 0)
    found = await copies(monitor, original)
    assert (found["total"], found["items"][0]["separated"]) == (0, True)

    # Not folded again, whatever is sent; and later posts find one of the two.
    await sent(monitor, near | {"text": f"{NEAR}！！"})
    assert (await post(monitor, copied))["copy_of"] is None
    (third,) = await sent(monitor, make_post(NEAR, platform="forum"))
    assert (await post(monitor, third))["copy_of"] in (original, copied)

    refused = await monitor.post(f"/api/v1/posts/{copied}/separate", {})
    assert refused.status_code == 409
    assert "no copy" in refused.json()["detail"]
    log = (await monitor.get(f"/api/v1/posts/{copied}/copy-judgements")).json()
    assert [(each["is_copy"], each["reason"]) for each in log] == [(False, "另一处变电站")]


async def test_a_separation_is_taken_back(monitor: RoomClient, make_post: MakePost) -> None:
    await watch(monitor)
    original, copied = await sent(monitor, make_post(ORIGINAL), make_post(NEAR))
    refused = await monitor.post(f"/api/v1/posts/{copied}/rejoin", {})
    assert refused.status_code == 409
    for verb, expected, of in (
        ("separate", (2, 0), None),
        ("rejoin", (1, 1), original),
        ("separate", (2, 0), None),
    ):
        assert (await monitor.post(f"/api/v1/posts/{copied}/{verb}", {})).status_code == 200
        await work(monitor)
        assert await counts(monitor) == expected
        assert (await post(monitor, copied))["copy_of"] == of
    log = (await monitor.get(f"/api/v1/posts/{copied}/copy-judgements")).json()
    assert [each["is_copy"] for each in log] == [False, True, False]


async def test_who_may_only_look_separates_nothing(
    monitor: RoomClient, make_post: MakePost
) -> None:
    _, copied = await sent(monitor, make_post(ORIGINAL), make_post(NEAR))
    viewer = make_actor("viewer", Permission.VIEW)
    refused = await monitor.post(f"/api/v1/posts/{copied}/separate", {}, actor=viewer)
    assert refused.status_code == 403
    assert (await copies(monitor, copied))["total"] == 1


async def test_a_worker_that_starts_anew_still_knows_the_originals(
    open_room: OpenRoom, make_post: MakePost
) -> None:
    first = await open_room(monitor_room)
    (original,) = await sent(first, make_post(ORIGINAL))
    second = await open_room(monitor_room)
    waiting = await send(second, make_post(NEAR), make_post(f"{NEAR}！"))
    await work(second)
    for result in waiting["results"]:
        assert (await post(second, result["id"]))["copy_of"] == original
    # The first worker was overtaken, and reads what it missed.
    (later,) = await sent(first, make_post(OTHER))
    (again,) = await sent(second, make_post(f"{OTHER}。。"))
    assert (await post(second, again))["copy_of"] == later


async def test_a_copy_is_told_apart_once_even_where_its_batch_comes_again(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await sent(monitor, make_post(ORIGINAL), make_post(NEAR))
    async with monitor.transaction() as session:
        await session.execute(
            text("UPDATE corridor.deliveries SET state = 'ready' WHERE room = 'monitor'")
        )
    await work(monitor)
    async with monitor.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM monitor.post_copies")) == 1


async def test_copies_are_compared_with_what_an_original_says_now(
    monitor: RoomClient, make_post: MakePost
) -> None:
    """The worker remembers what originals say: an edit is another text."""
    first = make_post(ORIGINAL)
    (original,) = await sent(monitor, first)
    (near,) = await sent(monitor, make_post(NEAR))
    assert (await post(monitor, near))["copy_of"] == original
    edited = make_post(OTHER, platform="forum")
    (changed,) = await sent(monitor, edited)
    await sent(monitor, edited | {"text": ORIGINAL.replace("三小时", "五小时")})
    repeated, outdated = await sent(
        monitor, make_post(ORIGINAL.replace("三小时", "五小时") + " 转发"), make_post(f"{OTHER}!")
    )
    assert (await post(monitor, repeated))["copy_of"] == changed
    assert (await post(monitor, outdated))["copy_of"] is None


async def test_a_post_that_was_parted_and_joined_again_leads_to_its_original(
    monitor: RoomClient, make_post: MakePost
) -> None:
    original, near = await sent(monitor, make_post(ORIGINAL), make_post(NEAR))
    for judgement in ("separate", "rejoin"):
        answer = await monitor.post(f"/api/v1/posts/{near}/{judgement}", {})
        assert answer.status_code == 200, answer.text
        # Compared with the one that was parted, and no copy of it: that one is remembered now.
        await sent(monitor, make_post(NEAR.replace("三小时", "五小时"), platform=judgement))
    (copy,) = await sent(monitor, make_post(f"{NEAR} 扩散扩散", platform="forum"))
    assert (await post(monitor, copy))["copy_of"] == original
