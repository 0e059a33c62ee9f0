"""Bad bodies and values of any kind get a clear 4xx, and the system goes on."""

import json
from typing import Any

import httpx
import pytest

from tests.flow.conftest import GOOD_POST
from tests.house import refused, said

pytestmark = pytest.mark.usefixtures("goes_on")

_WATCH = {"name": "Bad (sample)", "expression": "好"}
_MIB = 1024 * 1024
_LIMIT = 4 * _MIB


def posts(count: int = 1) -> dict[str, Any]:
    """A body of `posts/bulk` that fits."""
    return {"posts": [{**GOOD_POST, "external_id": f"bad-{n}"} for n in range(count)]}


@pytest.mark.parametrize("path", ["/posts/bulk", "/watches", "/incidents", "/analysis/classify"])
@pytest.mark.parametrize(
    "body",
    [b"{", b'{"posts": [', b"\xff\xfe", b'{"a": NaN', b"[" * 100_000, b'{"a": 1}}'],
    ids=["brace", "cut", "no UTF-8", "NaN", "deep", "too much"],
)
def test_a_body_that_is_no_json(admin: httpx.Client, path: str, body: bytes) -> None:
    refused(admin.post(path, content=body, headers={"Content-Type": "application/json"}), 400)


@pytest.mark.parametrize("body", ["[]", '"text"', "3", "null", "{}", '{"name": 1e999}'])
@pytest.mark.parametrize("path", ["/posts/bulk", "/watches", "/incidents", "/analysis/classify"])
def test_json_of_another_shape(admin: httpx.Client, path: str, body: str) -> None:
    refused(admin.post(path, content=body, headers={"Content-Type": "application/json"}), 422)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("external_id", 5),
        ("external_id", ""),
        ("external_id", "a\x00b"),
        pytest.param("external_id", "a" * 301, id="a long name"),
        ("platform", "Weibo!"),
        ("text", ["a"]),
        ("text", None),
        ("text", "a\x00b"),
        pytest.param("text", "a" * 100_001, id="a long text"),
        ("published_at", "yesterday"),
        ("published_at", "2026-11-01T21:04:00"),
        ("published_at", "9999-12-31T23:59:59Z"),
        ("published_at", "0001-01-01T00:00:00Z"),
        ("published_at", "1700000000"),
        ("published_at", 1_700_000_000),
        ("published_at", 1e400),
        ("author_followers", -1),
        ("author_followers", "5"),
        ("author_followers", True),
        pytest.param("author_followers", 10**400, id="a huge number"),
        ("author", "a\x00"),
        ("engagement", {"likes": 10**13}),
        ("engagement", {"loves": 1}),
        ("source_id", "5"),
        ("unknown", 1),
    ],
)
def test_a_post_with_a_value_that_does_not_fit(
    admin: httpx.Client, field: str, value: object
) -> None:
    document = refused(
        admin.post("/posts/bulk", content=json.dumps({"posts": [{**GOOD_POST, field: value}]})), 422
    )
    assert field in document["detail"] or field in json.dumps(document["errors"])


def test_text_that_is_no_text(admin: httpx.Client) -> None:
    for escape in (r"\ud800", r"\udc00\ud800", r"a\udfffb"):
        body = json.dumps({"posts": [{**GOOD_POST, "text": "HERE"}]}).replace("HERE", escape)
        refused(admin.post("/posts/bulk", content=body), 400)
        body = json.dumps(_WATCH | {"name": "HERE"}).replace("HERE", escape)
        headers = {"Content-Type": "application/json"}
        refused(admin.post("/watches", content=body, headers=headers), 422)


def test_no_body(admin: httpx.Client) -> None:
    refused(admin.post("/posts/bulk"), 400)
    refused(admin.post("/watches"), 422)


def test_a_body_of_another_kind(admin: httpx.Client) -> None:
    for kind in ("text/plain", "application/xml", "multipart/form-data", "nonsense", None):
        headers = {"Content-Type": kind} if kind else {}
        refused(admin.post("/watches", content=json.dumps(_WATCH), headers=headers), 415)


def test_one_bad_post_does_not_take_the_good_ones_with_it(admin: httpx.Client) -> None:
    body = posts(2)
    body["posts"][1]["published_at"] = "9999-12-31T23:59:59Z"
    results = said(admin.post("/posts/bulk", json=body), 202)["results"]
    assert results[0]["status"] in ("accepted", "duplicate")
    assert results[1]["status"] == "rejected"
    assert "future" in results[1]["reason"]


