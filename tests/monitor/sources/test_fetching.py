"""Documents are read politely, and hostile servers gain nothing."""

import asyncio
import gzip
import socket
import time
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from services.monitor.sources.address_guard import GuardedTransport
from services.monitor.sources.fetching import (
    USER_AGENT,
    Ask,
    Fetcher,
    FetchError,
    Manners,
    Validators,
    open_fetcher,
)

MEGABYTE = 1024 * 1024


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    transport = GuardedTransport(allow_private=True)
    async with open_fetcher(transport, Manners(step=0.5, whole=1.5)) as opened:
        yield opened


async def test_a_document_comes_with_what_it_is_known_by(
    fetcher: Fetcher, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/feed").respond_with_data(
        "<rss/>",
        content_type="application/rss+xml; charset=gbk",
        headers={"ETag": '"v1"', "Last-Modified": "Sun, 01 Nov 2026 21:04:00 GMT"},
    )
    document = await fetcher.fetch(Ask(httpserver.url_for("/feed")))
    assert document is not None
    assert document.body == b"<rss/>"
    assert document.content_type == "application/rss+xml; charset=gbk"
    assert document.validators == Validators('"v1"', "Sun, 01 Nov 2026 21:04:00 GMT")
    request, _ = httpserver.log[0]
    assert request.headers["User-Agent"] == USER_AGENT
    assert USER_AGENT.startswith("Groundswell/")
    assert "If-None-Match" not in request.headers


async def test_a_document_that_did_not_change_is_not_sent_again(
    fetcher: Fetcher, httpserver: HTTPServer
) -> None:
    known = Validators('"v1"', "Sun, 01 Nov 2026 21:04:00 GMT")
    httpserver.expect_request(
        "/feed",
        headers={"If-None-Match": '"v1"', "If-Modified-Since": "Sun, 01 Nov 2026 21:04:00 GMT"},
    ).respond_with_data(status=304)
    assert await fetcher.fetch(Ask(httpserver.url_for("/feed"), known=known)) is None


async def test_gzip_is_unpacked(fetcher: Fetcher, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/feed").respond_with_data(
        gzip.compress(b"<rss/>"), headers={"Content-Encoding": "gzip"}
    )
    document = await fetcher.fetch(Ask(httpserver.url_for("/feed")))
    assert document is not None
    assert document.body == b"<rss/>"


@pytest.mark.parametrize("status", [403, 404, 500])
async def test_an_error_of_the_site_is_told(
    fetcher: Fetcher, httpserver: HTTPServer, status: int
) -> None:
    httpserver.expect_request("/feed").respond_with_data("no", status=status)
    with pytest.raises(FetchError, match=f"The site answered {status}"):
        await fetcher.fetch(Ask(httpserver.url_for("/feed")))


@pytest.mark.parametrize("status", [429, 503])
async def test_a_site_that_asks_to_be_left_alone_says_for_how_long(
    fetcher: Fetcher, httpserver: HTTPServer, status: int
) -> None:
    httpserver.expect_oneshot_request("/feed").respond_with_data(
        status=status, headers={"Retry-After": "120"}
    )
    with pytest.raises(FetchError) as seconds:
        await fetcher.fetch(Ask(httpserver.url_for("/feed")))
    assert seconds.value.retry_after == 120

    later = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    httpserver.expect_oneshot_request("/feed").respond_with_data(
        status=status, headers={"Retry-After": later}
    )
    with pytest.raises(FetchError) as moment:
        await fetcher.fetch(Ask(httpserver.url_for("/feed")))
    assert moment.value.retry_after == pytest.approx(600, abs=5)

    httpserver.expect_oneshot_request("/feed").respond_with_data(
        status=status, headers={"Retry-After": "soon"}
    )
    with pytest.raises(FetchError) as nothing:
        await fetcher.fetch(Ask(httpserver.url_for("/feed")))
    assert nothing.value.retry_after is None


async def test_redirects_are_followed_to_where_the_document_is(
    fetcher: Fetcher, httpserver: HTTPServer
) -> None:
    for step in range(5):
        httpserver.expect_request(f"/{step}").respond_with_data(
            status=301, headers={"Location": f"/{step + 1}"}
        )
    httpserver.expect_request("/5").respond_with_data("there")
    document = await fetcher.fetch(Ask(httpserver.url_for("/0")))
    assert document is not None
    assert document.url == httpserver.url_for("/5")


async def test_a_redirect_that_leads_nowhere_ends(fetcher: Fetcher, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/loop").respond_with_data(status=302, headers={"Location": "/loop"})
    with pytest.raises(FetchError, match="redirects more than 5 times"):
        await fetcher.fetch(Ask(httpserver.url_for("/loop")))
    assert len(httpserver.log) == 6


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/",
        "file:///etc/passwd",
        "http://127.0.0.1:22/",
        "//100.100.100.200/",
    ],
)
async def test_a_redirect_to_where_nobody_may_go_is_refused(
    fetcher: Fetcher, httpserver: HTTPServer, location: str
) -> None:
    httpserver.expect_request("/feed").respond_with_data(status=302, headers={"Location": location})
    began = time.monotonic()
    with pytest.raises(FetchError):
        await fetcher.fetch(Ask(httpserver.url_for("/feed")))
    assert time.monotonic() - began < 8


async def test_a_gigabyte_is_broken_off_at_the_limit(
    fetcher: Fetcher, httpserver: HTTPServer
) -> None:
    sent = 0

    def gigabyte(_: Request) -> Response:
        def body() -> Iterator[bytes]:
            nonlocal sent
            for _ in range(1024):
                sent += 1
                yield b"x" * MEGABYTE

        return Response(body())

    httpserver.expect_request("/feed").respond_with_handler(gigabyte)
    with pytest.raises(FetchError, match="larger than 5120 KiB"):
        await fetcher.fetch(Ask(httpserver.url_for("/feed")))
    assert sent < 100


