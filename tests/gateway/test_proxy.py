"""A request reaches the room that answers for it, with an identity that nobody can fake."""

import asyncio
import json
import socket

import pytest
from starlette.types import Receive, Scope, Send

from gateway.bodies import BUFFERED
from gateway.identity.secrets import Kind
from gateway.routes import PATIENCE
from shared.auth import HEADER, IdentityVerifier
from shared.contracts import Room
from shared.contracts.actors import ActorKind, Permission
from tests.gateway.conftest import House, OpenHouse, eventually, respond


async def test_request_and_answer_pass_unchanged(house: House) -> None:
    response = await house.call(
        "POST",
        "/api/v1/posts/bulk?dry=%E6%98%AF&a=1&a=2",
        content='{"文": 1}'.encode(),
        headers={"Content-Type": "application/json", "Idempotency-Key": "k1"},
    )
    asked = response.json()
    assert response.status_code == 200
    assert asked["method"] == "POST"
    assert asked["path"] == "/api/v1/posts/bulk"
    assert asked["query"] == "dry=%E6%98%AF&a=1&a=2"
    assert asked["body"].encode("latin-1").decode() == '{"文": 1}'
    headers = dict(asked["headers"])
    assert headers["content-type"] == "application/json"
    assert headers["idempotency-key"] == "k1"


async def test_room_learns_the_caller_from_the_signed_identity_alone(house: House) -> None:
    key = await house.key_of("chen", "monitoring_officer", groups=("g2",))
    response = await house.call("GET", "/api/v1/incidents", key)
    assert response.status_code == 200, response.text
    headers = dict(response.json()["headers"])
    assert "authorization" not in headers
    public = house.settings.identity_public_key_file.read_bytes()
    actor = IdentityVerifier(public, Room.RESPONSE).verify(headers[HEADER])
    assert (actor.id, actor.name, actor.kind) == ("user:chen", "chen", ActorKind.PERSON)
    assert actor.groups == {"g2"}
    assert actor.may(Permission.INGEST_POSTS)
    assert not actor.may(Permission.APPROVE_STATEMENTS)


async def test_headers_that_could_fake_something_end_at_the_door(house: House) -> None:
    response = await house.call(
        "GET",
        "/api/v1/posts",
        headers={
            HEADER: "forged",
            "X-Groundswell-Anything": "1",
            "Cookie": "groundswell_session=x",
            "X-Forwarded-For": "10.0.0.1",
            "Forwarded": "for=10.0.0.1",
            "Connection": "keep-alive, X-Named",
            "X-Named": "1",
            "TE": "trailers",
            "X-Kept": "1",
        },
    )
    headers = response.json()["headers"]
    names = [name for name, _ in headers]
    assert names.count(HEADER) == 1
    assert dict(headers)[HEADER] != "forged"
    assert "x-kept" in names
    for gone in (
        "x-groundswell-anything",
        "cookie",
        "x-forwarded-for",
        "forwarded",
        "x-named",
        "te",
    ):
        assert gone not in names


async def test_request_id_of_the_caller_is_kept_if_it_is_harmless(house: House) -> None:
    kept = await house.call("GET", "/api/v1/posts", headers={"X-Request-ID": "abc.DEF_1-2"})
    assert kept.headers["x-request-id"] == "abc.DEF_1-2"
    assert dict(kept.json()["headers"])["x-request-id"] == "abc.DEF_1-2"
    replaced = await house.call("GET", "/api/v1/posts", headers={"X-Request-ID": 'a" evil'})
    assert len(replaced.headers["x-request-id"]) == 36
    assert replaced.headers.get_list("x-request-id") == [
        dict(replaced.json()["headers"])["x-request-id"]
    ]


