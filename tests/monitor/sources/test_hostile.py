"""What hostile and broken sites do to us, from the door to the state that people see.

For each: the source says in one line what is wrong, its worker's memory stays bounded, nothing of
it becomes a post, and a source beside it is read as ever. Closer to the code stand addresses
(`test_addresses.py`, `test_address_guard.py`: a name that changes between check and use, a
certificate of another name), limits (`test_fetching.py`: sizes, encodings, slow sites, redirects),
parsers (`test_feeds.py`, `test_feed_reading.py`: declarations, minutes of computing), robots.txt
(`test_robots.py`, `test_politeness.py`), and files (`imports/test_hostile_files.py`).
"""

import gzip
import resource
import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from services.monitor.room import room as monitor_room
from services.monitor.sources.address_guard import GuardedTransport, Resolve
from services.monitor.sources.addresses import Address
from services.monitor.sources.fetching import Manners, open_fetcher
from services.monitor.sources.web import Web
from shared.contracts.posts import SourceDue
from shared.events import emit
from tests.conftest import OpenRoom, RoomClient

SOURCES = "/api/v1/sources"
MEGABYTE = 1024 * 1024
GOOD = (
    "<rss version='2.0'><channel><item><guid>https://good.example/1</guid><title>good</title>"
    "</item></channel></rss>"
)
HASTY = Manners(step=0.6, whole=1.5)


@pytest.fixture
async def monitor(open_room: OpenRoom) -> RoomClient:
    return await open_room(monitor_room, allow_private_sources=True)


@asynccontextmanager
async def in_haste(
    monitor: RoomClient,
    manners: Manners = HASTY,
    *,
    allow_private: bool = True,
    **transport: Any,
) -> AsyncIterator[None]:
    """The worker's web with little patience, for what would take 18 seconds."""
    guarded = GuardedTransport(allow_private=allow_private, **transport)
    async with open_fetcher(guarded, manners) as fetcher:
        before = monitor.runtime.resources.web
        monitor.runtime.resources.web = Web(fetcher=fetcher, guard=guarded.guard)
        yield
        monitor.runtime.resources.web = before


async def add(room: RoomClient, url: str) -> str:
    added = await room.post(SOURCES, {"name": f"At {url}", "url": url, "robots_reason": "A test"})
    assert added.status_code == 201, added.text
    identity: str = added.json()["id"]
    return identity


async def read_beside_a_good_one(room: RoomClient, server: HTTPServer, url: str) -> str:
    """Read the source at `url` and a good one side by side; what is said of the first."""
    server.expect_request("/good").respond_with_data(GOOD)
    bad, good = await add(room, url), await add(room, server.url_for("/good"))
    async with room.transaction() as session:
        await emit(session, SourceDue(source_id=bad))
        await emit(session, SourceDue(source_id=good))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert await room.work()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 200 * 1024, f"the worker grew by {grown} KiB"
    shown = (await room.get(f"{SOURCES}/{bad}")).json()
    assert (await room.get(f"{SOURCES}/{good}")).json()["state"] == "ok"
    posts = (await room.get("/api/v1/posts")).json()["items"]
    assert [post["title"] for post in posts] == ["good"]
    assert shown["state"] == "failing"
    error: str = shown["health"]["last_error"]
    assert "\n" not in error
    assert len(error) < 400
    return error


def gigabyte(_: Request) -> Response:
    chunk = b"<item><title>" + b"x" * MEGABYTE

    def body() -> Iterator[bytes]:
        yield b"<rss version='2.0'><channel>"
        for _ in range(1024):
            yield chunk

    return Response(body(), content_type="application/rss+xml")


def hang_after_headers(_: Request) -> Response:
    def body() -> Iterator[bytes]:
        time.sleep(4)
        yield b"<rss/>"

    return Response(body(), content_type="application/rss+xml")


def one_byte_a_time(_: Request) -> Response:
    def body() -> Iterator[bytes]:
        for byte in GOOD.encode()[:12]:
            time.sleep(0.3)
            yield bytes([byte])

    return Response(body(), content_type="application/rss+xml")


BOMB = (
    "<?xml version='1.0'?><!DOCTYPE lolz [<!ENTITY a 'lol'>"
    + "".join(
        f"<!ENTITY {name} '{('&' + inner + ';') * 10}'>"
        for inner, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><rss version='2.0'><channel><item><title>&i;</title></item></channel></rss>"
)
EXTERNAL = (
    "<!DOCTYPE rss [<!ENTITY secret SYSTEM 'file:///etc/passwd'>]>"
    "<rss version='2.0'><channel><item><title>&secret;</title></item></channel></rss>"
)


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        ("<html><body><h1>Welcome</h1></body></html>", "text/html", "no RSS, Atom or JSON feed"),
        ('{"posts": []}', "application/json", "It is JSON"),
        ("", "application/rss+xml", "no RSS, Atom or JSON feed"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), "image/png", "no RSS, Atom or JSON feed"),
        ("<rss><channel><item>".encode("utf-16")[:21], "text/xml", "no RSS, Atom or JSON feed"),
        (BOMB, "application/rss+xml", "declares a document type"),
        (EXTERNAL, "application/rss+xml", "declares a document type"),
        (gzip.compress(bytes(256 * MEGABYTE), 9), "gzip", "larger than 5120 KiB"),
    ],
    ids=["page", "json", "empty", "picture", "cut", "billion laughs", "external entity", "gzip"],
)
async def test_what_is_no_feed(
    monitor: RoomClient, httpserver: HTTPServer, body: str | bytes, kind: str, said: str
) -> None:
    headers = {"Content-Encoding": "gzip"} if kind == "gzip" else {}
    httpserver.expect_request("/bad").respond_with_data(body, content_type=kind, headers=headers)
    error = await read_beside_a_good_one(monitor, httpserver, httpserver.url_for("/bad"))
    assert said in error


