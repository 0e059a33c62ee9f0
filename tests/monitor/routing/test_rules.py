"""Rules, recipients, quiet hours and the preview, through the door."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import text

from shared.contracts.levels import WarningLevel
from tests.conftest import RoomClient
from tests.monitor.desk import Desk

ALL_DAY = {"begins": "00:00", "ends": "00:00"}


async def preview(room: RoomClient, **body: Any) -> dict[str, Any]:
    answer = await room.post("/api/v1/alerts/preview", body)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def test_the_preview_says_who_would_hear_and_who_would_be_asked_when(desk: Desk) -> None:
    shown = await preview(desk.room, level="orange")
    assert [each["channel"] for each in shown["told"]] == ["console"]
    (ladder,) = shown["ladders"]
    asked = ladder["asked"]
    assert [each["person"] for each in asked] == ["chen", "xu", "su", "lin"]
    times = [datetime.fromisoformat(each["at"]) for each in asked]
    assert {later - earlier for earlier, later in pairwise(times)} == {timedelta(minutes=10)}
    assert (await preview(desk.room, level="blue"))["ladders"] == []
    # Looking sends nothing.
    await desk.work()
    assert desk.mailbox.mails == []


async def test_the_preview_names_whom_nobody_can_tell(desk: Desk) -> None:
    await desk.put("rules/all", {"name": "All", "tell": [{"kind": "person", "name": "nobody"}]})
    shown = await preview(desk.room)
    assert shown["unreached"] == [{"name": "nobody", "why": "no_contact"}]


async def test_what_quiet_hours_held_back_comes_as_one_message_when_they_end(desk: Desk) -> None:
    await desk.person("night", quiet=ALL_DAY | {"breaks_through": "red"})
    await desk.put("rules/night", {"name": "Night", "tell": [{"kind": "person", "name": "night"}]})
    await desk.raise_warning(WarningLevel.YELLOW)
    second = await desk.raise_warning(WarningLevel.BLUE)
    assert "night" not in desk.mailbox.told()
    held = (await desk.room.get("/api/v1/warnings/alerts?state=held")).json()["items"]
    assert len(held) == 2
    assert all(datetime.fromisoformat(each["next_at"]) > datetime.now(UTC) for each in held)
    await desk.room.post(f"/api/v1/warnings/{second.warning_id}/acknowledge")

    async with desk.room.transaction() as session:
        await session.execute(
            text("UPDATE monitor.alerts SET next_at = now() WHERE state = 'held'")
        )
        await session.execute(text("DELETE FROM corridor.schedules"))
    await desk.room.tick()
    await desk.work()
    (digest,) = (mail for mail in desk.mailbox.mails if mail[0].startswith("night"))
    assert digest[1] == "Told together: 2"
    assert "(acknowledged)" in digest[2]
    assert "(active)" in digest[2]


async def test_what_is_grave_breaks_through_quiet_hours(desk: Desk) -> None:
    await desk.person("night", quiet=ALL_DAY | {"breaks_through": "red"})
    await desk.put("rules/night", {"name": "Night", "tell": [{"kind": "person", "name": "night"}]})
    await desk.raise_warning(WarningLevel.RED)
    assert "night" in desk.mailbox.told()


async def test_a_rule_that_does_nothing_is_refused(monitor: RoomClient) -> None:
    for body in (
        {"name": "Nothing"},
        {"name": "No time", "ladder": {"group": "g2", "minutes": {"red": 0}}},
        {"name": "No level", "tell": [{"kind": "person", "name": "a"}], "level": "green"},
        {"name": "Operations", "about": "operations", "ladder": {"group": "g2"}},
        {
            "name": "Hours",
            "tell": [{"kind": "person", "name": "a"}],
            "hours": {"begins": "8", "ends": "9"},
        },
    ):
        answer = await monitor.call("PUT", "/api/v1/alerts/rules/wrong", json=body)
        assert answer.status_code == 422, body


async def test_a_rule_is_changed_by_version_and_forgotten(monitor: RoomClient) -> None:
    rule = {"name": "Rule", "tell": [{"kind": "channel", "name": "wecom"}]}
    path = "/api/v1/alerts/rules/rule"
    assert (await monitor.call("PUT", path, json=rule)).headers["ETag"] == '"1"'
    assert (await monitor.call("PUT", path, json=rule)).status_code == 428
    off = rule | {"enabled": False}
    changed = await monitor.call("PUT", path, json=off, headers={"If-Match": '"1"'})
    assert changed.json()["enabled"] is False
    assert (await monitor.call("DELETE", path)).status_code == 204
    assert (await monitor.get(path)).status_code == 404


async def test_addresses_of_people_are_sealed_too(desk: Desk) -> None:
    shown = await desk.room.get("/api/v1/alerts/recipients/chen")
    assert "example.com" not in shown.text
    assert shown.json()["contacts"] == [
        {"channel": "mail", "addressed": True, "from_level": "blue"}
    ]
    async with desk.room.transaction() as session:
        stored = await session.scalar(
            text("SELECT contacts::text FROM monitor.alert_recipients WHERE name = 'chen'")
        )
    assert "example.com" not in stored
    # Left out in a change, what was there stays.
    kept = {"display_name": "Chen", "contacts": [{"channel": "mail"}]}
    answer = await desk.room.call(
        "PUT", "/api/v1/alerts/recipients/chen", json=kept, headers={"If-Match": '"1"'}
    )
    assert answer.json()["contacts"][0]["addressed"] is True


async def test_a_contact_needs_a_channel_and_an_address(desk: Desk) -> None:
    for contacts in (
        [{"channel": "nowhere"}],
        [{"channel": "mail"}],
        [{"channel": "hook"}, {"channel": "hook"}],
    ):
        body = {"display_name": "New", "contacts": contacts}
        answer = await desk.room.call("PUT", "/api/v1/alerts/recipients/new", json=body)
        assert answer.status_code == 422, contacts
