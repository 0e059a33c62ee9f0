"""Nobody acknowledges: the next in order hears. Somebody does: silence."""

import json
import re
from datetime import datetime, timedelta
from typing import Any

from pytest_httpserver import HTTPServer
from sqlalchemy import text

from shared.contracts.actors import Permission
from shared.contracts.levels import WarningLevel
from shared.contracts.warnings import WarningEnded
from tests.conftest import make_actor
from tests.monitor.conftest import MakePost, send
from tests.monitor.desk import PUBLIC, RULE, Desk, Mailbox

LOW = {"heat": {"blue": 3, "yellow": 8, "orange": 15, "red": 4_000}, "hold": 0}


async def events(desk: Desk, name: str) -> list[dict[str, Any]]:
    async with desk.room.transaction() as session:
        rows = await session.execute(
            text("SELECT payload::text FROM corridor.events WHERE type = :name ORDER BY position"),
            {"name": name},
        )
        return [json.loads(row[0]) for row in rows]


async def test_who_is_on_duty_hears_at_once_and_the_others_not(desk: Desk) -> None:
    await desk.raise_warning()
    ((to, subject, words, html),) = desk.mailbox.mails
    assert to == "chen@example.com"
    assert subject == "Orange warning: 变电站爆炸？"
    assert "The heat is 180 posts an hour." in words
    assert f"{PUBLIC}/warnings/" in html
    # What a post says stays words: no tag, no link of its own.
    assert "<b>停电" not in html
    assert 'href="https://evil.example' not in html


