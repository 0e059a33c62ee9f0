"""Channels: an address goes in, never comes out again, and leads only where it may."""

import json
import socket
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import text

from services.monitor.channels.apprise_sending import AppriseError, notify
from services.monitor.notices.letters import Letter
from services.monitor.room import room as monitor_room
from shared.contracts.actors import Permission
from tests.conftest import OpenRoom, RoomClient, make_actor

CHANNELS = "/api/v1/alerts/channels"
FORMS = {"text": "words", "markdown": "words", "html": "<p>words</p>", "link": ""}
MAIL = {"name": "Mail", "address": "mailtos://desk:hunter2secret@smtp.example.com?to={to}"}


@pytest.fixture
async def inside(open_room: OpenRoom) -> RoomClient:
    """A monitor that may send to private addresses."""
    return await open_room(monitor_room, allow_private_receivers=True)


async def put(room: RoomClient, slug: str, body: dict[str, Any], **request: Any) -> Any:
    return await room.call("PUT", f"{CHANNELS}/{slug}", json=body, **request)


async def outcome(room: RoomClient, channel: str) -> dict[str, Any]:
    while await room.work():
        pass
    answer = await room.get("/api/v1/warnings/alerts", params={"channel": channel})
    found: dict[str, Any] = answer.json()["items"][0]
    return found


async def test_an_address_is_kept_sealed_and_never_shown(monitor: RoomClient) -> None:
    made = await put(monitor, "mail", MAIL)
    assert made.status_code == 201, made.text
    assert made.json()["service"] == "mailtos: E-Mail"
    assert made.json()["personal"] is True
    for path in (CHANNELS, f"{CHANNELS}/mail"):
        shown = await monitor.get(path)
        assert "hunter2secret" not in shown.text
        assert "smtp.example.com" not in shown.text
    async with monitor.transaction() as session:
        rows = await session.scalars(
            text("SELECT alert_channels::text FROM monitor.alert_channels")
        )
        assert "hunter2secret" not in rows.one()


