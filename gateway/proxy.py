"""Asking a room: a request goes to it and its answer comes back, both as streams.

aiohttp's client, straight from ASGI messages: no request or response objects of a framework are
built on the way (docs/adr/0003-raw-asgi-proxy.md has the figures).
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import lru_cache

import aiohttp
from starlette.types import Send
from yarl import URL

from gateway.bodies import Body
from gateway.errors import AnswerCut, ClientGone
from gateway.headers import from_room
from gateway.limits import Occupancy
from gateway.routes import Lane
from shared.contracts.rooms import Room
from shared.errors import Problem, Unavailable, UpstreamTimeout
from shared.log import get_logger
from shared.settings import Settings

log = get_logger(__name__)

_CONNECT_SECONDS = 2.0
# Shorter than the rooms keep idle connections (30 s): we must not speak into one being closed.
_KEEP_ALIVE_SECONDS = 15.0
# A large upload may take its time: its pace is watched where it comes in.
_UPLOAD_SECONDS = 600.0
# A caller who reads nothing of an answer for so long is cut off.
_READ_SECONDS = 30.0
# A room may answer with long headers (a Location with a cursor, an ETag).
_HEADER_BYTES = 32 * 1024
_COME_AGAIN = 2


@asynccontextmanager
async def open_rooms(settings: Settings) -> AsyncIterator["Rooms"]:
    """Connections to the rooms, kept alive."""
    connector = aiohttp.TCPConnector(
        limit=0, keepalive_timeout=_KEEP_ALIVE_SECONDS, ttl_dns_cache=10
    )
    async with aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        trust_env=False,
        max_line_size=_HEADER_BYTES,
        max_field_size=_HEADER_BYTES,
    ) as session:
        yield Rooms(session, addresses_of(settings))


def addresses_of(settings: Settings) -> dict[Room, str]:
    """Where each room listens, without a slash at the end."""
    return {
        Room.MONITOR: settings.monitor_url.rstrip("/"),
        Room.ANALYSIS: settings.analysis_url.rstrip("/"),
        Room.RESPONSE: settings.response_url.rstrip("/"),
        Room.ARCHIVE: settings.archive_url.rstrip("/"),
    }


class Rooms:
    """Asks rooms, within limits on time and on requests under way."""

    def __init__(self, session: aiohttp.ClientSession, addresses: Mapping[Room, str]) -> None:
        self._session = session
        self._addresses = addresses
        self._occupancy = Occupancy()

    async def forward(
        self,
        room: Room,
        lane: Lane,
        *,
        method: str,
        target: str,
        headers: list[tuple[str, str]],
        body: Body,
        patience: float,
        repeatable: bool,
        send: Send,
    ) -> None:
        """Pass one request on, and its answer back through `send`.

        `target` is path and query, encoded; `patience` is how long the room may be silent, in
        seconds. A `repeatable` request is sent again when the room hangs up before it answers.

        Raises:
            Unavailable, UpstreamTimeout: the room is away, full or silent. TooLarge, TooSlow,
            ClientGone: the body. AnswerCut: the answer broke off.
        """
        with self._occupancy.enter(room, lane):
            small = await body.head()
            try:
                answer = await self._ask(
                    room, method, target, headers, body, small, patience, repeatable
                )
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                raise body.trouble or _problem(room, method, error) from error
            try:
                await _pass_back(answer, send)
            except (aiohttp.ClientError, TimeoutError) as error:
                raise AnswerCut from error
            finally:
                answer.release()

    async def fetch(
        self,
        room: Room,
        method: str,
        target: str,
        headers: list[tuple[str, str]],
        content: bytes,
        patience: float,
    ) -> tuple[int, bytes]:
        """Ask for the gateway itself. Returns status and body.

        Raises:
            Unavailable, UpstreamTimeout: the room is away or silent.
        """
        try:
            async with asyncio.timeout(patience):
                answer = await self._send(room, method, target, headers, content, patience)
                try:
                    return answer.status, await answer.read()
                finally:
                    answer.release()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise _problem(room, method, error) from error

    async def _ask(
        self,
        room: Room,
        method: str,
        target: str,
        headers: list[tuple[str, str]],
        body: Body,
        small: bytes | None,
        patience: float,
        repeatable: bool,
    ) -> aiohttp.ClientResponse:
        if small is None:
            if body.declared is not None:
                headers.append(("Content-Length", str(body.declared)))
            return await self._send(room, method, target, headers, body.rest(), patience)
        async with asyncio.timeout(patience):
            try:
                return await self._send(room, method, target, headers, small, patience)
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
                if not repeatable or isinstance(error, aiohttp.ClientConnectorError):
                    raise
            return await self._send(room, method, target, headers, small, patience)

    async def _send(
        self,
        room: Room,
        method: str,
        target: str,
        headers: list[tuple[str, str]],
        data: bytes | AsyncIterator[bytes],
        patience: float,
    ) -> aiohttp.ClientResponse:
        return await self._session.request(
            method,
            URL(self._addresses[room] + target, encoded=True),
            data=data or None,
            headers=headers,
            allow_redirects=False,
            timeout=_time_limits(patience, uploading=not isinstance(data, bytes)),
        )


@lru_cache(maxsize=32)
def _time_limits(patience: float, *, uploading: bool) -> aiohttp.ClientTimeout:
    """An upload has a limit on the whole; what is sent at once is watched by `_ask`."""
    return aiohttp.ClientTimeout(
        total=_UPLOAD_SECONDS if uploading else None,
        connect=_CONNECT_SECONDS,
        sock_read=patience,
    )


async def _pass_back(answer: aiohttp.ClientResponse, send: Send) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": from_room(answer.raw_headers),
        }
    )
    content = answer.content
    chunk = await content.readany()
    while not content.at_eof():
        async with asyncio.timeout(_READ_SECONDS):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        chunk = await content.readany()
    await send({"type": "http.response.body", "body": chunk, "more_body": False})


def _problem(room: Room, method: str, error: Exception) -> Problem | ClientGone:
    log.warning("room_unreachable", to=str(room), error=repr(error))
    if isinstance(error, TimeoutError) and not isinstance(error, aiohttp.ConnectionTimeoutError):
        return UpstreamTimeout(
            f"The room {room} did not answer in time. {_advice(method)}", retry_after=_COME_AGAIN
        )
    return Unavailable(f"The room {room} is away. {_advice(method)}", retry_after=_COME_AGAIN)


def _advice(method: str) -> str:
    if method in ("GET", "HEAD"):
        return "Ask again."
    return "It may have done what was asked: repeat it with the same Idempotency-Key."