@pytest.mark.parametrize(
    ("behave", "said"),
    [
        (gigabyte, "larger than 5120 KiB"),
        (hang_after_headers, "did not answer in time"),
        (one_byte_a_time, "did not answer in time"),
    ],
    ids=["a gigabyte", "silent after its headers", "a byte at a time"],
)
async def test_a_site_that_does_not_end(
    monitor: RoomClient,
    httpserver: HTTPServer,
    behave: Callable[[Request], Response],
    said: str,
) -> None:
    with HTTPServer(threaded=True) as slow:
        slow.expect_request("/bad").respond_with_handler(behave)
        async with in_haste(monitor):
            error = await read_beside_a_good_one(monitor, httpserver, slow.url_for("/bad"))
    assert said in error


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("http://169.254.169.254/latest/meta-data/", "private or reserved network"),
        ("file:///etc/passwd", "Only http:// and https://"),
        ("http://user:secret@127.0.0.1:5432/", "a name or a password"),
        ("http://127.0.0.1:22/", "Port 22 is not called"),
        ("/bad", "redirects more than 5 times"),
    ],
    ids=["credentials of a cloud", "file", "password", "shell", "loop"],
)
async def test_a_redirect_to_where_nobody_may_go(
    monitor: RoomClient, httpserver: HTTPServer, location: str, said: str
) -> None:
    httpserver.expect_request("/bad").respond_with_data(status=302, headers={"Location": location})
    error = await read_beside_a_good_one(monitor, httpserver, httpserver.url_for("/bad"))
    assert said in error
    assert "secret" not in error


def changing(*answers: str) -> Resolve:
    """A name that answers differently each time it is asked; the last answer stays."""
    left = list(answers)

    async def resolve(host: str, port: int) -> list[Address]:
        return [ip_address(left.pop(0) if len(left) > 1 else left[0])]

    return resolve


async def test_a_name_that_changes_to_an_inner_address_between_check_and_use(
    monitor: RoomClient, httpserver: HTTPServer
) -> None:
    source = await add(monitor, f"http://rebinding.example:{httpserver.port}/good")
    httpserver.expect_request("/good").respond_with_data(GOOD)
    # Open at first, then ourselves: the connection goes to what was checked, which is not there.
    resolve = changing("192.0.2.1", "127.0.0.1")
    async with in_haste(monitor, allow_private=False, resolve=resolve):
        for _ in range(2):
            async with monitor.transaction() as session:
                await emit(session, SourceDue(source_id=source))
            await monitor.work()
    error = (await monitor.get(f"{SOURCES}/{source}")).json()["health"]["last_error"]
    assert "private or reserved network" in error
    assert httpserver.log == []


async def test_a_certificate_of_another_name(
    monitor: RoomClient, httpserver: HTTPServer, tmp_path: Path
) -> None:
    context = certificate_for("other.example", tmp_path)
    with HTTPServer(host="127.0.0.1", ssl_context=context) as secured:
        secured.expect_request("/bad").respond_with_data(GOOD)
        error = await read_beside_a_good_one(
            monitor, httpserver, f"https://localhost:{secured.port}/bad"
        )
        assert secured.log == []
    assert "certificate" in error.lower()


@pytest.mark.parametrize("status", [429, 503])
async def test_a_site_that_asks_to_be_left_alone(
    monitor: RoomClient, httpserver: HTTPServer, status: int
) -> None:
    httpserver.expect_request("/bad").respond_with_data(
        "later", status=status, headers={"Retry-After": "7200"}
    )
    error = await read_beside_a_good_one(monitor, httpserver, httpserver.url_for("/bad"))
    assert f"answered {status}" in error
    items = (await monitor.get(SOURCES)).json()["items"]
    health = next(item["health"] for item in items if item["state"] == "failing")
    assert health["paused_until"] == health["next_at"]
    wait = datetime.fromisoformat(health["next_at"]) - datetime.now(UTC)
    assert timedelta(minutes=119) < wait <= timedelta(hours=2)


async def test_sites_that_hang_hold_up_no_other(
    monitor: RoomClient, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/good").respond_with_data(GOOD)
    with HTTPServer(threaded=True) as slow:
        for number in range(6):
            slow.expect_request(f"/{number}").respond_with_handler(hang_after_headers)
        hanging = [await add(monitor, slow.url_for(f"/{number}")) for number in range(6)]
        good = await add(monitor, httpserver.url_for("/good"))
        async with in_haste(monitor, Manners(step=3.5, whole=4)):
            async with monitor.transaction() as session:
                for source in [*hanging, good]:
                    await emit(session, SourceDue(source_id=source))
            await monitor.work()
    moments = {}
    for source in [*hanging, good]:
        health = (await monitor.get(f"{SOURCES}/{source}")).json()["health"]
        moments[source] = health["last_attempt_at"]
    # Behind all of them in the queue, and done before any of them was given up.
    assert moments[good] < min(moments[source] for source in hanging)


def certificate_for(name: str, folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
