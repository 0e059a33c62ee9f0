"""A twin of the public API, as far as the verbs use it, behind a real HTTP server."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import typer
from pytest_httpserver import HTTPServer
from typer.testing import CliRunner
from werkzeug import Request, Response

KEY = "twin-key"


def document(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")


def problem(status: int, title: str, detail: str, **headers: str) -> Response:
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return Response(json.dumps(body), status, headers, content_type="application/problem+json")


@dataclass
class Twin:
    """Remembers what it was sent. `troubles` are answered first, one a request."""

    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    troubles: list[Response] = field(default_factory=list)
    listed: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    import_states: list[dict[str, Any]] = field(default_factory=list)
    uploaded: dict[str, Any] = field(default_factory=dict)

    def bulk(self, body: dict[str, Any], key: str | None) -> dict[str, Any]:
        self.keys.append(key or "")
        self.sizes.append(len(body["posts"]))
        return {"results": [self._take(post) for post in body["posts"]]}

    def _take(self, post: dict[str, Any]) -> dict[str, Any]:
        name = post["external_id"]
        if not post.get("text"):
            return {"external_id": name, "status": "rejected", "reason": "the text is empty"}
        known = self.posts.get(name)
        self.posts.setdefault(name, post)
        return {"external_id": name, "status": "duplicate" if known else "accepted"}

    # The `Sender` protocol, for tests that need no HTTP.
    def post(self, path: str, body: Any, *, idempotency_key: str | None = None) -> Any:
        assert path == "/api/v1/posts/bulk"
        return self.bulk(body, idempotency_key)

    def answer(self, request: Request) -> Response:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return problem(401, "Not signed in", "Sign in first.")
        if self.troubles:
            self.keys.append(request.headers.get("Idempotency-Key", ""))
            return self.troubles.pop(0)
        path = request.path.removeprefix("/api/v1/")
        if request.method == "POST" and path == "posts/bulk":
            return document(self.bulk(request.json, request.headers.get("Idempotency-Key")), 202)
        if request.method == "POST" and path == "posts/import":
            self.uploaded = dict(request.form) | {"content": request.files["file"].read()}
            return document(self.import_states.pop(0), 202)
        if path.startswith("posts/import/"):
            return document(self.import_states.pop(0))
        if request.method == "GET":
            return document({"items": self.listed.get(path, []), "next_cursor": None})
        if request.method == "PUT":
            if path in self.things:
                return problem(428, "If-Match needed", "Say which version you change.")
            self.things[path] = request.json
            return document(request.json)
        name = f"{path}/{request.json['name']}"
        if name in self.things:
            return problem(409, "Conflict", f"{name} exists.")
        self.things[name] = request.json
        return document(request.json, 201)


@pytest.fixture
def twin(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Twin]:
    twin = Twin()
    httpserver.expect_request(re.compile(".*")).respond_with_handler(twin.answer)
    monkeypatch.setenv("GROUNDSWELL_URL", httpserver.url_for(""))
    monkeypatch.setenv("GROUNDSWELL_KEY", KEY)
    yield twin
    httpserver.check()


@dataclass
class Outcome:
    status: int
    out: str
    error: BaseException | None


@pytest.fixture
def run() -> Callable[..., Outcome]:
    """Runs a verb as the command line would, without a process."""

    def call(verb: Callable[..., None], *arguments: object) -> Outcome:
        app = typer.Typer()
        app.command()(verb)
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        return Outcome(result.exit_code, result.stdout, result.exception)

    return call


class HandClock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def hand_clock() -> HandClock:
    return HandClock()
