"""The gateway as it runs: behind uvicorn with its own protocol, in front of rooms that echo."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.identity import service
from gateway.identity.schemas import UserNew
from gateway.resources import GatewayResources
from gateway.room import room as gateway_room
from shared.contracts import Room
from shared.db import Database
from shared.settings import Settings


class QuietServer(uvicorn.Server):
    """A server beside the tests, which leaves the signals to pytest."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def eventually(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until `holds`, and fail when it does not in time."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 -- what is waited for knows nothing of us
            await asyncio.sleep(0.005)


@asynccontextmanager
async def serving(app: ASGIApp, **options: Any) -> AsyncIterator[str]:
    """Serve an app on a free port; yields its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        http=options.pop("http", "httptools"),
        ws="none",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=2,
        **options,
    )
    server = QuietServer(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await eventually(lambda: server.started)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
        listener.close()


@dataclass
class EchoRoom:
    """A room that answers with what it was asked, or as `answer` says."""

    requests: list[dict[str, Any]] = field(default_factory=list)
    answer: Callable[[Scope, Receive, Send], Awaitable[bool]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if self.answer is not None and await self.answer(scope, receive, send):
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        asked = {
            "method": scope["method"],
            "path": scope["raw_path"].decode(),
            "query": scope["query_string"].decode(),
            "headers": [
                (name.decode(), value.decode("latin-1")) for name, value in scope["headers"]
            ],
            "size": len(body),
            "body": body[:2000].decode("latin-1"),
        }
        self.requests.append(asked)
        await respond(send, 200, json.dumps(asked).encode())


async def respond(
    send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]] | None = None
) -> None:
    """Send a whole JSON answer."""
    head = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        *(headers or []),
    ]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})


@dataclass
class House:
    """A running gateway, its echoing room, and an administrator's key."""

    url: str
    room: EchoRoom
    room_url: str
    settings: Settings
    database: Database
    admin_key: str
    http: httpx.AsyncClient
    app: Any

    @property
    def resources(self) -> GatewayResources:
        resources: GatewayResources = self.app._pages.state.runtime.resources
        return resources

    @property
    def address(self) -> tuple[str, int]:
        host, port = self.url.removeprefix("http://").split(":")
        return host, int(port)

    async def key_of(self, name: str, *roles: str, groups: tuple[str, ...] = ()) -> str:
        """A key of a new user."""
        async with self.database.transaction() as session:
            user = await service.create_user(
                session,
                UserNew.model_validate(
                    {"name": name, "display_name": name, "roles": roles, "groups": groups}
                ),
            )
            return (await service.create_key(session, user, "test"))[1]

    async def call(self, method: str, path: str, key: str | None = "", **request: Any) -> Any:
        """Call with a key: the administrator's where none is given, none for None."""
        headers = dict(request.pop("headers", {}))
        if key is not None:
            headers["Authorization"] = f"Bearer {key or self.admin_key}"
        return await self.http.request(method, path, headers=headers, **request)

    async def raw(self, sent: bytes, *, wait: float = 5.0) -> bytes:
        """Send bytes as they are, and read until the other side closes or is silent."""
        reader, writer = await asyncio.open_connection(*self.address)
        received = b""
        try:
            writer.write(sent)
            async with asyncio.timeout(wait):
                while chunk := await reader.read(65536):
                    received += chunk
        except (TimeoutError, ConnectionError):
            pass
        finally:
            writer.close()
        return received


OpenHouse = Callable[..., Awaitable[House]]
SettingsFor = Callable[..., Settings]


async def build(stack: AsyncExitStack, settings_for: SettingsFor, **changes: Any) -> House:
    """A gateway in front of an echoing room; no key is made yet."""
    room = EchoRoom()
    room_url = await stack.enter_async_context(serving(room, lifespan="off"))
    urls = {f"{name}_url": room_url for name in Room if name is not Room.GATEWAY}
    settings = settings_for(Room.GATEWAY, **(urls | changes))
    assert gateway_room.app is not None
    assert gateway_room.protocol is not None
    app = gateway_room.app(gateway_room, settings)
    url = await stack.enter_async_context(serving(app, http=gateway_room.protocol))
    database = Database.of(settings, role="test")
    stack.push_async_callback(database.close)
    http = await stack.enter_async_context(
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=20)
    )
    return House(url, room, room_url, settings, database, "", http, app)


async def move_in(house: House) -> House:
    """Give the house an administrator, on empty tables."""
    async with house.database.transaction() as session:
        house.admin_key = await service.bootstrap_key(session)
    house.http.cookies.clear()
    return house


@pytest.fixture(scope="session")
async def usual_house(settings_for: SettingsFor) -> AsyncIterator[House]:
    """One gateway with the usual settings for all tests; `house` lends it out."""
    async with AsyncExitStack() as stack:
        yield await build(stack, settings_for)


@pytest.fixture
async def house(usual_house: House, clean_database: str) -> House:
    """A gateway with the usual settings, as though it had just begun."""
    usual_house.room.requests.clear()
    usual_house.room.answer = None
    usual_house.resources.callers.forget()
    return await move_in(usual_house)


@pytest.fixture
async def open_house(clean_database: str, settings_for: SettingsFor) -> AsyncIterator[OpenHouse]:
    """`await open_house(rate_limit="5/minute")`: a gateway with other settings."""
    async with AsyncExitStack() as stack:

        async def open_one(**changes: Any) -> House:
            return await move_in(await build(stack, settings_for, **changes))

        yield open_one