async def test_nobody_acknowledges_and_the_next_in_order_hears(
    desk: Desk, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/lin", method="POST").respond_with_data("")
    warning = await desk.raise_warning()
    # Before the time is over nobody else is woken.
    await desk.room.tick()
    assert desk.mailbox.told() == ["chen"]
    await desk.time_passes()
    assert desk.mailbox.told() == ["chen", "xu"]
    await desk.time_passes()
    assert desk.mailbox.told() == ["chen", "xu", "su"]
    assert httpserver.log == []
    await desk.time_passes()
    assert len(httpserver.log) == 1
    (shown,) = await desk.escalations(warning)
    assert [(step["person"], step["role"]) for step in shown["steps"]] == [
        ("chen", "on_duty"),
        ("xu", "deputy"),
        ("su", "member"),
        ("lin", "chair"),
    ]
    assert {each["state"] for step in shown["steps"] for each in step["deliveries"]} == {"sent"}
    await desk.time_passes()
    (shown,) = await desk.escalations(warning)
    assert (shown["ending"], shown["next"], shown["next_at"]) == ("exhausted", None, None)
    assert [event["person"] for event in await events(desk, "EscalationStepped")] == [
        "chen",
        "xu",
        "su",
        "lin",
    ]
    assert [event["ending"] for event in await events(desk, "EscalationEnded")] == ["exhausted"]


async def test_the_ladder_shows_who_is_next_and_when(desk: Desk) -> None:
    warning = await desk.raise_warning()
    (shown,) = await desk.escalations(warning)
    assert shown["next"] == {"person": "xu", "role": "deputy"}
    due = datetime.fromisoformat(shown["next_at"]) - datetime.fromisoformat(shown["started_at"])
    assert due == timedelta(minutes=10)
    assert shown["group_name_zh"] == "监测组"


async def test_acknowledged_is_silence(desk: Desk) -> None:
    warning = await desk.raise_warning()
    answer = await desk.room.post(f"/api/v1/warnings/{warning.warning_id}/acknowledge")
    assert answer.status_code == 200
    # Even before the room has heard of it, the clock asks nobody.
    await desk.time_passes()
    assert desk.mailbox.told() == ["chen"]
    (shown,) = await desk.escalations(warning)
    assert shown["ending"] == "acknowledged"
    await desk.time_passes()
    assert desk.mailbox.told() == ["chen"]


async def test_dismissed_or_calmed_is_silence(desk: Desk) -> None:
    dismissed = await desk.raise_warning()
    path = f"/api/v1/warnings/{dismissed.warning_id}/dismiss"
    assert (await desk.room.post(path, {"reason": "A game of that name."})).status_code == 200
    calmed = await desk.raise_warning()
    await desk.tell(
        WarningEnded(
            warning_id=calmed.warning_id,
            story_id=calmed.story_id,
            title=calmed.title,
            peak_level=WarningLevel.ORANGE,
        )
    )
    await desk.time_passes()
    assert desk.mailbox.told() == ["chen", "chen"]
    endings = [(await desk.escalations(each))[0]["ending"] for each in (dismissed, calmed)]
    assert endings == ["dismissed", "calmed"]


async def test_a_rise_starts_anew(desk: Desk) -> None:
    warning = await desk.raise_warning(WarningLevel.YELLOW)
    await desk.time_passes()
    await desk.raise_to(warning, WarningLevel.RED)
    assert desk.mailbox.told() == ["chen", "xu", "chen"]
    newest, oldest = await desk.escalations(warning)
    assert (oldest["ending"], newest["ending"]) == ("superseded", None)
    assert newest["wait_seconds"] == 300


async def test_blue_asks_nobody(desk: Desk) -> None:
    warning = await desk.raise_warning(WarningLevel.BLUE)
    assert desk.mailbox.told() == []
    assert await desk.escalations(warning) == []


async def test_who_comes_on_duty_meanwhile_is_asked_next(desk: Desk) -> None:
    await desk.raise_warning()
    await desk.roster("su")
    await desk.time_passes()
    assert desk.mailbox.told() == ["chen", "su"]


async def test_whom_nobody_can_reach_is_recorded_and_passed_over_at_once(desk: Desk) -> None:
    await desk.roster("stranger", "xu")
    warning = await desk.raise_warning()
    assert desk.mailbox.told() == ["xu"]
    (shown,) = await desk.escalations(warning)
    assert [(step["person"], step["deliveries"] == []) for step in shown["steps"]] == [
        ("stranger", True),
        ("xu", False),
    ]


async def test_with_a_roster_that_ran_out_the_members_are_asked(desk: Desk) -> None:
    await desk.roster("chen", shifts=())
    await desk.raise_warning()
    assert desk.mailbox.told() == ["chen"]


async def test_a_second_round_wakes_them_again(desk: Desk, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/lin").respond_with_data("")
    rule = RULE | {"ladder": RULE["ladder"] | {"rounds": 2}}  # type: ignore[operator]
    answer = await desk.room.call(
        "PUT", "/api/v1/alerts/rules/duty", json=rule, headers={"If-Match": "*"}
    )
    assert answer.status_code == 200
    await desk.raise_warning()
    for _ in range(4):
        await desk.time_passes()
    assert desk.mailbox.told() == ["chen", "xu", "su", "chen"]


async def test_an_event_that_comes_twice_asks_once(desk: Desk) -> None:
    await desk.raise_warning()
    async with desk.room.transaction() as session:
        await session.execute(
            text(
                "UPDATE corridor.deliveries SET state = 'ready', available_at = now() "
                "WHERE room = 'monitor' AND type IN ('WarningRaised', 'AlertQueued')"
            )
        )
    await desk.work()
    assert desk.mailbox.told() == ["chen"]
    assert len(await events(desk, "EscalationStepped")) == 1


async def test_what_still_asks_is_taken_back_when_somebody_acknowledged(desk: Desk) -> None:
    desk.mailbox.refuses = True
    warning = await desk.raise_warning()
    await desk.room.post(f"/api/v1/warnings/{warning.warning_id}/acknowledge")
    await desk.work()
    desk.mailbox.refuses = False
    await desk.time_passes()
    assert desk.mailbox.told() == []
    (alert,) = (await desk.room.get("/api/v1/warnings/alerts?channel=mail")).json()["items"]
    assert alert["state"] == "withdrawn"


async def test_five_hundred_posts_of_one_story_are_one_warning(
    desk: Desk, make_post: MakePost
) -> None:
    watch = {"name": "Outage", "expression": "停电", "thresholds": LOW}
    assert (await desk.room.post("/api/v1/watches", watch)).status_code == 201
    outage = "云州电力 城东变电站停电 抢修 什么时候来电"
    for batch in range(5):
        posts = [make_post(f"{outage} {batch} {number}") for number in range(100)]
        await send(desk.room, *posts)
        await desk.work()
    (warning,) = (await desk.room.get("/api/v1/warnings")).json()["items"]
    assert warning["post_count"] == 500
    told = (await desk.room.get("/api/v1/warnings/alerts?channel=console")).json()["items"]
    levels = [alert["level"] for alert in reversed(told)]
    # Once for the warning and once for each rise, and not for the other posts.
    assert levels == sorted(set(levels), key=["blue", "yellow", "orange"].index)
    assert levels[-1] == "orange"
    assert len(desk.mailbox.mails) <= 2
    assert set(desk.mailbox.told()) == {"chen"}
    last = told[0]["message"]["data"]
    assert last["scope"]["platforms"][0]["posts"] > 0
    assert last["suggestions"]


class TestLinks:
    """Acknowledging by the link in a message."""

    @staticmethod
    async def link(desk: Desk) -> str:
        found = re.search(rf"{PUBLIC}/acknowledge/([\w-]+)", desk.mailbox.mails[-1][2])
        assert found, desk.mailbox.mails[-1][2]
        return f"/api/v1/alerts/links/{found[1]}"

    async def test_looking_changes_nothing_and_pressing_acknowledges(self, desk: Desk) -> None:
        warning = await desk.raise_warning()
        link = await self.link(desk)
        nobody = make_actor("nobody", Permission.CLASSIFY)
        for _ in range(3):
            looked = await desk.room.get(link, actor=nobody)
            assert looked.status_code == 200, looked.text
            assert (looked.json()["open"], looked.json()["person"]) == (True, "Chen")
        used = await desk.room.post(f"{link}/acknowledge", actor=nobody)
        assert used.json()["acknowledged_by"]["name"] == "Chen"
        await desk.time_passes()
        assert desk.mailbox.told() == ["chen"]
        (ended,) = await desk.escalations(warning)
        assert ended["ending"] == "acknowledged"

    async def test_a_link_is_good_once(self, desk: Desk) -> None:
        await desk.raise_warning()
        link = await self.link(desk)
        first = await desk.room.post(f"{link}/acknowledge")
        second = await desk.room.post(f"{link}/acknowledge")
        assert first.json() == second.json()
        assert len(await events(desk, "WarningAcknowledged")) == 1
        assert (await desk.room.get(link)).json()["open"] is False

    async def test_an_old_link_acknowledges_no_higher_level(self, desk: Desk) -> None:
        warning = await desk.raise_warning(WarningLevel.YELLOW)
        link = await self.link(desk)
        await desk.raise_to(warning, WarningLevel.RED)
        refused = await desk.room.post(f"{link}/acknowledge")
        assert refused.status_code == 409
        assert "rose to red" in refused.json()["detail"]

    async def test_a_link_is_good_for_a_week(self, desk: Desk) -> None:
        await desk.raise_warning()
        link = await self.link(desk)
        async with desk.room.transaction() as session:
            await session.execute(
                text("UPDATE monitor.alerts SET queued_at = now() - interval '8 days'")
            )
        assert (await desk.room.get(link)).status_code == 404

    async def test_what_is_made_up_opens_nothing(self, desk: Desk) -> None:
        await desk.raise_warning()
        assert (await desk.room.get(f"/api/v1/alerts/links/{'A' * 43}")).status_code == 404
        assert (await desk.room.get("/api/v1/alerts/links/short")).status_code == 422


async def test_a_mail_server_that_is_away_is_tried_again(desk: Desk, mailbox: Mailbox) -> None:
    mailbox.refuses = True
    warning = await desk.raise_warning()
    (shown,) = await desk.escalations(warning)
    (delivery,) = shown["steps"][0]["deliveries"]
    assert (delivery["state"], delivery["attempts"]) == ("sending", 1)
    assert delivery["error"]
    assert str(mailbox.port) not in delivery["error"]
    mailbox.refuses = False
    async with desk.room.transaction() as session:
        await session.execute(
            text("UPDATE monitor.alerts SET next_at = now() WHERE state = 'sending'")
        )
        await session.execute(text("DELETE FROM corridor.schedules"))
    await desk.room.tick()
    await desk.work()
    assert mailbox.told() == ["chen"]


async def test_who_has_no_other_way_is_asked_on_the_console(desk: Desk) -> None:
    await desk.person("desk", contacts=[{"channel": "console"}])
    await desk.roster("desk")
    warning = await desk.raise_warning()
    (shown,) = await desk.escalations(warning)
    assert shown["steps"][0]["person"] == "desk"
    assert [(each["channel"], each["state"]) for each in shown["steps"][0]["deliveries"]] == [
        ("console", "sent")
    ]
    assert desk.mailbox.mails == []
