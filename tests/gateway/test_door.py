"""Whatever comes to the door is answered with a 4xx problem or carried out; never with a 5xx."""

import asyncio
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway import bodies, protocol
from tests.gateway.conftest import House, OpenHouse


def parts(answer: bytes) -> tuple[int, dict[bytes, bytes], bytes]:
    """Status, headers and body of the first answer in `answer`."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    headers = dict(line.lower().split(b": ", 1) for line in lines[1:])
    return int(lines[0].split()[1]), headers, body


def check_problem(answer: bytes, status: int) -> dict[str, object]:
    """The problem document of an answer with this status."""
    got, headers, body = parts(answer)
    assert got == status, answer[:300]
    assert headers[b"content-type"] == b"application/problem+json"
    document: dict[str, object] = json.loads(body)
    assert document["status"] == status
    return document


async def test_nobody_comes_in_without_a_key(house: House) -> None:
    for path in ("/api/v1/posts", "/api/v1/me", "/api/v1/users", "/api/v1/events"):
        response = await house.call("GET", path, None)
        assert response.status_code == 401, path
        assert response.headers["www-authenticate"] == "Bearer"
        assert response.headers["content-type"] == "application/problem+json"
    assert not house.room.requests


@pytest.mark.parametrize(
    "value",
    [
        "Bearer",
        "Bearer x",
        "Basic YTpi",
        "Bearer gsw_" + "a" * 43,
        "gsw_x",
        "Bearer gss_" + "a" * 43,
    ],
)
async def test_wrong_credentials_are_refused(house: House, value: str) -> None:
    response = await house.call("GET", "/api/v1/posts", None, headers={"Authorization": value})
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "path",
    ["/livez", "/readyz", "/docs", "/docs/reference.css", "/api/v1/openapi.json", "/sign-in"],
)
async def test_these_are_open_to_everybody(house: House, path: str) -> None:
    assert (await house.call("GET", path, None)).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/posts/",
        "/api/v1/nothing",
        "/api/v1/",
        "/api/v1",
        "/api/v2/posts",
        "/api/v1/posts/../cases",
        "/api/v1/posts/%2e%2e/cases",
        "/api/v1//posts",
        "/api/v1/posts/%00",
        "/api/v1/posts/%ED%A0%80%0A",
        "/api/v1/users/",
        "/api/v1/users/Nobody%00",
        "/metrics",
        "/%6detrics",
        "/docs/../room.py",
        "/docs/routes.py",
        "/static/../__init__.py",
        "/wp-login.php",
    ],
)
async def test_what_is_not_there_is_a_problem(house: House, path: str) -> None:
    answer = await house.raw(
        f"GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n"
        f"authorization: Bearer {house.admin_key}\r\n\r\n".encode()
    )
    status, headers, _ = parts(answer)
    assert status in (404, 422), answer
    assert headers[b"content-type"] == b"application/problem+json"
    assert not house.room.requests


async def test_wrong_method_is_a_problem(house: House) -> None:
    response = await house.call("DELETE", "/api/v1/me")
    assert response.status_code == 405
    assert "GET" in response.headers["allow"]
    for method in ("TRACE", "PROPFIND", "MKCOL"):
        response = await house.call(method, "/api/v1/posts")
        assert response.status_code == 405
        assert response.headers["content-type"] == "application/problem+json"
    assert not house.room.requests


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GARBAGE / HTTP/1.1\r\n\r\n",
        b"GET /api/v1/posts HTTP/9.9\r\n\r\n",
        b"GET \xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /p\xc3\xa4 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nho st: x\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nx: a\x00b\r\n\r\n",
        b"POST /sign-in HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"POST /sign-in HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx",
        b"POST /sign-in HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"CONNECT evil:443 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
async def test_what_is_no_http_is_a_bad_request(house: House, garbage: bytes) -> None:
    check_problem(await house.raw(garbage), 400)


async def test_head_that_is_too_large_is_refused(house: House) -> None:
    for head in (
        b"GET /livez HTTP/1.1\r\nx: " + b"a" * 40_000 + b"\r\n\r\n",
        b"GET /livez HTTP/1.1\r\n" + b"x: a\r\n" * 200 + b"\r\n",
        b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nx: " + b"a" * 2_000_000,
    ):
        check_problem(await house.raw(head), 431)


async def test_head_that_never_ends_is_given_up(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "_HEAD_SECONDS", 0.2)
    check_problem(await house.raw(b"GET /livez HTTP/1.1\r\nhost: x\r\nx-slow"), 408)
    assert await house.raw(b"") == b""
    # The same on a connection that has served a request before.
    reader, writer = await asyncio.open_connection(*house.address)
    writer.write(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n")
    await reader.readuntil(b'{"status":"alive"}')
    writer.write(b"GET /live")
    check_problem(await reader.read(), 408)
    writer.close()


async def test_requests_that_came_whole_are_answered_before_garbage_closes_the_line(
    house: House,
) -> None:
    whole = b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n"
    answers = await house.raw(whole + whole + b"\x00garbage\r\n\r\n", wait=20)
    assert answers.count(b"HTTP/1.1") == answers.count(b"HTTP/1.1 200") == 2


async def test_body_over_the_limit_is_refused_by_its_length(open_house: OpenHouse) -> None:
    house = await open_house(body_limit=10_000, upload_limit=50_000)
    for path in ("/api/v1/posts/bulk", "/api/v1/users"):
        response = await house.call("POST", path, content=b"x" * 20_000)
        assert response.status_code == 413
        assert response.headers["content-type"] == "application/problem+json"
    upload = await house.call("POST", "/api/v1/posts/import", content=b"x" * 20_000)
    assert upload.json()["size"] == 20_000
    attached = await house.call("POST", "/api/v1/cases/1/attachments", content=b"x" * 20_000)
    assert attached.json()["size"] == 20_000
    too_large = await house.call("POST", "/api/v1/posts/import", content=b"x" * 60_000)
    assert too_large.status_code == 413


async def test_body_over_the_limit_is_refused_while_it_streams(open_house: OpenHouse) -> None:
    house = await open_house(body_limit=2 * bodies.BUFFERED)

    async def endless():
        for _ in range(200):
            yield b"x" * 65536

    response = await house.call("POST", "/api/v1/posts/bulk", content=endless())
    assert response.status_code == 413


async def test_body_that_trickles_is_given_up(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "_GRACE_SECONDS", 0.2)
    head = (
        f"HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {house.admin_key}\r\n"
        "content-length: 100\r\n\r\n{"
    )
    for path in ("/api/v1/posts/bulk", "/api/v1/users"):
        answer = await house.raw(f"POST {path} {head}".encode())
        check_problem(answer, 408)
        assert parts(answer)[1][b"connection"] == b"close"


async def test_caller_who_hangs_up_harms_nobody(house: House) -> None:
    for _ in range(5):
        _, writer = await asyncio.open_connection(*house.address)
        writer.write(
            b"POST /api/v1/posts/bulk HTTP/1.1\r\nhost: x\r\ncontent-length: 999\r\n"
            b"authorization: Bearer " + house.admin_key.encode() + b"\r\n\r\n{"
        )
        await writer.drain()
        writer.close()
    assert (await house.call("GET", "/api/v1/posts")).status_code == 200


async def test_lone_surrogates_in_a_body_are_refused(house: House) -> None:
    for content in (b'{"name": "\\ud800"}', b'"\xed\xa0\x80"', b"{", b"\xff", b"null", b"[]"):
        response = await house.call(
            "POST", "/api/v1/users", content=content, headers={"Content-Type": "application/json"}
        )
        assert response.status_code in (400, 422), content
        assert response.headers["content-type"] == "application/problem+json"


@settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "get", "X", "DELETE", "HEAD"]),
    prefix=st.sampled_from(["/", "/api/v1/", "/api/v1/posts/", "/api/v1/users/", "/api/v1/keys/"]),
    path=st.text(st.characters(max_codepoint=0x2FF), max_size=30),
    encoded=st.binary(max_size=10),
    query=st.binary(max_size=30),
    header=st.binary(max_size=30),
    body=st.binary(max_size=30),
)
async def test_no_request_breaks_the_door(
    house: House,
    method: str,
    prefix: str,
    path: str,
    encoded: bytes,
    query: bytes,
    header: bytes,
    body: bytes,
) -> None:
    target = f"{prefix}{path}".encode() + b"".join(b"%%%02x" % byte for byte in encoded)
    answer = await house.raw(
        method.encode()
        + b" "
        + target
        + b"?"
        + query
        + b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer "
        + house.admin_key.encode()
        + b"\r\nx-fuzz: "
        + header
        + b"\r\ncontent-length: %d\r\n\r\n" % len(body)
        + body,
        wait=2,
    )
    assert not answer.startswith(b"HTTP/1.1 5"), answer


async def test_forms_with_pictures_may_be_larger_and_for_nobody_only_at_the_public_page(
    open_house: OpenHouse,
) -> None:
    house = await open_house(body_limit=10_000, upload_limit=50_000)
    form = b"x" * 20_000
    for path in ("/report", "/r/some-link"):
        assert (await house.call("POST", path, content=form)).status_code != 413, path
        larger = await house.call("POST", path, content=form * 3)
        assert larger.status_code == 413, path
    assert (await house.call("POST", "/report", None, content=form)).status_code == 413
    assert (await house.call("POST", "/r/some-link", None, content=form)).status_code != 413
