"""What goes wrong at night: nobody there, ways that are dead, all at once, many at once."""

import asyncio
import re
from typing import Any

from pytest_httpserver import HTTPServer
from sqlalchemy import text

from shared.contracts.levels import WarningLevel
from tests.monitor.desk import PUBLIC, RULE, Desk, raised

OPERATIONS = {
    "name": "Operations",
    "about": "operations",
    "tell": [{"kind": "channel", "name": "ops"}],
}


async def operations(desk: Desk, httpserver: HTTPServer) -> None:
    """A program that hears of what is wrong with the system."""
    httpserver.expect_request("/ops").respond_with_data("")
    hook = {"name": "Ops", "kind": "webhook", "address": httpserver.url_for("/ops")}
    await desk.put("channels/ops", hook)
    await desk.put("rules/ops", OPERATIONS)


async def told(desk: Desk, channel: str) -> list[dict[str, Any]]:
    answer = await desk.room.get(
        "/api/v1/warnings/alerts", params={"channel": channel, "limit": "200"}
    )
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_a_group_with_nobody_in_it_is_told_to_operations(
    desk: Desk, httpserver: HTTPServer
) -> None:
    await operations(desk, httpserver)
    await desk.roster(members=(), deputies={}, chair=None, shifts=())
    warning = await desk.raise_warning(WarningLevel.RED)
    (shown,) = await desk.escalations(warning)
    assert (shown["ending"], shown["steps"]) == ("exhausted", [])
    (alert,) = await told(desk, "ops")
    data = alert["message"]["data"]
    assert data["text"] == "Red warning, group Monitoring: there was nobody to ask. It waits still."
    assert data["url"] == f"{PUBLIC}/warnings/{warning.warning_id}"


async def test_that_everybody_was_asked_in_vain_is_told_to_operations_once(
    desk: Desk, httpserver: HTTPServer
) -> None:
    await operations(desk, httpserver)
    httpserver.expect_request("/lin").respond_with_data("")
    await desk.raise_warning()
    for _ in range(6):
        await desk.time_passes()
    (alert,) = await told(desk, "ops")
    assert "4 were asked" in alert["message"]["data"]["text"]


async def failed_again(desk: Desk, seconds: int) -> None:
    """The second try was made and failed, so many seconds after they were asked."""
    async with desk.room.transaction() as session:
        await session.execute(
            text(
                "UPDATE monitor.alerts SET next_at = now() WHERE state = 'sending' AND attempts = 1"
            )
        )
        await session.execute(
            text("UPDATE monitor.escalation_steps SET asked_at = now() - :s * interval '1 second'"),
            {"s": seconds},
        )
    for _ in range(2):
        async with desk.room.transaction() as session:
            await session.execute(text("DELETE FROM corridor.schedules"))
        await desk.room.tick()
        await desk.work()


async def test_who_cannot_be_reached_holds_up_the_next_for_a_minute_only(desk: Desk) -> None:
    desk.mailbox.refuses = True
    warning = await desk.raise_warning()
    await failed_again(desk, 30)
    (shown,) = await desk.escalations(warning)
    assert [step["person"] for step in shown["steps"]] == ["chen"]
    await failed_again(desk, 61)
    (shown,) = await desk.escalations(warning)
    assert [step["person"] for step in shown["steps"]] == ["chen", "xu"]


async def test_who_was_reached_has_all_their_time(desk: Desk) -> None:
    warning = await desk.raise_warning()
    await failed_again(desk, 300)
    (shown,) = await desk.escalations(warning)
    assert [step["person"] for step in shown["steps"]] == ["chen"]


async def test_who_was_removed_meanwhile_is_passed_over(desk: Desk) -> None:
    await desk.raise_warning()
    gone = await desk.room.call("DELETE", "/api/v1/alerts/recipients/xu")
    assert gone.status_code == 204
    await desk.time_passes()
    assert desk.mailbox.told() == ["chen", "su"]


async def test_when_all_acknowledge_at_once_one_did_and_nobody_is_asked(desk: Desk) -> None:
    warning = await desk.raise_warning()
    await desk.time_passes()
    await desk.time_passes()
    links = [
        f"/api/v1/alerts/links/{token}/acknowledge"
        for mail in desk.mailbox.mails
        for token in re.findall(rf"{PUBLIC}/acknowledge/([\w-]+)", mail[2])[:1]
    ]
    assert len(links) == 3
    answers = await asyncio.gather(*(desk.room.post(link) for link in links))
    assert {answer.status_code for answer in answers} == {200}
    names = {answer.json()["acknowledged_by"]["name"] for answer in answers}
    assert len(names) == 1
    await desk.work()
    async with desk.room.transaction() as session:
        acknowledged = await session.scalar(
            text("SELECT count(*) FROM corridor.events WHERE type = 'WarningAcknowledged'")
        )
    assert acknowledged == 1
    (shown,) = await desk.escalations(warning)
    assert shown["ending"] == "acknowledged"


async def test_a_storm_asks_a_few_one_by_one_and_the_rest_in_one_message(desk: Desk) -> None:
    for _ in range(25):
        warning = raised(WarningLevel.ORANGE)
        await desk.keep(warning, WarningLevel.ORANGE)
        await desk.tell(warning)
    assert desk.mailbox.told() == ["chen"] * 6
    async with desk.room.transaction() as session:
        await session.execute(
            text("UPDATE monitor.alerts SET next_at = now() WHERE state = 'held'")
        )
        await session.execute(text("DELETE FROM corridor.schedules"))
    await desk.room.tick()
    await desk.work()
    assert desk.mailbox.told() == ["chen"] * 7
    _, subject, words, _ = desk.mailbox.mails[-1]
    assert subject == "Told together: 19"
    assert "19 of them ask you to acknowledge." in words


async def test_a_second_rule_for_the_same_group_asks_nobody_twice(desk: Desk) -> None:
    await desk.put("rules/again", RULE)
    await desk.raise_warning()
    assert desk.mailbox.told() == ["chen"]