async def test_a_gzip_bomb_takes_no_more_memory_than_the_limit(
    fetcher: Fetcher, httpserver: HTTPServer
) -> None:
    bomb = gzip.compress(bytes(64 * MEGABYTE), compresslevel=9)
    httpserver.expect_request("/feed").respond_with_data(bomb, headers={"Content-Encoding": "gzip"})
    tracemalloc.start()
    try:
        with pytest.raises(FetchError, match="larger than"):
            await fetcher.fetch(Ask(httpserver.url_for("/feed")))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 32 * MEGABYTE


async def test_an_encoding_that_was_not_asked_for_is_refused(
    fetcher: Fetcher, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/feed").respond_with_data("x", headers={"Content-Encoding": "br"})
    with pytest.raises(FetchError, match="encoding br"):
        await fetcher.fetch(Ask(httpserver.url_for("/feed")))


@pytest.mark.parametrize("pause", [0.2, 1.0], ids=["a byte at a time", "silent"])
async def test_a_slow_site_is_given_up(fetcher: Fetcher, pause: float) -> None:
    def slow(_: Request) -> Response:
        def body() -> Iterator[bytes]:
            for _ in range(20):
                time.sleep(pause)
                yield b"<"

        return Response(body())

    with HTTPServer(threaded=True) as server:
        server.expect_request("/feed").respond_with_handler(slow)
        began = time.monotonic()
        with pytest.raises(FetchError, match="did not answer in time"):
            await fetcher.fetch(Ask(server.url_for("/feed")))
        assert time.monotonic() - began < 8


# What servers answer who mean harm: each is told in a line, in time, and takes no memory.
_HARM = {
    "nested encodings": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\n\r\nx",
    "zstd": b"HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\n\r\nx",
    "no gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nno gzip",
    "a header of 2 MB": b"HTTP/1.1 200 OK\r\nX: " + b"y" * 2_000_000 + b"\r\n\r\n",
    "5,000 headers": b"HTTP/1.1 200 OK\r\n" + b"X: yyyyyyyyyyyyyyyyyyyyyyyy\r\n" * 5_000 + b"\r\n",
    "another protocol": b"HTTP/1.1 101 x\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\nxxxx",
    "a size below nothing": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx",
    "a chunk without end": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFF\r\nx",
    "only promises": b"HTTP/1.1 100 Continue\r\n\r\n" * 2_000,
    "zeros": b"\x00" * 1_000,
}
_NOWHERE = (
    *("http://xn--/", "http://[", "http://a:99999/", "//", "http://a..b/", "http:///", "ldap://x/"),
    *("http://user:pw@127.0.0.1/", "http://[fd00:ec2::23]/", "http://0/", "http://127.0.0.1:22/"),
    *("http://[::ffff:169.254.169.254]/", "data:text/html,x", "http://" + "a" * 300 + "/"),
)
_HARM |= {
    f"to {place[:40]}": b"HTTP/1.1 302 x\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n"
    % place.encode()
    for place in _NOWHERE
}


@pytest.mark.parametrize("answer", _HARM.values(), ids=_HARM)
async def test_a_server_that_means_harm_is_told_in_a_line(fetcher: Fetcher, answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(FetchError) as refused:
            await fetcher.fetch(Ask(f"http://127.0.0.1:{port}/"))
    assert "\n" not in str(refused.value)


async def test_a_handshake_that_is_never_finished_is_given_up(fetcher: Fetcher) -> None:
    # The connection is taken by the system alone: nobody says a word.
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.raises(FetchError, match="did not answer in time"),
    ):
        await fetcher.fetch(Ask(f"https://127.0.0.1:{server.getsockname()[1]}/"))


async def test_cookies_are_not_kept(fetcher: Fetcher, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/feed").respond_with_data("x", headers={"Set-Cookie": "who=you"})
    await fetcher.fetch(Ask(httpserver.url_for("/feed")))
    await fetcher.fetch(Ask(httpserver.url_for("/feed")))
    request, _ = httpserver.log[1]
    assert "Cookie" not in request.headers


async def test_a_closed_door_is_told(fetcher: Fetcher) -> None:
    with pytest.raises(FetchError, match="cannot be read"):
        await fetcher.fetch(Ask("http://127.0.0.1:1025/"))


@pytest.mark.parametrize(
    ("statuses", "for_good"),
    [((301,), True), ((301, 308), True), ((301, 302), False), ((307,), False), ((), False)],
)
async def test_where_a_site_moved_for_good_is_told(
    fetcher: Fetcher, httpserver: HTTPServer, statuses: tuple[int, ...], for_good: bool
) -> None:
    for number, status in enumerate(statuses):
        onward = {"Location": httpserver.url_for(f"/{number + 1}")}
        httpserver.expect_request(f"/{number}").respond_with_data(status=status, headers=onward)
    httpserver.expect_request(f"/{len(statuses)}").respond_with_data("<rss/>")
    document = await fetcher.fetch(Ask(httpserver.url_for("/0")))
    assert document is not None
    assert document.moved_to == (httpserver.url_for(f"/{len(statuses)}") if for_good else None)


async def test_what_is_gone_for_good_is_asked_for_once_a_day(
    fetcher: Fetcher, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/feed").respond_with_data(status=410)
    with pytest.raises(FetchError, match="gone for good") as refused:
        await fetcher.fetch(Ask(httpserver.url_for("/feed")))
    assert refused.value.retry_after == 86_400
