"""`groundswell labels export`: the file that the API hands out, line for line."""

from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from typer.testing import CliRunner

from services.analysis.labels.cli import labels
from shared.errors import GroundswellError

PATH = "/api/v1/labels/export"
LINES = '{"text": "太差了", "label": "negative"}\n{"text": "谢谢", "label": "positive"}\n'


def export(*arguments: str) -> Any:
    return CliRunner().invoke(labels, ["export", *arguments])


@pytest.fixture
def gateway(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> HTTPServer:
    monkeypatch.setenv("GROUNDSWELL_URL", httpserver.url_for("").rstrip("/"))
    monkeypatch.setenv("GROUNDSWELL_KEY", "secret")
    return httpserver


def test_the_lines_come_as_they_are(gateway: HTTPServer) -> None:
    gateway.expect_request(
        PATH,
        headers={"Authorization": "Bearer secret"},
        query_string={"task": "sentiment", "conflicts": "leave_out"},
    ).respond_with_data(LINES, content_type="application/x-ndjson")
    done = export("--task", "sentiment", "--conflicts", "leave_out")
    assert (done.exit_code, done.stdout) == (0, LINES)


def test_a_refusal_is_one_line(gateway: HTTPServer) -> None:
    refusal = {"title": "Not permitted", "status": 403, "detail": "Needs labels:export."}
    gateway.expect_request(PATH).respond_with_json(refusal, status=403)
    done = export()
    assert isinstance(done.exception, GroundswellError)
    assert "labels:export" in str(done.exception)
    assert done.stdout == ""


def test_a_task_that_is_none_is_a_wrong_call(gateway: HTTPServer) -> None:
    assert export("--task", "mood").exit_code == 2
