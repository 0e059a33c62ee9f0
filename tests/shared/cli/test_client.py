"""The verbs' client: patient with a busy server, never twice, plain about errors."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest

from shared.cli.client import CallFailed, Client
from shared.errors import ConfigurationError

Answer = httpx.Response | Exception


class Line:
    """A transport that gives prepared answers and keeps the requests."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.waits: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self, patience: float = 60.0) -> Client:
        return Client(
            "http://127.0.0.1:8000",
            "a-key",
            transport=httpx.MockTransport(self),
            sleep=self.waits.append,
            patience=patience,
        )


FINE = httpx.Response(202, json={"results": []})


def busy(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(status, headers={k.replace("_", "-"): v for k, v in headers.items()})


def test_the_key_is_sent() -> None:
    line = Line(FINE)
    line.client().get("/api/v1/posts", {"words": "停电"})
    assert line.requests[0].headers["Authorization"] == "Bearer a-key"


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("cut"),
        busy(429),
        busy(502),
        busy(503),
        busy(504),
    ],
    ids=repr,
)
def test_what_may_pass_is_tried_again_with_the_same_key(trouble: Answer) -> None:
    line = Line(trouble, trouble, FINE)
    assert line.client().post("/api/v1/posts/bulk", {}) == {"results": []}
    keys = {request.headers["Idempotency-Key"] for request in line.requests}
    assert len(line.requests) == 3
    assert len(keys) == 1


def test_a_file_is_sent_whole_again_after_a_cut(tmp_path: Path) -> None:
    table = tmp_path / "posts.csv"
    table.write_text("text\n停电了\n", "utf-8")
    line = Line(httpx.ReadError("cut"), FINE)
    line.client().upload("/api/v1/posts/import", table, {"platform": "forum"})
    for request in line.requests:
        assert "停电了".encode() in request.content
        assert b"forum" in request.content


def test_the_server_says_when_to_come_again() -> None:
    line = Line(busy(503, Retry_After="7"), FINE)
    line.client().get("/api/v1/posts")
    assert line.waits == [7.0]


def test_the_server_may_name_a_date() -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    line = Line(busy(429, Retry_After=moment), FINE)
    line.client().get("/api/v1/posts")
    assert 17 < line.waits[0] <= 20


def test_patience_ends() -> None:
    line = Line(busy(503, Retry_After="20"))
    with pytest.raises(CallFailed, match="503"):
        line.client(patience=50).get("/api/v1/posts")
    assert sum(line.waits) == 40


def test_a_retry_after_of_zero_still_ends() -> None:
    line = Line(busy(503, Retry_After="0"))
    with pytest.raises(CallFailed):
        line.client(patience=10).get("/api/v1/posts")


def test_a_server_that_was_never_there_is_given_up_within_seconds() -> None:
    line = Line(httpx.ConnectError("refused"))
    with pytest.raises(CallFailed, match=r"cannot be reached.*Is it running") as caught:
        line.client().get("/api/v1/posts")
    assert caught.value.status is None
    assert sum(line.waits) <= 3


def test_a_problem_becomes_one_line() -> None:
    line = Line(
        httpx.Response(
            422,
            json={
                "title": "Values do not fit",
                "detail": "The body\nis wrong.",
                "errors": [{"loc": ["body", "posts", 0], "msg": "text is missing"}],
            },
        )
    )
    with pytest.raises(CallFailed) as caught:
        line.client().post("/api/v1/posts/bulk", {})
    assert str(caught.value) == (
        "POST /api/v1/posts/bulk: 422 Values do not fit. The body is wrong."
        " [body.posts.0: text is missing]"
    )
    assert caught.value.status == 422


def test_an_error_that_is_no_document_is_told_by_its_status() -> None:
    with pytest.raises(CallFailed, match="500 Internal Server Error"):
        Line(httpx.Response(500, text="<html>")).client().get("/api/v1/posts")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    monkeypatch.chdir(tmp_path)
    for name in ("URL", "KEY", "KEY_FILE"):
        monkeypatch.delenv(f"GROUNDSWELL_{name}", raising=False)

    def put(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"GROUNDSWELL_{name}", value)

    return put


def sent_key() -> str:
    line = Line(FINE)
    with Client.from_environment(httpx.MockTransport(line)) as client:
        client.get("/api/v1/me")
    return line.requests[0].headers["Authorization"].removeprefix("Bearer ")


def test_the_key_comes_from_the_environment_or_a_file(
    environment: Callable[..., None], tmp_path: Path
) -> None:
    folder = tmp_path / ".groundswell"
    folder.mkdir()
    (folder / "admin-key").write_text("left-by-make-run\n")
    assert sent_key() == "left-by-make-run"
    (tmp_path / "other").write_text("in-a-file\n")
    environment(KEY_FILE=str(tmp_path / "other"))
    assert sent_key() == "in-a-file"
    environment(KEY="in-the-environment")
    assert sent_key() == "in-the-environment"


def test_without_a_key_the_way_to_one_is_told(environment: Callable[..., None]) -> None:
    with pytest.raises(ConfigurationError, match="GROUNDSWELL_KEY"):
        Client.from_environment()


def test_an_address_without_a_scheme_is_refused(environment: Callable[..., None]) -> None:
    environment(URL="localhost:8000", KEY="x")
    with pytest.raises(ConfigurationError, match="write it like"):
        Client.from_environment()
