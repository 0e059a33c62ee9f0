"""From posts to stories, readings and one warning a story."""

from typing import Any

from sqlalchemy import text

from services.monitor.posts.intake import take_in
from services.monitor.posts.schemas import PostNew
from shared.contracts.posts import AnalysedPost, PostsAnalysed, Verdict
from shared.events import emit
from tests.conftest import RoomClient
from tests.monitor.conftest import MakePost, send

OUTAGE = "云州电力 城东变电站停电 抢修 什么时候来电"
LOW = {"heat": {"blue": 3, "yellow": 8, "orange": 15, "red": 40}, "hold": 0}


async def watch(room: RoomClient, expression: str = "停电 OR 电价", **changes: Any) -> str:
    answer = await room.post(
        "/api/v1/watches", {"name": expression, "expression": expression} | changes
    )
    assert answer.status_code == 201, answer.text
    watch_id: str = answer.json()["id"]
    return watch_id


async def work(room: RoomClient) -> None:
    while await room.work():
        pass


async def stories(room: RoomClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await room.get("/api/v1/stories")).json()["items"]
    return items


async def warnings(room: RoomClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await room.get("/api/v1/warnings")).json()["items"]
    return items


async def emitted(room: RoomClient) -> list[str]:
    async with room.transaction() as session:
        rows = await session.scalars(
            text("SELECT type FROM corridor.events WHERE type LIKE 'Warning%' ORDER BY position")
        )
        return list(rows)


