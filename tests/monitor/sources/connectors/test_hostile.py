"""Servers that are broken or mean harm: for every kind that asks by HTTP, the same in words."""

import asyncio
import gzip
import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from services.monitor.sources.fetching import FetchError
from tests.monitor.sources.connectors.conftest import Read
from tests.monitor.sources.connectors.twins.answers import as_json

# Settings and credentials with which each kind asks at once.
ASKING: dict[str, tuple[dict[str, Any], dict[str, str] | None]] = {
    "json_api": ({"items": "@", "fields": {"id": "id", "text": "text"}}, None),
    "mastodon": ({"timeline": "public"}, {"token": "a-secret"}),
    "bluesky_search": ({"words": "x"}, None),
    "reddit": (
        {"read": "new", "subreddit": "town"},
        {"client_id": "a", "client_secret": "a-secret"},
    ),
    "youtube": ({"words": "x"}, {"key": "a-secret"}),
    "hacker_news": ({"words": "x"}, None),
}
every_kind = pytest.mark.parametrize("kind", list(ASKING))
Ask = Callable[[str, str], Awaitable[FetchError]]


@pytest.fixture
def refused(read: Read) -> Ask:
    """`await refused(kind, url)`: why it cannot be read; never with a secret in it."""

    async def ask(kind: str, url: str) -> FetchError:
        settings, credentials = ASKING[kind]
        with pytest.raises(FetchError) as caught:
            await read(kind, url, settings, credentials)
        assert "a-secret" not in str(caught.value)
        assert "\n" not in str(caught.value)
        return caught.value

    return ask


def answering(httpserver: HTTPServer, answer: Response) -> str:
    """A server that answers this to everything, but lets whoever asks for a token sign in."""

    def serve(request: Request) -> Response:
        signing_in = request.path.endswith("access_token")
        return as_json({"access_token": "t", "expires_in": 3600}) if signing_in else answer

    httpserver.expect_request(re.compile("/.*")).respond_with_handler(serve)
    return httpserver.url_for("/")


@every_kind
async def test_a_page_instead_of_json_is_told(
    refused: Ask, httpserver: HTTPServer, kind: str
) -> None:
    page = Response("<!DOCTYPE html><html>Please sign in</html>", content_type="text/html")
    error = await refused(kind, answering(httpserver, page))
    assert str(error) == "The site answered with a page (HTML) instead of JSON."


@every_kind
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"7",
        b'"x"',
        b"{}",
        b'{"data": 3}',
        b"[[[",
        b"NaN",
        b"\xff\xfe\x00",
        b"[" * 200_000,
    ],
)
async def test_json_of_another_kind_is_told(
    read: Read, httpserver: HTTPServer, kind: str, body: bytes
) -> None:
    settings, credentials = ASKING[kind]
    url = answering(httpserver, Response(body, content_type="application/json"))
    with pytest.raises(FetchError):
        await read(kind, url, settings, credentials)


@every_kind
@pytest.mark.parametrize("status", [401, 403, 404, 410, 418, 500, 502])
async def test_a_refusal_keeps_its_status_and_its_reason(
    refused: Ask, httpserver: HTTPServer, kind: str, status: int
) -> None:
    reason = as_json({"error": {"message": "not \n today", "errors": []}}, status)
    error = await refused(kind, answering(httpserver, reason))
    assert error.status == status
    assert str(status) in str(error)
    if status < 411:
        assert str(error).endswith("not today")


@every_kind
@pytest.mark.parametrize("status", [429, 503])
async def test_a_site_that_wants_a_pause_gets_it(
    refused: Ask, httpserver: HTTPServer, kind: str, status: int
) -> None:
    answer = as_json({"error": "slow down"}, status, {"Retry-After": "120"})
    error = await refused(kind, answering(httpserver, answer))
    assert error.retry_after == 120


@every_kind
async def test_an_answer_of_any_size_is_not_taken_in(
    refused: Ask, httpserver: HTTPServer, kind: str
) -> None:
    bomb = gzip.compress(b"[" + b" " * 40_000_000 + b"]")
    answer = Response(bomb, content_type="application/json", headers={"Content-Encoding": "gzip"})
    assert "larger than" in str(await refused(kind, answering(httpserver, answer)))


@every_kind
async def test_a_redirect_inside_is_not_followed(
    refused: Ask, httpserver: HTTPServer, kind: str
) -> None:
    answer = Response("", 302, headers={"Location": "http://169.254.169.254/latest/meta-data/"})
    assert "169.254.169.254" in str(await refused(kind, answering(httpserver, answer)))


@asynccontextmanager
async def serving(*pieces: bytes, pause: float) -> AsyncIterator[str]:
    """A server that sends these pieces with pauses, and then hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n"


@every_kind
async def test_a_connection_that_is_cut_is_told(refused: Ask, kind: str) -> None:
    async with serving(_HEAD, b'[{"id":', pause=0) as url:
        assert "cannot be read" in str(await refused(kind, url))


@pytest.mark.parametrize("kind", ["mastodon", "reddit"])
async def test_a_byte_now_and_then_is_given_up_in_time(refused: Ask, kind: str) -> None:
    began = time.monotonic()
    async with serving(_HEAD, *[b" "] * 100, pause=0.2) as url:
        assert "in time" in str(await refused(kind, url))
    assert time.monotonic() - began < 12


async def test_of_a_page_of_a_hundred_thousand_entries_the_first_ones_are_read(
    read: Read, httpserver: HTTPServer
) -> None:
    entries = [{"id": number, "text": "x"} for number in range(100_000)]
    url = answering(httpserver, Response(json.dumps(entries), content_type="application/json"))
    harvest = await read("json_api", url, ASKING["json_api"][0])
    assert len(harvest.posts.undated) == 2_000
    assert harvest.posts.skipped == 98_000
