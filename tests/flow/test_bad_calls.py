"""Bad addresses, methods, keys and headers get a clear 4xx, and the system goes on."""

import socket
from typing import Any

import httpx
import pytest

from tests.flow.conftest import GOOD_POST, Staff
from tests.house import House, refused, said

pytestmark = pytest.mark.usefixtures("goes_on")

_WATCH = {"name": "Bad (sample)", "expression": "好"}
_NOBODY = "019a4f6e-2c1d-7a3b-9c58-0d1e2f3a4b5c"


@pytest.mark.parametrize(
    "path",
    [
        "/posts/{}",
        "/sources/{}",
        "/watches/{}",
        "/stories/{}",
        "/stories/{}/posts",
        "/warnings/{}",
        "/incidents/{}",
        "/incidents/{}/timeline",
        "/incidents/{}/statements",
        "/commands/{}",
        "/statements/{}",
        "/cases/{}",
        "/cases/{}/export",
    ],
)
def test_a_thing_that_is_not_there(admin: httpx.Client, path: str) -> None:
    refused(admin.get(path.format(_NOBODY)), 404)
    refused(admin.get(path.format("5")), 422)


@pytest.mark.parametrize(
    "path",
    ["", "/", "/nothing", "/posts/", "/users/nobody", "/groups/nobody", "/posts%00", "/cases//x"],
)
def test_an_address_that_is_not_there(admin: httpx.Client, path: str) -> None:
    refused(admin.get(f"{admin.base_url}".rstrip("/") + path), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/posts", "GET"),
        ("PUT", "/posts/import", "GET, POST"),
        ("PATCH", "/watches", "GET, POST"),
        ("DELETE", f"/watches/{_NOBODY}", "GET, PUT"),
        ("POST", f"/stories/{_NOBODY}", "GET"),
        ("GET", "/analysis/classify", "POST"),
        ("GET", f"/statements/{_NOBODY}/approve", "POST"),
        ("PUT", "/users", "GET, POST"),
        ("POST", "/events", "GET"),
    ],
)
def test_a_method_that_the_address_does_not_take(
    admin: httpx.Client, method: str, path: str, allowed: str
) -> None:
    answer = admin.request(method, path)
    refused(answer, 405)
    assert answer.headers["allow"] == allowed
    answer = admin.request("PROPFIND", path)
    refused(answer, 405)
    assert answer.headers["allow"]


@pytest.mark.parametrize("path", ["/posts", "/me", "/events", "/cases", "/nothing"])
def test_a_caller_without_a_key_that_opens(house: House, path: str) -> None:
    for key in ("", "wrong", "gsw_" + "A" * 43, "密"):
        with httpx.Client(base_url=f"{house.base_url}/api/v1", trust_env=False) as client:
            headers = {b"Authorization": f"Bearer {key}".encode()} if key else {}
            answer = client.get(path, headers=headers)
        refused(answer, 401)
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/posts"),
        ("POST", "/watches"),
        ("GET", "/users"),
        ("GET", f"/cases/{_NOBODY}"),
        ("POST", f"/statements/{_NOBODY}/approve"),
        ("POST", f"/incidents/{_NOBODY}/close"),
    ],
)
def test_a_caller_who_may_not(staff: Staff, method: str, path: str) -> None:
    document = refused(staff.connector.request(method, path, json={}), 403)
    assert "permission" in document["detail"]


def test_a_change_that_does_not_say_what_it_changes(
    admin: httpx.Client, watch: dict[str, Any]
) -> None:
    at = f"/watches/{watch['id']}"
    refused(admin.put(at, json=_WATCH), 428)
    refused(admin.put(at, json=_WATCH, headers={"If-Match": '"99"'}), 412)
    refused(admin.put(at, json=_WATCH, headers={"If-Match": "W/1, *"}), 412)


def test_an_idempotency_key_that_is_none(admin: httpx.Client) -> None:
    for key, status in (("", 400), ("a" * 201, 400), ("used (sample)", 422)):
        headers = {"Idempotency-Key": "used (sample)"}
        said(admin.post("/posts/bulk", json={"posts": [GOOD_POST]}, headers=headers), 202)
        headers = {"Idempotency-Key": key}
        refused(admin.post("/posts/bulk", json={"posts": [GOOD_POST] * 2}, headers=headers), status)


def test_a_place_in_the_stream_that_is_none(admin: httpx.Client) -> None:
    for place in ("x", "1-", "9" * 30 + "-1", "密"):
        answer = admin.get("/events", headers={b"Last-Event-ID": place.encode()})
        refused(answer, 422)
    refused(admin.get("/events?type=Nothing"), 422)


@pytest.mark.parametrize(
    "sent",
    [b"hello\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
    ids=["words", "version", "TLS"],
)
def test_what_is_no_http(house: House, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", house.port), timeout=15) as connection:
        connection.sendall(sent)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in answer