async def test_posts_about_one_matter_are_one_story(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    await send(
        monitor,
        *[make_post(f"{OUTAGE} 第{number}次问了") for number in range(5)],
        make_post("新电价方案征求意见 阶梯电价 听证会 峰谷"),
        make_post("今天天气真好"),
    )
    await work(monitor)
    found = await stories(monitor)
    assert sorted(story["posts"] for story in found) == [1, 5]
    outage = max(found, key=lambda story: story["posts"])
    assert "停电" in outage["title"]
    posts = (await monitor.get(f"/api/v1/stories/{outage['id']}/posts")).json()["items"]
    assert len(posts) == 5
    unmatched = (await monitor.get("/api/v1/posts?words=天气")).json()["items"][0]
    assert unmatched["story_ids"] == []


async def test_a_repost_without_words_follows_its_parent(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    parent = make_post(OUTAGE)
    await send(monitor, parent)
    await work(monitor)
    repost = make_post("转发微博", parent_external_id=parent["external_id"])
    await send(monitor, repost, make_post("转发微博", parent_external_id="unknown"))
    await work(monitor)
    story = (await stories(monitor))[0]
    assert (story["posts"], story["copies"]) == (1, 1)


async def test_one_warning_a_story_that_rises_with_it(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor, thresholds=LOW)
    for step in range(6):
        await send(monitor, *[make_post(f"{OUTAGE} {step} {number}") for number in range(10)])
        await work(monitor)
    found = await warnings(monitor)
    assert len(found) == 1
    assert found[0]["level"] == "red"
    assert found[0]["state"] == "active"
    assert found[0]["reasons"][0]["code"] == "heat"
    assert "热度" in found[0]["reasons"][0]["text_zh"]
    assert 1 <= len(found[0]["evidence"]) <= 5
    told = await emitted(monitor)
    assert told[0] == "WarningRaised"
    assert set(told[1:]) == {"WarningLevelChanged"}
    assert len(told) <= 4


async def test_history_raises_no_warning(monitor: RoomClient, make_post: MakePost) -> None:
    await watch(monitor, thresholds=LOW)

    posts = [PostNew.model_validate(make_post(f"{OUTAGE} {number}")) for number in range(60)]
    async with monitor.transaction() as session:
        await take_in(session, posts, warn=False)
    await work(monitor)
    assert (await stories(monitor))[0]["posts"] == 60
    assert await warnings(monitor) == []


async def test_a_replay_of_hours_in_one_request_is_warned_of_at_its_time(
    monitor: RoomClient, make_post: MakePost
) -> None:
    """The surge lies in the middle of the batch: at its end everything is calm again."""
    await watch(monitor, thresholds=LOW)
    surge = [make_post(f"{OUTAGE} {n}", minutes_ago=600 - n / 10) for n in range(90)]
    calm = [make_post(f"{OUTAGE} 平静 {n}", minutes_ago=300 - 60 * n) for n in range(5)]
    await send(monitor, *surge, *calm)
    await work(monitor)
    found = (await warnings(monitor))[0]
    assert found["peak_level"] == "red"
    assert found["level"] != "red"


async def test_opinions_are_counted_once_whichever_comes_first(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    answer = await send(monitor, *[make_post(f"{OUTAGE} {number}") for number in range(4)])
    ids = [result["id"] for result in answer["results"]]

    async def analysed(*post_ids: str) -> None:
        verdict = Verdict(label="negative", confidence=0.9)
        joy = Verdict(label="anger", confidence=0.5, unsure=True)
        async with monitor.transaction() as session:
            await emit(
                session,
                PostsAnalysed(
                    engine="lexicon",
                    release="1",
                    posts=tuple(
                        AnalysedPost(id=post_id, revision=1, sentiment=verdict, emotion=joy)
                        for post_id in post_ids
                    ),
                ),
            )

    await analysed(*ids[:2])  # before the posts were tracked, and in the same sweep
    await work(monitor)
    await analysed(*ids)
    await work(monitor)
    story = (await stories(monitor))[0]
    assert story["sentiment"] == {"positive": 0, "neutral": 0, "negative": 4}
    post = (await monitor.get(f"/api/v1/posts/{ids[0]}")).json()
    assert post["opinion"]["sentiment"]["label"] == "negative"
    assert post["opinion"]["engine"] == "lexicon"
    negative = (await monitor.get("/api/v1/posts?sentiment=negative")).json()["items"]
    assert len(negative) == 4


async def test_two_workers_share_the_stories(monitor: RoomClient, make_post: MakePost) -> None:
    """Another worker wrote in between: memory is read anew, nothing is lost or counted twice."""
    await watch(monitor)
    await send(monitor, make_post(f"{OUTAGE} 一"))
    await work(monitor)
    async with monitor.transaction() as session:
        await session.execute(
            text("UPDATE monitor.tracking SET token = '00000000-0000-7000-8000-000000000000'")
        )
    await send(monitor, make_post(f"{OUTAGE} 二"))
    await work(monitor)
    found = await stories(monitor)
    assert [story["posts"] for story in found] == [2]


async def test_people_acknowledge_and_dismiss(monitor: RoomClient, make_post: MakePost) -> None:
    await watch(monitor, thresholds=LOW)
    await send(monitor, *[make_post(f"{OUTAGE} {number}") for number in range(10)])
    await work(monitor)
    warning = (await warnings(monitor))[0]
    path = f"/api/v1/warnings/{warning['id']}"
    assert (await monitor.post(f"{path}/acknowledge")).json()["state"] == "acknowledged"
    dismissed = await monitor.post(f"{path}/dismiss", {"reason": "an advertisement"})
    assert dismissed.json()["state"] == "dismissed"
    assert (await monitor.post(f"{path}/acknowledge")).status_code == 409
    assert (await monitor.post(f"{path}/dismiss", {})).status_code == 422


async def test_a_watch_that_cannot_be_read_is_refused_with_the_place(monitor: RoomClient) -> None:
    for expression in ("(停电", "NOT 停电", "停电 AND"):
        answer = await monitor.post("/api/v1/watches", {"name": "x", "expression": expression})
        assert answer.status_code == 422, expression
        assert "/expression" in answer.json()["detail"]


async def test_preview_says_what_would_have_matched(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await send(monitor, make_post("停電了"), make_post("晴天"))
    answer = await monitor.post("/api/v1/watches/preview", {"expression": "停电"})
    body = answer.json()
    assert (body["examined"], body["matched"], body["hit_rate"]) == (2, 1, 0.5)
    assert body["items"][0]["terms"] == ["停电"]


async def test_the_most_pressing_story_is_shown_first(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor, thresholds=LOW)
    await send(monitor, *[make_post(f"{OUTAGE} {number}") for number in range(10)])
    await send(monitor, make_post("新电价方案征求意见 阶梯电价 听证会 峰谷"))
    await work(monitor)
    rising = (await monitor.get("/api/v1/stories/rising")).json()["items"]
    assert [story["posts"] for story in rising] == [10, 1]
    assert rising[0]["level"] == "blue"
    assert rising[1]["level"] is None


async def test_the_most_sensitive_watch_warns_though_another_matched_as_much(
    monitor: RoomClient, make_post: MakePost
) -> None:
    older = await watch(monitor, "停电")
    newer = await watch(monitor, "变电站", thresholds=LOW)
    await send(monitor, *[make_post(f"{OUTAGE} {number}") for number in range(10)])
    await work(monitor)
    assert [warning["watch_id"] for warning in await warnings(monitor)] == [newer]
    for watch_id in (older, newer):
        found = (await monitor.get(f"/api/v1/stories?watch={watch_id}")).json()["items"]
        assert len(found) == 1


async def test_a_post_that_is_edited_before_it_was_tracked_is_counted_once(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    post = make_post(f"{OUTAGE} 一")
    await send(monitor, post)
    await send(monitor, post | {"text": f"{OUTAGE} 更正"})  # both wait for the same batch
    await work(monitor)
    story = (await stories(monitor))[0]
    assert (story["posts"], story["copies"]) == (1, 0)


async def test_an_opinion_on_an_edited_post_is_counted_once(
    monitor: RoomClient, make_post: MakePost
) -> None:
    """Its first wording matched no watch, and was analysed before the second one was tracked."""
    await watch(monitor)
    post = make_post("什么情况")
    post_id = (await send(monitor, post))["results"][0]["id"]
    await work(monitor)
    verdict = Verdict(label="negative", confidence=0.9)
    opinion = AnalysedPost(id=post_id, revision=1, sentiment=verdict, emotion=verdict)
    async with monitor.transaction() as session:
        await emit(session, PostsAnalysed(engine="lexicon", release="1", posts=(opinion,)))
    await work(monitor)
    await send(monitor, post | {"text": OUTAGE})
    await work(monitor)
    story = (await stories(monitor))[0]
    assert story["sentiment"] == {"positive": 0, "neutral": 0, "negative": 1}


async def test_a_story_that_memory_let_go_of_goes_on_with_its_counts(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await watch(monitor)
    parent = make_post(f"{OUTAGE} 第1次问了")
    await send(monitor, parent, make_post(f"{OUTAGE} 第2次问了"))
    await work(monitor)
    story = (await stories(monitor))[0]
    memory = monitor.runtime.resources.memory
    memory.grouping.let_go(story["id"])
    memory.tracked.clear()
    await send(monitor, make_post("转发微博", parent_external_id=parent["external_id"]))
    await work(monitor)
    after = (await stories(monitor))[0]
    assert (after["id"], after["posts"], after["copies"]) == (story["id"], 2, 1)
    assert after["title"] == story["title"]
    assert after["first_post_at"] == story["first_post_at"]