def test_more_posts_than_are_taken_at_once(admin: httpx.Client) -> None:
    refused(admin.post("/posts/bulk", json=posts(1_001)), 422)
    refused(admin.post("/posts/bulk", json={"posts": []}), 422)


@pytest.mark.parametrize("path", ["/posts/bulk", "/watches", "/keys", "/nowhere"])
def test_a_body_that_is_too_large(admin: httpx.Client, path: str) -> None:
    refused(admin.post(path, content=b" " * (_LIMIT + 1)), 413)
    # Without a Content-Length only the bytes themselves tell.
    refused(admin.post(path, content=(b" " * _MIB for _ in range(5))), 413)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/watches", _WATCH | {"expression": "("}),
        ("/watches", _WATCH | {"expression": "好 AND"}),
        ("/watches", _WATCH | {"expression": "(" * 1_900 + "a"}),
        ("/watches", _WATCH | {"expression": "\x00"}),
        ("/watches", _WATCH | {"enabled": "yes"}),
        ("/watches", _WATCH | {"targets": "one"}),
        ("/watches", _WATCH | {"targets": ["a\x00"]}),
        ("/watches", _WATCH | {"thresholds": {"heat": {"blue": -1}}}),
        ("/watches", _WATCH | {"thresholds": {"heat": {"purple": 1}}}),
        ("/watches", _WATCH | {"thresholds": {"hold": float("nan")}}),
        ("/watches", _WATCH | {"thresholds": {"heat": {"red": float("inf")}}}),
        ("/watches/preview", {"expression": "好", "show": False}),
        ("/watches/preview", {"expression": "好", "examine": 10**30}),
        ("/sources", {"name": "A", "url": "file:///etc/passwd"}),
        ("/sources", {"name": "A", "url": "http://127.0.0.1/feed"}),
        ("/sources", {"name": "A", "url": "http://[::1"}),
        ("/sources", {"name": "A", "url": "http://a\x00b/"}),
        ("/incidents", {"title": "A", "summary": "B", "level": "purple"}),
        ("/incidents", {"title": " ", "summary": "B", "level": "red"}),
        ("/incidents", {"title": "A", "summary": "B", "level": "red", "warning_id": "5"}),
        ("/incidents", {"title": "A", "summary": "B", "level": "red", "drill": 1}),
        ("/analysis/classify", {"task": "mood", "inputs": [{"text": "a"}]}),
        ("/analysis/classify", {"task": "sentiment", "inputs": []}),
        ("/analysis/classify", {"task": "stance", "inputs": [{"text": "a"}]}),
        ("/analysis/classify", {"task": "sentiment", "inputs": [{"text": "a"}], "model": "no"}),
        ("/users", {"name": "A B", "display_name": "A"}),
        ("/users", {"name": "ab", "display_name": "A", "roles": ["king"]}),
        ("/users", {"name": "ab", "display_name": "A", "kind": "system"}),
        ("/keys", {"user": "admin", "name": "A", "expires_at": "2020-01-01T00:00:00Z"}),
        ("/keys", {"user": "admin", "name": "A", "expires_at": "2030-01-01T00:00:00"}),
    ],
)
def test_values_that_do_not_fit(admin: httpx.Client, path: str, body: dict[str, Any]) -> None:
    headers = {"Content-Type": "application/json"}
    refused(admin.post(path, content=json.dumps(body), headers=headers), 422)


def test_a_time_without_a_zone_or_in_the_future(admin: httpx.Client, incident: str) -> None:
    for moment in ("2026-11-01T21:04:00", "9999-12-31T23:59:59Z", 0):
        note = {"text": "When? (sample)", "happened_at": moment}
        refused(admin.post(f"/incidents/{incident}/timeline", json=note), 422)


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        f"limit={10**30}",
        "limit=ten",
        "cursor=made-up",
        "cursor=%C3%A9",
        pytest.param("cursor=" + "A" * 401, id="a long cursor"),
        "watch=5",
        "since=yesterday",
        "since=0.5",
        "since=2026-11-01T21:04:00",
        "sentiment=cheerful",
        "words=%00",
        "platform=%00",
        "words=%ED%A0%80%00",
    ],
)
def test_a_query_that_does_not_fit(admin: httpx.Client, query: str) -> None:
    refused(admin.get(f"/posts?{query}"), 422)