async def test_every_answer_carries_the_security_headers(house: House) -> None:
    for path in ("/api/v1/posts", "/api/v1/nothing", "/livez", "/api/v1/me"):
        headers = (await house.call("GET", path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"


async def test_large_bodies_stream_both_ways(house: House) -> None:
    size = 3 * BUFFERED

    async def chunks():
        for _ in range(size // 65536):
            yield b"x" * 65536

    sized = await house.call("POST", "/api/v1/posts/bulk", content=b"x" * size)
    assert sized.json()["size"] == size
    assert dict(sized.json()["headers"])["content-length"] == str(size)
    chunked = await house.call("POST", "/api/v1/posts/bulk", content=chunks())
    assert chunked.json()["size"] == size

    async def large(scope: Scope, receive: Receive, send: Send) -> bool:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(64):
            await send({"type": "http.response.body", "body": b"y" * 65536, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
        return True

    house.room.answer = large
    response = await house.call("GET", "/api/v1/cases/1/export")
    assert len(response.content) == 64 * 65536


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_all_methods_of_the_api_pass(house: House, method: str) -> None:
    response = await house.call(method, "/api/v1/watches/1")
    assert response.status_code == 200
    assert house.room.requests[-1]["method"] == method


async def test_status_and_headers_of_the_room_pass(house: House) -> None:
    async def conflict(scope: Scope, receive: Receive, send: Send) -> bool:
        headers = [(b"etag", b'"3"'), (b"x-request-id", b"of-the-room"), (b"retry-after", b"4")]
        await respond(send, 409, b"{}", headers)
        return True

    house.room.answer = conflict
    response = await house.call("POST", "/api/v1/incidents", json={})
    assert response.status_code == 409
    assert response.headers["etag"] == '"3"'
    assert response.headers["retry-after"] == "4"
    assert response.headers["x-request-id"] != "of-the-room"
    assert len(response.headers.get_list("date")) <= 1


async def test_room_that_is_away_is_said_with_a_time_to_come_again(open_house: OpenHouse) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    house = await open_house(archive_url=f"http://127.0.0.1:{port}")
    response = await house.call("GET", "/api/v1/cases")
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    assert int(response.headers["retry-after"]) >= 1
    assert (await house.call("GET", "/api/v1/posts")).status_code == 200


async def test_silent_room_is_given_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PATIENCE, "sources", 0.3)
    hold = asyncio.Event()

    async def silent(scope: Scope, receive: Receive, send: Send) -> bool:
        await hold.wait()
        return False

    house.room.answer = silent
    response = await house.call("POST", "/api/v1/sources", json={})
    hold.set()
    assert response.status_code == 504
    assert "Retry-After" in response.headers
    assert "Idempotency-Key" in response.json()["detail"]


class Hasty:
    """A server that takes a request and hangs up, `times` times, and answers after that."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.seen = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = [
            line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
        ]
        if length:
            await reader.readexactly(int(length[0].split(b":")[1]))
        self.seen += 1
        if self.seen > self.times:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
            await writer.drain()
        writer.close()


@pytest.mark.parametrize(
    ("method", "headers", "status", "seen"),
    [
        ("GET", {}, 200, 2),
        ("POST", {"Idempotency-Key": "once"}, 200, 2),
        ("POST", {}, 503, 1),
    ],
)
async def test_dropped_request_is_repeated_only_where_that_is_harmless(
    open_house: OpenHouse, method: str, headers: dict[str, str], status: int, seen: int
) -> None:
    hasty = Hasty(times=1)
    server = await asyncio.start_server(hasty, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        house = await open_house(response_url=f"http://127.0.0.1:{port}")
        content = b"{}" if method == "POST" else None
        response = await house.call(method, "/api/v1/incidents", headers=headers, content=content)
    assert response.status_code == status
    assert hasty.seen == seen


async def test_answer_that_breaks_off_is_no_complete_answer(house: House) -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> bool:
        head = [(b"content-length", b"100")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        return True

    house.room.answer = broken
    answered = await house.raw(
        b"GET /api/v1/posts HTTP/1.1\r\nhost: x\r\nauthorization: Bearer "
        + house.admin_key.encode()
        + b"\r\n\r\n"
    )
    assert answered.startswith(b"HTTP/1.1 200")
    assert answered.endswith(b"half")


async def test_full_room_refuses_at_once_and_posts_leave_room_for_people(house: House) -> None:
    hold = asyncio.Event()

    async def busy(scope: Scope, receive: Receive, send: Send) -> bool:
        if scope["path"] == "/api/v1/posts/bulk":
            await hold.wait()
        return False

    house.room.answer = busy
    flood = [
        asyncio.create_task(house.call("POST", "/api/v1/posts/bulk", content=b"{}"))
        for _ in range(40)
    ]
    await eventually(lambda: sum(task.done() for task in flood) == 8)
    refused = [task.result() for task in flood if task.done()]
    assert {response.status_code for response in refused} == {503}
    assert all("Retry-After" in response.headers for response in refused)
    warned = await house.call("POST", "/api/v1/warnings/1/acknowledge", content=b"{}")
    assert warned.status_code == 200
    hold.set()
    accepted = [
        response for response in await asyncio.gather(*flood) if response.status_code == 200
    ]
    assert len(accepted) == 32


async def test_console_asks_rooms_and_the_gateway_itself(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = house.app._pages.state.console.backend
    caller = await house.resources.callers.find(Kind.KEY, house.admin_key)
    assert caller is not None
    status, body = await backend.fetch(
        caller.actor,
        "POST",
        "/api/v1/incidents/a b",
        params=[("state", "open"), ("state", "a&b")],
        json={"title": "标题"},
        headers={"If-Match": '"1"'},
    )
    assert status == 200
    assert body["path"] == "/api/v1/incidents/a%20b"
    assert body["query"] == "state=open&state=a%26b"
    assert json.loads(body["body"]) == {"title": "标题"}
    assert dict(body["headers"])["if-match"] == '"1"'
    status, body = await backend.fetch(caller.actor, "GET", "/api/v1/me")
    assert (status, body["name"]) == (200, "admin")
    monkeypatch.setitem(house.resources.rooms._addresses, Room.RESPONSE, "http://127.0.0.1:9")
    status, body = await backend.fetch(caller.actor, "GET", "/api/v1/incidents")
    assert (status, body["status"]) == (503, 503)


async def test_health_page_has_a_port_of_its_own(open_house: OpenHouse) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    house = await open_house(health_port=port)
    await house.call("GET", "/api/v1/posts")
    metrics = await house.http.get(f"http://127.0.0.1:{port}/metrics")
    assert 'route="/api/v1/posts"' in metrics.text
    for path in ("/metrics", "/openapi.json"):
        assert (await house.call("GET", path)).status_code == 404


async def test_a_signed_message_passes_without_a_caller_and_with_no_identity(house: House) -> None:
    path = f"/api/v1/sources/{'0' * 8}-0000-7000-8000-{'0' * 12}/push"
    sent = {"webhook-id": "m1", "webhook-signature": "v1,x", HEADER: "forged", "Origin": "null"}
    response = await house.call("POST", path, None, content=b"{}", headers=sent)
    assert response.status_code == 200
    headers = dict(response.json()["headers"])
    assert headers["webhook-signature"] == "v1,x"
    assert HEADER not in headers
    # A key or a session adds nothing to it.
    keyed = await house.call("POST", path, content=b"{}")
    assert HEADER not in dict(keyed.json()["headers"])
    for method, other in (
        ("GET", path),
        ("PUT", path),
        ("POST", f"{path}/more"),
        ("POST", path.replace("push", "fetch")),
        ("POST", "/api/v1/sources/x/push"),
    ):
        assert (await house.call(method, other, None)).status_code == 401
