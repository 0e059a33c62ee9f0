"""`groundswell verify` and `groundswell export-case`."""

from pathlib import Path
from typing import Any

import pytest
import typer
from pytest_httpserver import HTTPServer
from typer.testing import CliRunner

from services.archive.exports.cli import export_case, verify
from shared.errors import GroundswellError

app = typer.Typer()
app.command("verify")(verify)
app.command("export-case")(export_case)
PATH = "/api/v1/cases/0193/export"


def groundswell(*arguments: str) -> Any:
    return CliRunner().invoke(app, arguments)


@pytest.fixture
def gateway(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> HTTPServer:
    monkeypatch.setenv("GROUNDSWELL_URL", httpserver.url_for("").rstrip("/"))
    monkeypatch.setenv("GROUNDSWELL_KEY", "secret")
    return httpserver


def test_verify_tells_the_summary(workshop: Any, case: Any) -> None:
    bundle = str(workshop.export(case))
    done = groundswell("verify", bundle, "--seal", case.seal["chain_head"])
    assert (done.exit_code, done.output[:9]) == (0, "VERIFIED ")


def test_verify_refuses(workshop: Any, honest: dict[str, bytes]) -> None:
    forged = workshop.pack({**honest, "data/records.jsonl": b""})
    assert groundswell("verify", str(forged)).exit_code == 1


def test_verify_of_nothing_is_a_wrong_call(tmp_path: Path) -> None:
    assert groundswell("verify", str(tmp_path / "none")).exit_code == 2


def test_export_writes_a_verified_bundle(
    gateway: HTTPServer, workshop: Any, case: Any, tmp_path: Path
) -> None:
    content = workshop.export(case).read_bytes()
    gateway.expect_request(
        PATH, method="GET", headers={"Authorization": "Bearer secret"}
    ).respond_with_data(content, content_type="application/zip")
    out = tmp_path / "out.zip"
    out.write_bytes(b"an older export")
    done = groundswell("export-case", "0193", str(out))
    assert (done.exit_code, done.output[:9]) == (0, "VERIFIED ")
    assert out.read_bytes() == content
    assert list(tmp_path.iterdir()) == [out]


def test_export_of_a_forged_case_is_told(
    gateway: HTTPServer, workshop: Any, honest: Any, tmp_path: Path
) -> None:
    forged = workshop.pack({**honest, "data/records.jsonl": b""}).read_bytes()
    gateway.expect_request(PATH).respond_with_data(forged)
    assert groundswell("export-case", "0193", str(tmp_path / "out.zip")).exit_code == 1


def test_a_refusal_is_one_line_and_leaves_no_file(gateway: HTTPServer, tmp_path: Path) -> None:
    gateway.expect_request(PATH).respond_with_json(
        {"title": "Not found", "status": 404, "detail": "There is no case 0193."}, status=404
    )
    done = groundswell("export-case", "0193", str(tmp_path / "out.zip"))
    assert isinstance(done.exception, GroundswellError)
    assert "There is no case 0193." in str(done.exception)
    assert list(tmp_path.iterdir()) == []


def test_a_case_id_cannot_leave_its_path(gateway: HTTPServer, tmp_path: Path) -> None:
    groundswell("export-case", "../users?x=1", str(tmp_path / "out.zip"))
    ((request, _),) = gateway.log
    assert request.environ["REQUEST_URI"].startswith("/api/v1/cases/..%2Fusers%3Fx%3D1/export")


def test_no_gateway_is_one_line(
    gateway: HTTPServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GROUNDSWELL_URL", "http://127.0.0.1:9")
    done = groundswell("export-case", "0193", str(tmp_path / "out.zip"))
    assert "GROUNDSWELL_URL" in str(done.exception)


def test_a_folder_that_is_not_there_is_one_line(gateway: HTTPServer, tmp_path: Path) -> None:
    gateway.expect_request(PATH).respond_with_data(b"x")
    done = groundswell("export-case", "0193", str(tmp_path / "none" / "out.zip"))
    assert isinstance(done.exception, GroundswellError)
    assert "cannot be written" in str(done.exception)
