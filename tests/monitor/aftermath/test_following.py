"""What is followed after an incident: what people named, where it is now, for how long."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.contracts.aftermath import IncidentSubjectsChanged, Subject, SubjectKind
from shared.contracts.incidents import (
    IncidentClosed,
    IncidentOpened,
    ResponseActivated,
    ResponseStoodDown,
)
from shared.contracts.levels import IncidentLevel, WarningLevel
from shared.contracts.statements import StatementPublished, StatementWithdrawn
from shared.ids import new_id
from tests.conftest import RoomClient
from tests.monitor.aftermath.test_aftermath import (
    LIN,
    OTHER,
    SAID,
    THRESHOLDS,
    ended,
    events,
    look,
    months_pass,
    told,
)
from tests.monitor.conftest import MakePost, send
from tests.monitor.tracking.test_tracking import warnings, watch, work

CALM = THRESHOLDS | {"heat": {"blue": 50, "yellow": 80, "orange": 150, "red": 400}}
TARIFF = "新电价方案征求意见，阶梯电价分三档，听证会报名，峰谷时段另算"


def subject(kind: str, ref: object) -> Subject:
    return Subject(kind=SubjectKind(kind), ref=str(ref))


def opening(*subjects: Subject) -> IncidentOpened:
    return IncidentOpened(
        incident_id=new_id(),
        number="2026-0002",
        title="停电",
        summary="停电",
        level=WarningLevel.YELLOW,
        opened_by=LIN,
        opened_at=datetime.now(UTC),
        subjects=subjects,
    )


async def quiet_stories(room: RoomClient, make_post: MakePost) -> list[dict[str, Any]]:
    """An outage of five posts and a tariff of three, ninety days ago, warned of by nobody."""
    await watch(room, expression="停电 OR 电价", thresholds=CALM)
    long_ago = timedelta(days=90) / timedelta(minutes=1)
    await send(
        room,
        *[make_post(f"{SAID} {'！' * n}", minutes_ago=long_ago, author="first") for n in range(5)],
        *[make_post(f"{TARIFF} {n}户", minutes_ago=long_ago) for n in range(3)],
    )
    await work(room)
    items: list[dict[str, Any]] = (await room.get("/api/v1/stories")).json()["items"]
    return sorted(items, key=lambda each: -each["posts"] - each["copies"])


async def over(room: RoomClient, incident_id: UUID) -> None:
    await told(room, ResponseStoodDown(incident_id=incident_id, grounds="平息", by=LIN))
    await told(room, IncidentClosed(incident_id=incident_id, outcome="已恢复", by=LIN))


async def follow_up(room: RoomClient, incident_id: UUID) -> dict[str, Any]:
    answer = await room.get(f"/api/v1/follow-ups/{incident_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def again(make_post: MakePost, posts: int = 5, words: str = SAID) -> list[dict[str, Any]]:
    return [make_post(f"{words}{'？' * number}", platform="forum") for number in range(posts)]


async def come_back(room: RoomClient, make_post: MakePost, **changes: Any) -> None:
    await send(room, *again(make_post, **changes))
    await work(room)
    await look(room)


async def test_an_incident_that_was_opened_by_hand_is_followed_by_the_story_that_it_names(
    monitor: RoomClient, make_post: MakePost
) -> None:
    outage, _ = await quiet_stories(monitor, make_post)
    opened = opening(subject("story", outage["id"]))
    await told(monitor, opened)
    await over(monitor, opened.incident_id)
    (began,) = await events(monitor, "FollowUpBegan")
    assert (began["texts"], began["accounts"], began["platforms"]) == (1, 1, ["weibo"])
    await months_pass(monitor)
    await come_back(monitor, make_post)
    (back,) = await events(monitor, "IncidentResurged")
    assert back["incident_id"] == str(opened.incident_id)
    found = await follow_up(monitor, opened.incident_id)
    assert (found["sightings"], found["elsewhere"]) == (5, ["forum"])


async def test_a_post_and_a_link_can_be_all_that_an_incident_is_about(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await quiet_stories(monitor, make_post)
    tariff = (await monitor.get("/api/v1/posts?words=听证会")).json()["items"][0]
    opened = opening(
        subject("post", tariff["id"]), subject("link", "https://www.news.example/tariff?utm_x=1")
    )
    await told(monitor, opened)
    await over(monitor, opened.incident_id)
    await months_pass(monitor)
    shared = [
        make_post(f"{words} http://[bad https://news.example/tariff#停电")
        for words in ("这事还没完", "大家都来看看这个通知", "谁能解释一下第三条是什么意思")
    ]
    await send(monitor, *shared, *again(make_post, 2, str(tariff["text"])))
    await work(monitor)
    await look(monitor)
    found = await follow_up(monitor, opened.incident_id)
    assert sorted({each["manner"] for each in found["newest"]}) == ["copy", "link"]
    assert found["sightings"] == 5
    assert len(await events(monitor, "IncidentResurged")) == 1


async def test_what_is_named_after_the_closing_is_followed_from_then_on(
    monitor: RoomClient, make_post: MakePost
) -> None:
    outage, tariff = await quiet_stories(monitor, make_post)
    opened = opening()
    await told(monitor, opened)
    await over(monitor, opened.incident_id)
    assert (await monitor.get(f"/api/v1/follow-ups/{opened.incident_id}")).status_code == 404
    named = (subject("story", outage["id"]),)
    changed = IncidentSubjectsChanged(
        incident_id=opened.incident_id, subjects=named, added=named, over=True, by=LIN
    )
    await told(monitor, changed)
    assert (await follow_up(monitor, opened.incident_id))["stories"] == [outage["id"]]
    more = (*named, subject("story", tariff["id"]))
    await told(monitor, changed.model_copy(update={"subjects": more}))
    found = await follow_up(monitor, opened.incident_id)
    assert found["stories"] == sorted([outage["id"], tariff["id"]])
    await months_pass(monitor)
    await come_back(monitor, make_post, words=TARIFF)
    assert len(await events(monitor, "IncidentResurged")) == 1


async def test_a_story_that_is_merged_after_the_closing_is_followed_where_it_is(
    monitor: RoomClient, make_post: MakePost
) -> None:
    outage, tariff = await quiet_stories(monitor, make_post)
    opened = opening(subject("story", tariff["id"]))
    await told(monitor, opened)
    await over(monitor, opened.incident_id)
    merge = {"into": outage["id"], "reason": "同一件事"}
    made = (await monitor.post(f"/api/v1/stories/{tariff['id']}/merge", merge)).json()
    (moved,) = await events(monitor, "IncidentStoryChanged")
    assert (moved["named_id"], moved["story_id"]) == (tariff["id"], outage["id"])
    assert (moved["fate"], moved["posts"]) == ("merged", 3)
    assert (await follow_up(monitor, opened.incident_id))["stories"] == [outage["id"]]
    await months_pass(monitor)
    # The return lies in the story that stands, not in the one that has no posts any more.
    await come_back(monitor, make_post, words=TARIFF)
    (back,) = await events(monitor, "IncidentResurged")
    assert back["story_id"] == outage["id"]
    gone = (await monitor.get(f"/api/v1/stories/{tariff['id']}")).json()
    assert (gone["posts"], gone["merged_into"]) == (0, outage["id"])
    await monitor.post(f"/api/v1/stories/changes/{made['id']}/undo", {"reason": "两件事"})
    undone = (await events(monitor, "IncidentStoryChanged"))[-1]
    assert (undone["fate"], undone["story_id"]) == ("undone", tariff["id"])


async def test_a_story_that_went_into_another_before_the_incident_is_told_where_it_is(
    monitor: RoomClient, make_post: MakePost
) -> None:
    outage, tariff = await quiet_stories(monitor, make_post)
    merge = {"into": outage["id"], "reason": "同一件事"}
    assert (await monitor.post(f"/api/v1/stories/{tariff['id']}/merge", merge)).is_success
    await told(monitor, opening(subject("story", tariff["id"])))
    (moved,) = await events(monitor, "IncidentStoryChanged")
    assert (moved["named_id"], moved["story_id"]) == (tariff["id"], outage["id"])


async def test_a_response_that_is_active_again_is_not_warned_of_its_own_matter(
    monitor: RoomClient, make_post: MakePost
) -> None:
    incident_id = await ended(monitor, make_post, closed=False)
    await months_pass(monitor)
    activated = ResponseActivated(
        incident_id=incident_id,
        level=IncidentLevel.MAJOR,
        lead_group="g4",
        grounds="又来了",
        by=LIN,
    )
    await told(monitor, activated)
    await come_back(monitor, make_post)
    assert await events(monitor, "IncidentResurged") == []
    assert (await events(monitor, "FollowUpEnded"))[0]["reason"] == "The response is active again."
    # It ends again: what came meanwhile is a part of it now, and no return.
    await told(monitor, ResponseStoodDown(incident_id=incident_id, grounds="平息", by=LIN))
    found = await follow_up(monitor, incident_id)
    assert (found["ended_at"], found["ended_reason"]) == (None, None)
    await come_back(monitor, make_post, posts=8)
    assert await events(monitor, "IncidentResurged") == []


async def test_one_piece_of_news_that_many_sites_carry_on_the_anniversary_is_no_return(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await ended(monitor, make_post)
    await months_pass(monitor)
    news = "一年前的今天城东变电站停电三小时，本报记者回访当时的小区，居民说抢修后再没有停过"
    await send(
        monitor,
        *[make_post(f"{news}#停电一年#", platform="news", author=f"paper{n}") for n in range(30)],
    )
    await work(monitor)
    await look(monitor)
    assert await events(monitor, "IncidentResurged") == []


async def test_one_account_that_goes_on_about_it_is_no_return(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await ended(monitor, make_post)
    await months_pass(monitor)
    await send(
        monitor, *[make_post(f"{SAID}{'？' * number}", author="lone") for number in range(12)]
    )
    await work(monitor)
    await look(monitor)
    assert await events(monitor, "IncidentResurged") == []


async def test_people_prolong_and_end_what_is_followed_and_accounts_are_forgotten(
    monitor: RoomClient, make_post: MakePost
) -> None:
    incident_id = await ended(monitor, make_post)
    await send(monitor, make_post(f"{SAID}，还记得吗", author="first"))
    await work(monitor)
    await look(monitor)
    assert (await follow_up(monitor, incident_id))["accounts_again"] == 1
    where = f"/api/v1/follow-ups/{incident_id}"
    until = (datetime.now(UTC) + timedelta(days=1_000)).isoformat()
    answer = await monitor.post(f"{where}/prolong", {"until": until, "reason": "等判决"})
    assert answer.status_code == 200
    assert (await events(monitor, "FollowUpProlonged"))[0]["reason"] == "等判决"
    for wrong in (timedelta(days=-1), timedelta(days=9_999)):
        at = (datetime.now(UTC) + wrong).isoformat()
        refused = await monitor.post(f"{where}/prolong", {"until": at, "reason": "x"})
        assert refused.status_code == 422
    done = (await monitor.post(f"{where}/end", {"reason": "停产了"})).json()
    assert (done["ended_reason"], done["ended_by"]["kind"]) == ("停产了", "person")
    assert (done["sightings"], done["accounts_again"]) == (1, 0)
    async with monitor.transaction() as session:
        for table in ("follow_up_posts", "follow_up_accounts"):
            assert not await session.scalar(text(f"SELECT count(*) FROM monitor.{table}"))  # noqa: S608
    again = await monitor.post(f"{where}/end", {"reason": "停产了"})
    assert again.status_code == 409
    await months_pass(monitor)
    await come_back(monitor, make_post)
    assert await events(monitor, "IncidentResurged") == []
    # Closed a second time it stays ended: a person said so.
    await told(monitor, IncidentClosed(incident_id=incident_id, outcome="已恢复", by=LIN))
    assert (await follow_up(monitor, incident_id))["ended_reason"] == "停产了"


async def test_its_time_ends_by_itself(monitor: RoomClient, make_post: MakePost) -> None:
    incident_id = await ended(monitor, make_post)
    async with monitor.transaction() as session:
        await session.execute(text("UPDATE monitor.follow_ups SET until = now()"))
    await look(monitor)
    assert (await follow_up(monitor, incident_id))["ended_by"]["kind"] == "system"


async def test_of_one_matter_the_newest_incident_hears_of_a_return(
    monitor: RoomClient, make_post: MakePost
) -> None:
    first = await ended(monitor, make_post)
    story_id = (await warnings(monitor))[0]["story_id"]
    second = opening(subject("story", story_id))
    await told(monitor, second)
    await over(monitor, second.incident_id)
    assert (await follow_up(monitor, first))["ended_at"] is not None
    await months_pass(monitor)
    await come_back(monitor, make_post)
    (back,) = await events(monitor, "IncidentResurged")
    assert back["incident_id"] == str(second.incident_id)


async def test_what_an_open_incident_works_on_is_no_return_of_an_old_one(
    monitor: RoomClient, make_post: MakePost
) -> None:
    await ended(monitor, make_post)
    await months_pass(monitor)
    await send(monitor, *again(make_post))
    await work(monitor)
    stories = (await monitor.get("/api/v1/stories")).json()["items"]
    back = next(each for each in stories if "城东变电站" in each["title"])
    await told(monitor, opening(subject("story", back["id"])))
    await look(monitor)
    assert await events(monitor, "IncidentResurged") == []


async def test_posts_that_wait_to_be_tracked_are_looked_at_when_they_are(
    monitor: RoomClient, make_post: MakePost
) -> None:
    incident_id = await ended(monitor, make_post)
    await months_pass(monitor)
    await send(monitor, *again(make_post))
    async with monitor.transaction() as session:  # the worker was away for an hour
        await session.execute(
            text(
                "UPDATE corridor.events SET occurred_at = now() - interval '1 hour'"
                " WHERE type = 'PostsCollected'"
            )
        )
        await session.execute(
            text(
                "UPDATE monitor.posts SET received_at = now() - interval '5 minutes'"
                " WHERE platform = 'forum'"
            )
        )
        await session.execute(
            text(
                "UPDATE corridor.deliveries SET available_at = now() + interval '1 hour'"
                " WHERE type = 'PostsCollected' AND state = 'ready'"
            )
        )
    await look(monitor)
    assert (await follow_up(monitor, incident_id))["sightings"] == 0
    async with monitor.transaction() as session:
        looked_at = await session.scalar(text("SELECT looked_at FROM monitor.follow_ups"))
        assert looked_at < datetime.now(UTC) - timedelta(minutes=59)
        await session.execute(
            text("UPDATE corridor.deliveries SET available_at = now() WHERE state = 'ready'")
        )
    await work(monitor)
    await look(monitor)
    assert (await follow_up(monitor, incident_id))["sightings"] == 5


async def test_more_posts_than_are_read_at_once_are_looked_at_all(
    monitor: RoomClient, make_post: MakePost
) -> None:
    incident_id = await ended(monitor, make_post)
    for part in range(6):
        await send(monitor, *[make_post(f"{TARIFF}停电 {part} {n}") for n in range(1_000)])
    await send(monitor, *again(make_post))
    await work(monitor)
    await look(monitor)
    assert (await follow_up(monitor, incident_id))["sightings"] == 5


async def test_reactions_are_told_and_filed_once_a_day_after_a_statement_and_after_three(
    monitor: RoomClient, make_post: MakePost
) -> None:
    outage, _ = await quiet_stories(monitor, make_post)
    opened = opening(subject("story", outage["id"]))
    statement_id = new_id()
    facts = {"incident_id": opened.incident_id, "statement_id": statement_id, "version": 1}
    at = datetime.now(UTC) - timedelta(hours=25)
    await told(monitor, opened)
    for channel, hours in (("console", 0), ("weibo", 1)):
        published = StatementPublished(
            **facts,
            sha256="0" * 64,
            by=LIN,
            channel=channel,
            title="关于停电的说明",
            text="供电已恢复",
            location=None,
            published_at=at + timedelta(hours=hours),
        )
        await told(monitor, published)
    await send(monitor, make_post(f"{OTHER}停电", minutes_ago=60 * 26))
    await work(monitor)
    for _ in range(2):
        await look(monitor)
    (day,) = await events(monitor, "ReactionsMeasured")
    assert (day["hours"], day["verdict"]) == (24, "too_few")
    assert day["statement_id"] == str(statement_id)
    async with monitor.transaction() as session:
        await session.execute(
            text("UPDATE monitor.statement_marks SET published_at = now() - interval '73 hours'")
        )
    for _ in range(2):
        await look(monitor)
    assert [each["hours"] for each in await events(monitor, "ReactionsMeasured")] == [24, 72]

    withdrawn = StatementWithdrawn(**facts, sha256="0" * 64, by=LIN, reason="有误")
    await told(monitor, withdrawn)
    items = (await monitor.get(f"/api/v1/follow-ups/{opened.incident_id}/reactions")).json()
    (shown,) = items["items"]
    assert shown["channels"] == ["console", "weibo"]
    assert shown["withdrawn_at"] is not None
