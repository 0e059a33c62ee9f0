"""An alert reaches people once on each channel, though receivers go and deliveries come twice."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import text

from services.monitor.alerts import service
from services.monitor.channels.webhook import WebhookError, post
from services.monitor.resources import open_resources
from services.monitor.room import room as monitor_room
from services.monitor.routing.plan import Tell
from shared.contracts import Event, Room
from shared.contracts.levels import WarningLevel
from shared.contracts.warnings import AlertQueued, Reason, WarningLevelChanged, WarningRaised
from shared.errors import ConfigurationError
from shared.events import emit
from shared.ids import new_id
from tests.conftest import OpenRoom, RoomClient, SettingsFor

ALERTS = "/api/v1/warnings/alerts"
KEY = bytes(range(32))
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"


@pytest.fixture
async def monitor(open_room: OpenRoom, httpserver: HTTPServer) -> RoomClient:
    return await open_room(
        monitor_room,
        alert_webhook_url=httpserver.url_for("/hook"),
        alert_webhook_secret=SECRET,
        public_url="https://desk.example",
    )


def raised(level: WarningLevel = WarningLevel.ORANGE) -> WarningRaised:
    now = datetime.now(UTC)
    return WarningRaised(
        warning_id=new_id(),
        story_id=new_id(),
        watch_id=new_id(),
        watch_name="Own brand",
        title="变电站爆炸？",
        level=level,
        reasons=(
            Reason(
                code="heat", value=180, threshold=150, unit="posts/h", text="180", text_zh="180帖"
            ),
        ),
        post_count=180,
        first_post_at=now,
        warned_at=now,
    )


def moved(warning: WarningRaised, level: WarningLevel) -> WarningLevelChanged:
    notice = warning.model_dump(exclude={"evidence", "level"})
    return WarningLevelChanged(**notice, level=level, previous_level=warning.level)


async def tell(room: RoomClient, *events: Event) -> None:
    for event in events:
        async with room.transaction() as session:
            await emit(session, event)
        assert await room.work()


async def alerts(room: RoomClient, **query: Any) -> list[dict[str, Any]]:
    answer = await room.get(ALERTS, params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def outcomes(room: RoomClient) -> list[tuple[str, str | None]]:
    """What the archive is told: channel and error of every alert that ended."""
    async with room.transaction() as session:
        told = await session.execute(
            text(
                "SELECT payload->>'channel', payload->>'error' FROM corridor.events "
                "WHERE type = 'AlertSent' ORDER BY position"
            )
        )
    return [(row[0], row[1]) for row in told]


async def wait_for_next_try(room: RoomClient) -> None:
    async with room.transaction() as session:
        await session.execute(text("UPDATE monitor.alerts SET next_at = now()"))
        await session.execute(text("DELETE FROM corridor.schedules"))
    assert await room.tick()


async def test_a_warning_reaches_the_console_and_the_webhook(
    monitor: RoomClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook", method="POST").respond_with_data("")
    warning = raised()
    await tell(monitor, warning)

    shown = await alerts(monitor)
    assert {alert["channel"]: alert["state"] for alert in shown} == {
        "console": "sent",
        "webhook": "sent",
    }
    request, _ = httpserver.log[0]
    body = request.get_data()
    message = json.loads(body)
    assert message == shown[0]["message"]
    assert message["data"]["url"] == f"https://desk.example/warnings/{warning.warning_id}"
    message_id, timestamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
    assert message_id == shown[0]["event_id"]
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert request.headers["webhook-signature"] == f"v1,{digest}"
    assert await outcomes(monitor) == [("console", None), ("webhook", None)]


async def test_a_rise_is_told_and_a_fall_is_not(
    monitor: RoomClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook").respond_with_data("")
    warning = raised(WarningLevel.ORANGE)
    await tell(monitor, moved(warning, WarningLevel.BLUE))
    assert await alerts(monitor) == []
    await tell(monitor, moved(warning, WarningLevel.RED))
    told = await alerts(monitor, warning=str(warning.warning_id), channel="console")
    assert [alert["level"] for alert in told] == ["red"]


async def test_an_event_that_is_delivered_twice_alerts_once(
    monitor: RoomClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook").respond_with_data("")
    await tell(monitor, raised())
    async with monitor.transaction() as session:
        again = await session.execute(
            text(
                "UPDATE corridor.deliveries SET state = 'ready', available_at = now() "
                "WHERE room = 'monitor' AND state = 'done' "
                "AND type IN ('WarningRaised', 'AlertQueued') RETURNING type"
            )
        )
        assert sorted(again.scalars()) == ["AlertQueued", "WarningRaised"]
    assert await monitor.work()
    assert len(httpserver.log) == 1
    assert len(await alerts(monitor)) == 2
    assert len(await outcomes(monitor)) == 2


async def test_a_webhook_that_is_down_holds_up_no_console_alert_and_is_told_when_it_is_back(
    monitor: RoomClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook").respond_with_data("", status=503)
    warning = raised()
    await tell(monitor, warning)
    rise = moved(warning, WarningLevel.RED)
    await tell(monitor, rise)
    assert [alert["level"] for alert in await alerts(monitor, channel="console")] == [
        "red",
        "orange",
    ]
    waiting = await alerts(monitor, state="sending")
    assert {alert["channel"] for alert in waiting} == {"webhook"}
    assert {alert["error"] for alert in waiting} == {"It answered 503 SERVICE UNAVAILABLE."}
    assert all(alert["next_at"] for alert in waiting)

    # Nobody is asked again before the pause is over.
    await monitor.tick()
    assert len(httpserver.log) == 2

    httpserver.clear()
    httpserver.expect_request("/hook").respond_with_data("")
    await wait_for_next_try(monitor)
    assert {alert["state"] for alert in await alerts(monitor)} == {"sent"}
    assert sorted(alert["attempts"] for alert in await alerts(monitor, channel="webhook")) == [2, 2]
    assert (await outcomes(monitor)).count(("webhook", None)) == 2


async def test_the_same_message_goes_out_at_every_try(
    monitor: RoomClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook").respond_with_data("", status=500)
    await tell(monitor, raised())
    await wait_for_next_try(monitor)
    (first, _), (second, _) = httpserver.log
    assert first.get_data() == second.get_data()
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


async def test_a_receiver_that_never_comes_back_is_given_up_and_that_is_told(
    monitor: RoomClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook").respond_with_data("", status=500)
    await tell(monitor, raised())
    while await alerts(monitor, state="sending"):
        await wait_for_next_try(monitor)
    (alert,) = await alerts(monitor, channel="webhook")
    assert (alert["state"], alert["attempts"], alert["next_at"]) == ("failed", 8, None)
    assert len(httpserver.log) == 8
    assert ("webhook", "It answered 500 INTERNAL SERVER ERROR.") in await outcomes(monitor)


async def test_a_try_whose_worker_died_is_followed_by_the_next(
    monitor: RoomClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook").respond_with_data("", status=500)
    await tell(monitor, raised())
    httpserver.clear()
    httpserver.expect_request("/hook").respond_with_data("")
    # The worker claimed the second try, and was never heard of again.
    async with monitor.transaction() as session:
        await session.execute(text("UPDATE monitor.alerts SET attempts = 2, error = NULL"))
    (waiting,) = await alerts(monitor, state="sending")
    await tell(monitor, AlertQueued(alert_id=waiting["id"], attempts=1))
    assert httpserver.log == []
    await wait_for_next_try(monitor)
    assert len(httpserver.log) == 1
    assert await alerts(monitor, state="sending") == []


async def test_what_arrived_late_is_not_sent_again(
    monitor: RoomClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook").respond_with_data("")
    await tell(monitor, raised())
    (sent,) = await alerts(monitor, channel="webhook")
    # The next try was queued when the first was taken for lost, and it was not.
    await tell(monitor, AlertQueued(alert_id=sent["id"], attempts=1))
    assert len(httpserver.log) == 1


async def test_without_a_webhook_the_console_alone_is_told(open_room: OpenRoom) -> None:
    room = await open_room(monitor_room)
    await tell(room, raised())
    assert [alert["channel"] for alert in await alerts(room)] == ["console"]


async def test_a_channel_that_was_taken_away_is_told_as_a_failure(
    open_room: OpenRoom, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook").respond_with_data("", status=500)
    room = await open_room(monitor_room, alert_webhook_url=httpserver.url_for("/hook"))
    await tell(room, raised())
    bare = await open_room(monitor_room)
    await wait_for_next_try(bare)
    (waiting,) = await alerts(bare, state="sending")
    assert "not configured any more" in waiting["error"]


async def test_an_address_of_alerts_is_not_taken_for_a_warning(monitor: RoomClient) -> None:
    assert (await monitor.get(ALERTS)).json() == {"items": [], "next_cursor": None}
    assert (await monitor.get("/api/v1/warnings/nonsense")).status_code == 422


async def test_a_secret_that_is_none_stops_the_start(settings_for: SettingsFor) -> None:
    settings = settings_for(
        Room.MONITOR, alert_webhook_url="http://127.0.0.1:1/", alert_webhook_secret="short"
    )
    with pytest.raises(ConfigurationError, match="GROUNDSWELL_ALERT_WEBHOOK_SECRET"):
        async with open_resources(settings):
            pass


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "nonsense", "ftp://a.example/"])
async def test_an_address_that_cannot_be_called_is_an_error_of_the_alert(url: str) -> None:
    message: Mapping[str, Any] = {"type": "warning.raised"}
    async with httpx.AsyncClient(trust_env=False) as client:
        with pytest.raises(WebhookError, match="cannot be reached"):
            await post(client, url, message, message_id=str(new_id()), key=None)


async def test_what_is_told_of_level_one_goes_before_all_that_waits(
    monitor: RoomClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook").respond_with_data("")
    async with monitor.transaction() as session:
        for number in range(30):
            await service.tell(session, telling(number, WarningLevel.BLUE), [Tell("webhook")])
    async with monitor.transaction() as session:
        await service.tell(session, telling(99, WarningLevel.RED), [Tell("webhook")])
    assert await monitor.work()
    numbers = [json.loads(request.get_data())["number"] for request, _ in httpserver.log]
    # Eight leave at once.
    assert 99 in numbers[:8]
    assert sorted(numbers) == [*range(30), 99]


def telling(number: int, level: WarningLevel) -> service.Telling:
    return service.Telling(
        event_id=new_id(), title="t", message={"number": number}, warning_id=new_id(), level=level
    )
