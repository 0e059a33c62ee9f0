"""From the end of an incident to its return: the matter is followed, and a warning tells."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from shared.contracts import Event
from shared.contracts.actors import ActorRef
from shared.contracts.incidents import IncidentClosed, IncidentOpened, ResponseStoodDown
from shared.contracts.levels import WarningLevel
from shared.contracts.posts import AnalysedPost, PostsAnalysed, Verdict
from shared.contracts.statements import StatementPublished
from shared.events import emit
from shared.ids import new_id
from tests.conftest import RoomClient
from tests.monitor.conftest import MakePost, send
from tests.monitor.tracking.test_tracking import warnings, watch, work

# Eight posts at once are 5.5 an hour, and warned of; five are not, but as the return of a matter.
THRESHOLDS = {
    "heat": {"blue": 4, "yellow": 80, "orange": 150, "red": 400},
    "aggravation": 1.0,
    "outlook": 1.0,
    "hold": 0,
}
LIN = ActorRef(id="user:lin", name="Lin")
SAID = "城东变电站昨晚停电三小时，抢修人员凌晨才到，小区里的老人被困在电梯口，物业电话一直没人接"
OTHER = "停电的补偿办法今天公布了，每户可以在营业厅登记，客服说月底之前到账"


async def told(room: RoomClient, *events: Event) -> None:
    async with room.transaction() as session:
        for event in events:
            await emit(session, event)
    await work(room)


async def ended(room: RoomClient, make_post: MakePost, *, closed: bool = True) -> UUID:
    """An incident that grew out of a warned story, and is over."""
    await watch(room, thresholds=THRESHOLDS)
    said = [f"{SAID} {'！' * number}" for number in range(1, 9)]
    long_ago = timedelta(days=90) / timedelta(minutes=1)
    await send(
        room,
        *[make_post(words, author="first", minutes_ago=long_ago) for words in said],
        make_post(OTHER, author="second", minutes_ago=long_ago),
    )
    await work(room)
    warning = (await warnings(room))[0]
    incident_id = new_id()
    opened = IncidentOpened(
        incident_id=incident_id,
        number="2026-0001",
        title="停电",
        summary="停电",
        level=WarningLevel.ORANGE,
        opened_by=LIN,
        opened_at=datetime.now(UTC),
        warning_id=UUID(warning["id"]),
        story_id=UUID(warning["story_id"]),
    )
    await told(room, opened)
    await told(room, ResponseStoodDown(incident_id=incident_id, grounds="恢复供电", by=LIN))
    if closed:
        await told(room, IncidentClosed(incident_id=incident_id, outcome="已恢复", by=LIN))
    return incident_id


async def months_pass(room: RoomClient, *, forgotten: bool = True) -> None:
    """The end lies ninety days back, the warning is over, and the tracker knows nothing of it."""
    async with room.transaction() as session:
        await session.execute(
            text(
                "UPDATE monitor.follow_ups SET began_at = began_at - interval '90 days',"
                " looked_at = now()"
            )
        )
        await session.execute(
            text("UPDATE monitor.posts SET received_at = received_at - interval '90 days'")
        )
        await session.execute(
            text("UPDATE monitor.warnings SET status = 'ended', judged = NULL, ended_at = now()")
        )
        if forgotten:
            await session.execute(text("DELETE FROM monitor.tracking"))
            await session.execute(text("UPDATE monitor.stories SET profile = NULL"))


async def look(room: RoomClient) -> None:
    """The clock strikes."""
    async with room.transaction() as session:
        await session.execute(text("DELETE FROM corridor.schedules"))
    while await room.tick():
        pass


async def follow_ups(room: RoomClient, story_id: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await room.get(f"/api/v1/stories/{story_id}/follow-ups")).json()[
        "items"
    ]
    return items


async def events(room: RoomClient, kind: str) -> list[dict[str, Any]]:
    async with room.transaction() as session:
        rows = await session.scalars(
            text("SELECT payload FROM corridor.events WHERE type = :kind ORDER BY position"),
            {"kind": kind},
        )
        return list(rows)


@pytest.fixture
async def incident_id(monitor: RoomClient, make_post: MakePost) -> UUID:
    return await ended(monitor, make_post)


async def test_the_same_text_on_another_platform_months_later_warns_of_the_old_incident(
    monitor: RoomClient, make_post: MakePost, incident_id: UUID
) -> None:
    story_id = (await warnings(monitor))[0]["story_id"]
    await months_pass(monitor)
    await look(monitor)
    assert await events(monitor, "IncidentResurged") == []

    again = [
        make_post(f"【旧闻】{SAID}", platform="forum", author="first"),
        *[make_post(f"{SAID}{'？' * number}", platform="forum") for number in range(1, 5)],
    ]
    await send(monitor, *again)
    await work(monitor)
    await look(monitor)

    (resurged,) = await events(monitor, "IncidentResurged")
    assert resurged["incident_id"] == str(incident_id)
    assert (resurged["posts"], resurged["platforms"]) == (5, ["forum"])
    assert "平静后再度出现" in resurged["text_zh"]
    assert "back after a quiet time" in resurged["text"]
    raised = (await events(monitor, "WarningRaised"))[-1]
    assert raised["resurgence_of"] == str(incident_id)
    assert [reason["code"] for reason in raised["reasons"]] == ["resurgence"]
    assert raised["level"] == "yellow"
    (followed,) = await follow_ups(monitor, story_id)
    assert followed["incident_id"] == str(incident_id)
    assert (followed["sightings"], followed["elsewhere"]) == (5, ["forum"])
    assert {each["manner"] for each in followed["newest"]} == {"copy"}

    # Told once, however long it goes on.
    await send(monitor, make_post(f"{SAID}。。", platform="forum"))
    await work(monitor)
    await look(monitor)
    assert len(await events(monitor, "IncidentResurged")) == 1


async def test_the_same_account_is_known_again_by_a_key_that_tells_no_name(
    monitor: RoomClient, make_post: MakePost, incident_id: UUID
) -> None:
    story_id = (await warnings(monitor))[0]["story_id"]
    await send(
        monitor,
        make_post(f"{SAID}，还记得吗", author="first"),
        make_post(f"{SAID}！！！！！！！", author="stranger"),
    )
    await work(monitor)
    await look(monitor)
    (followed,) = await follow_ups(monitor, story_id)
    assert (followed["sightings"], followed["accounts_again"]) == (2, 1)
    keys = [each["account"] for each in followed["newest"] if each["account"]]
    assert len(keys) == 1
    assert len(bytes.fromhex(keys[0])) == 16
    async with monitor.transaction() as session:
        kept = await session.scalars(text("SELECT account FROM monitor.follow_up_accounts"))
        assert all(b"first" not in account for account in kept)


async def test_what_is_still_said_after_the_end_is_no_return(
    monitor: RoomClient, make_post: MakePost, incident_id: UUID
) -> None:
    await send(monitor, *[make_post(f"{SAID} {'。' * number}") for number in range(1, 20)])
    await work(monitor)
    await look(monitor)
    assert await events(monitor, "IncidentResurged") == []


async def test_another_matter_of_the_same_watch_is_not_taken_for_it(
    monitor: RoomClient, make_post: MakePost, incident_id: UUID
) -> None:
    await months_pass(monitor)
    await send(
        monitor,
        *[
            make_post(
                f"新电价方案征求意见，阶梯电价分三档，听证会报名{number}人", minutes_ago=number
            )
            for number in range(9)
        ],
    )
    await work(monitor)
    await look(monitor)
    assert await events(monitor, "IncidentResurged") == []


async def test_a_response_that_was_stood_down_is_followed_until_and_after_it_is_closed(
    monitor: RoomClient, make_post: MakePost
) -> None:
    incident_id = await ended(monitor, make_post, closed=False)
    story_id = (await warnings(monitor))[0]["story_id"]
    (followed,) = await follow_ups(monitor, story_id)
    assert followed["closed_at"] is None
    await told(monitor, IncidentClosed(incident_id=incident_id, outcome="已恢复", by=LIN))
    (followed,) = await follow_ups(monitor, story_id)
    assert followed["closed_at"] is not None


async def test_reactions_are_read_before_and_after_a_statement(
    monitor: RoomClient, make_post: MakePost, incident_id: UUID
) -> None:
    story_id = (await warnings(monitor))[0]["story_id"]
    published_at = datetime.now(UTC) - timedelta(minutes=30)
    await told(
        monitor,
        StatementPublished(
            incident_id=incident_id,
            statement_id=new_id(),
            version=1,
            sha256="0" * 64,
            by=LIN,
            channel="weibo",
            title="关于停电的说明",
            text="供电已恢复",
            location=None,
            published_at=published_at,
        ),
    )
    sent = await send(
        monitor,
        *[make_post(f"{SAID} 前{'！' * number}", minutes_ago=40) for number in range(1, 5)],
        *[make_post(f"{SAID} 后{'！' * number}", minutes_ago=10) for number in range(1, 3)],
    )
    await work(monitor)
    feelings = ["negative"] * 4 + ["positive"] * 2
    await told(
        monitor,
        PostsAnalysed(
            engine="lexicon",
            release="r1",
            posts=tuple(
                AnalysedPost(
                    id=UUID(result["id"]),
                    revision=1,
                    sentiment=Verdict(label=feeling, confidence=0.8),
                    emotion=Verdict(label="anger", confidence=0.7),
                )
                for result, feeling in zip(sent["results"], feelings, strict=True)
            ),
        ),
    )
    (found,) = (await monitor.get(f"/api/v1/stories/{story_id}/reactions")).json()["items"]
    assert (found["title"], found["channels"]) == ("关于停电的说明", ["weibo"])
    assert [change["hours"] for change in found["changes"]] == [1, 6, 24, 72]
    hour = found["changes"][0]
    assert not hour["complete"]
    assert (hour["before"]["opinions"], hour["after"]["opinions"]) == (4, 2)
    assert hour["before"]["negative_share"]["value"] == 1.0
    assert hour["after"]["negative_share"]["value"] == 0.0
    assert hour["negative_change"]["value"] == -1.0
    assert hour["negative_change"]["low"] < hour["negative_change"]["high"] < 0
    # Four and two opinions: the interval is clear of zero, and still too few to say so.
    assert hour["reaction"] == "too_few"
    assert "4 of 4 analysed negative" in hour["text"]
    assert "样本过少" in hour["text_zh"]
    missing = await monitor.get(f"/api/v1/stories/{incident_id}/reactions")
    assert missing.status_code == 404