async def test_a_change_that_leaves_the_address_out_keeps_it(
    inside: RoomClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook").respond_with_data("")
    hook = {"name": "Hook", "kind": "webhook", "address": httpserver.url_for("/hook")}
    await put(inside, "hook", hook)
    changed = await put(
        inside, "hook", {"name": "Renamed", "kind": "webhook"}, headers={"If-Match": '"1"'}
    )
    assert changed.json()["name"] == "Renamed"
    assert (await inside.post(f"{CHANNELS}/hook/test", {})).status_code == 202
    assert (await outcome(inside, "hook"))["state"] == "sent"


async def test_a_test_says_that_it_is_one(inside: RoomClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/hook").respond_with_data("")
    secret = "whsec_" + "A" * 32
    hook = {
        "name": "Hook",
        "kind": "webhook",
        "address": httpserver.url_for("/hook"),
        "secret": secret,
    }
    await put(inside, "hook", hook)
    answer = await inside.post(f"{CHANNELS}/hook/test", {})
    assert answer.json()["warning_id"] is None
    assert (await outcome(inside, "hook"))["state"] == "sent"
    request, _ = httpserver.log[0]
    assert request.headers["webhook-signature"].startswith("v1,")
    assert json.loads(request.get_data())["type"] == "test"


async def test_an_apprise_channel_speaks_its_language(
    inside: RoomClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/notify").respond_with_data("")
    address = httpserver.url_for("/notify").replace("http://", "json://")
    await put(inside, "desk", {"name": "Desk", "address": address, "language": "zh-CN"})
    await inside.post(f"{CHANNELS}/desk/test", {})
    assert (await outcome(inside, "desk"))["state"] == "sent"
    said = json.loads(httpserver.log[0][0].get_data())
    assert said["title"] == "告警通道测试"


async def test_private_addresses_are_closed_unless_the_operator_opens_them(
    monitor: RoomClient, httpserver: HTTPServer
) -> None:
    url = httpserver.url_for("/hook")
    bare = url.replace("localhost", "127.0.0.1")
    refused = await put(monitor, "hook", {"name": "Hook", "kind": "webhook", "address": bare})
    assert refused.status_code == 422
    # A name is looked up when it is called.
    named = await put(monitor, "hook", {"name": "Hook", "kind": "webhook", "address": url})
    assert named.status_code == 201
    await monitor.post(f"{CHANNELS}/hook/test", {})
    assert "GROUNDSWELL_ALLOW_PRIVATE_RECEIVERS" in (await outcome(monitor, "hook"))["error"]
    # apprise takes hundreds of forms: what it connects to is checked when it does.
    await put(monitor, "desk", {"name": "Desk", "address": url.replace("http", "json")})
    await monitor.post(f"{CHANNELS}/desk/test", {})
    failed = await outcome(monitor, "desk")
    assert failed["state"] == "sending"
    assert "GROUNDSWELL_ALLOW_PRIVATE_RECEIVERS" in failed["error"]
    assert httpserver.log == []


@pytest.mark.parametrize("host", ["169.254.169.254", "[::ffff:169.254.169.254]", "100.100.100.200"])
async def test_the_services_of_clouds_stay_closed_always(host: str) -> None:
    with pytest.raises(AppriseError, match="private or reserved"):
        await notify(f"json://{host}/latest", title="t", forms=FORMS, allow_private=True)


async def test_a_redirect_inside_is_not_followed(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/hook").respond_with_data(
        "", status=307, headers={"location": "http://169.254.169.254/latest"}
    )
    url = httpserver.url_for("/hook").replace("http://", "json://")
    with pytest.raises(AppriseError):
        await notify(url, title="t", forms=FORMS, allow_private=True)


async def test_where_little_fits_the_heading_is_cut_and_the_link_is_whole(
    httpserver: HTTPServer,
) -> None:
    httpserver.expect_request("/h/2144/uJmKaBW9WFk42miB146ci3Kj").respond_with_data("")
    link = "https://desk.example/acknowledge/" + "x" * 43
    letter = Letter("橙色预警：" + "停电" * 400, ["lead"], [("Acknowledge", link)])
    url = httpserver.url_for("/2144/uJmKaBW9WFk42miB146ci3Kj").replace("http://", "notifico://")
    await notify(url, title=letter.title, forms=letter.forms(), allow_private=True)
    # Before and after it stands what the service adds of its own.
    said = httpserver.log[0][0].args["payload"].partition(": ")[2].rstrip("\x0f")
    assert len(said) == 512
    assert said.endswith(f"… {link}")


async def test_a_receiver_that_hangs_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"json://127.0.0.1:{silent.getsockname()[1]}/hook"
        with pytest.raises(AppriseError, match="No answer within 1 seconds"):
            await notify(url, title="t", forms=FORMS, allow_private=True, seconds=1)


@pytest.mark.parametrize(
    "body",
    [
        {"name": "None"},
        {"name": "Nonsense", "address": "nonsense://x"},
        {"name": "Local", "address": "syslog://"},
        {"name": "Short", "address": "wecombot://"},
        {"name": "Web", "kind": "webhook", "address": "ftp://example.com/"},
        {"name": "Web", "kind": "webhook", "address": "https://user:word@example.com/"},
        {"name": "Web", "kind": "webhook", "address": "https://example.com/", "secret": "short"},
        {"name": "Signed", "address": "json://example.com", "secret": "whsec_" + "A" * 32},
    ],
)
async def test_an_address_that_is_none_is_refused(
    monitor: RoomClient, body: dict[str, Any]
) -> None:
    answer = await put(monitor, "wrong", body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"]


@pytest.mark.parametrize("slug", ["console", "webhook"])
async def test_the_channels_of_the_house_are_taken(monitor: RoomClient, slug: str) -> None:
    assert (await put(monitor, slug, MAIL)).status_code == 409


async def test_without_a_key_no_address_is_taken(open_room: OpenRoom) -> None:
    room = await open_room(monitor_room, sealing_keys=None)
    answer = await put(room, "mail", MAIL)
    assert answer.status_code == 409
    assert "GROUNDSWELL_SEALING_KEYS" in answer.json()["detail"]


async def test_only_an_administrator_edits_and_tests_channels(monitor: RoomClient) -> None:
    await put(monitor, "mail", MAIL)
    viewer = make_actor("viewer", Permission.VIEW)
    assert (await monitor.get(CHANNELS, actor=viewer)).status_code == 200
    assert (await put(monitor, "mail", MAIL, actor=viewer)).status_code == 403
    tried = await monitor.call("POST", f"{CHANNELS}/mail/test", json={}, actor=viewer)
    assert tried.status_code == 403
    gone = await monitor.call("DELETE", f"{CHANNELS}/mail", actor=viewer)
    assert gone.status_code == 403


async def test_a_channel_to_persons_needs_one_to_test(monitor: RoomClient) -> None:
    await put(monitor, "mail", MAIL)
    assert (await monitor.post(f"{CHANNELS}/mail/test", {})).status_code == 422


async def test_a_channel_that_is_gone_is_gone(monitor: RoomClient) -> None:
    await put(monitor, "mail", MAIL)
    assert (await monitor.call("DELETE", f"{CHANNELS}/mail")).status_code == 204
    assert (await monitor.get(f"{CHANNELS}/mail")).status_code == 404
