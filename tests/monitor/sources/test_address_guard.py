"""The connection goes to an address that was checked, whatever a name answers later."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_httpserver import HTTPServer

from services.monitor.sources.address_guard import (
    AddressRefusedError,
    GuardedTransport,
    check_url,
    resolve,
)
from services.monitor.sources.addresses import Address


class Names:
    """A resolver whose answers are given, one after the other; the last one stays."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> list[Address]:
        self.asked.append((host, port))
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [ip_address(address) for address in answer]


async def get(url: str, transport: GuardedTransport) -> httpx.Response:
    async with httpx.AsyncClient(transport=transport, trust_env=False) as client:
        return await client.get(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://169.254.169.254/latest/meta-data/",
        "ftp://news.example/",
        "file:///etc/passwd",
        "http:///nowhere",
        "http://user:secret@news.example/",
        "http://news.example:22/",
        "gopher://news.example/",
        "nonsense",
        "http://[::1",
        "http://xn--/",
        "http://[fec0::1]/",
        "http://[fe80::1%25eth0]/",
        "http://0177.0.0.1/",
    ],
)
def test_such_an_address_is_refused_before_anything_is_resolved(url: str) -> None:
    with pytest.raises(AddressRefusedError):
        check_url(url, allow_private=False)


@pytest.mark.parametrize("url", ["https://news.example/feed", "http://新闻.example:8080/"])
def test_an_address_of_the_web_is_taken(url: str) -> None:
    assert check_url(url, allow_private=False)


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1"])
async def test_other_ways_to_write_an_address_are_judged_by_what_they_resolve_to(host: str) -> None:
    with pytest.raises(AddressRefusedError):
        await get(f"http://{host}/", GuardedTransport(allow_private=False))


async def test_a_name_that_leads_inside_is_refused_and_nothing_is_sent(
    httpserver: HTTPServer,
) -> None:
    httpserver.expect_request("/").respond_with_data("secret")
    names = Names(["127.0.0.1"])
    with pytest.raises(AddressRefusedError, match=r"inside\.example lies inside"):
        await get(
            f"http://inside.example:{httpserver.port}/",
            GuardedTransport(allow_private=False, resolve=names),
        )
    assert httpserver.log == []


async def test_one_address_inside_among_many_is_enough_to_refuse(httpserver: HTTPServer) -> None:
    names = Names(["93.184.215.14", "10.0.0.1"])
    with pytest.raises(AddressRefusedError):
        await get("http://mixed.example/", GuardedTransport(allow_private=False, resolve=names))


async def test_a_name_is_resolved_once_so_that_a_second_answer_gains_nothing(
    httpserver: HTTPServer,
) -> None:
    httpserver.expect_request("/").respond_with_data("ours")
    names = Names(["127.0.0.1"], ["169.254.169.254"])
    answer = await get(
        f"http://rebinding.example:{httpserver.port}/",
        GuardedTransport(allow_private=True, resolve=names),
    )
    assert answer.text == "ours"
    assert names.asked == [("rebinding.example", httpserver.port)]
    request, _ = httpserver.log[0]
    assert request.headers["Host"] == f"rebinding.example:{httpserver.port}"


async def test_the_next_address_is_tried_when_one_does_not_take_the_connection(
    httpserver: HTTPServer,
) -> None:
    httpserver.expect_request("/").respond_with_data("second")
    names = Names(["::1", "127.0.0.1"])
    answer = await get(
        f"http://two.example:{httpserver.port}/",
        GuardedTransport(allow_private=True, resolve=names),
    )
    assert answer.text == "second"


async def test_a_name_without_an_address_cannot_be_reached() -> None:
    with pytest.raises(httpx.ConnectError):
        await get("http://nowhere.invalid/", GuardedTransport(allow_private=True))
    with pytest.raises(httpx.ConnectError):
        await get("http://empty.example/", GuardedTransport(allow_private=True, resolve=Names([])))


async def test_the_systems_resolver_gives_addresses() -> None:
    assert ip_address("127.0.0.1") in await resolve("127.0.0.1", 80)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of feeds.example alone, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "feeds.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("feeds.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "feeds.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


@pytest.fixture
async def secure_port(certificate: Path) -> AsyncIterator[int]:
    """A server with that certificate, which keeps connections open for the next request."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecure")
                await writer.drain()
        writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context) as server:
        yield server.sockets[0].getsockname()[1]


async def test_the_certificate_is_checked_against_the_name_and_not_the_address(
    secure_port: int, certificate: Path
) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate))
    transport = GuardedTransport(allow_private=True, resolve=Names(["127.0.0.1"]), verify=trusting)
    async with httpx.AsyncClient(transport=transport, trust_env=False) as client:
        answer = await client.get(f"https://feeds.example:{secure_port}/")
        assert answer.text == "secure"
        # The same address again, under a name that the certificate does not hold.
        with pytest.raises(httpx.ConnectError, match=r"[Hh]ostname mismatch"):
            await client.get(f"https://other.example:{secure_port}/")
