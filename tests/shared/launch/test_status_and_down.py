"""`groundswell status` and `groundswell down`, beside a run and without one."""

import json
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from shared.cli.down import down
from shared.cli.status import status
from shared.engines.home import Home
from shared.launch.record import read_record

Up = Callable[..., Any]
Call = Callable[..., Result]


@pytest.fixture
def call(home: Home) -> Call:
    """Call a verb for the data folder."""
    app = typer.Typer()
    app.command("status")(status)
    app.command("down")(down)
    environment = {"GROUNDSWELL_HOME": str(home.path), "COLUMNS": "200"}
    return lambda *words: CliRunner().invoke(app, words, env=environment)


def test_status_without_a_run_says_how_to_start_and_exits_1(call: Call) -> None:
    result = call("status")
    assert result.exit_code == 1
    assert "Nothing runs" in result.output
    assert "groundswell up" in result.output


def test_status_of_a_healthy_run_names_every_part_and_exits_0(
    call: Call, up: Up, free_port: int
) -> None:
    up().hear("Ready after")
    result = call("status")
    assert result.exit_code == 0, result.output
    assert f"http://127.0.0.1:{free_port}" in result.output
    for part in ("postgres", "valkey", "gateway", "monitor", "archive-worker"):
        assert part in result.output
    document = json.loads(call("status", "--json").output)
    assert document["healthy"] is True
    assert {part["state"] for part in document["parts"]} == {"ready"}
    assert all(part["pid"] and part["port"] for part in document["parts"])


def test_status_names_what_is_not_well_and_exits_1(call: Call, up: Up, home: Home) -> None:
    up().hear("Ready after")
    record = read_record(home)
    assert record
    response = next(one for one in record.processes if one.name == "response")
    os.kill(response.pid, signal.SIGSTOP)
    try:
        result = call("status", "--json")
    finally:
        os.kill(response.pid, signal.SIGCONT)
    assert result.exit_code == 1
    states = {part["name"]: part["state"] for part in json.loads(result.output)["parts"]}
    assert "does not answer" in states.pop("response")
    assert set(states.values()) == {"ready"}


def test_a_wrong_call_exits_2(call: Call) -> None:
    assert call("status", "--nonsense").exit_code == 2


def test_down_stops_a_run(call: Call, up: Up, left: Callable[[], list[str]]) -> None:
    run = up()
    run.hear("Ready after")
    result = call("down")
    assert result.exit_code == 0, result.output
    assert "Stopped." in result.output
    assert run.end() == 0
    assert left() == []


def test_down_without_a_run_says_so(call: Call, left: Callable[[], list[str]]) -> None:
    result = call("down")
    assert result.exit_code == 0
    assert "Nothing runs" in result.output
    assert left() == []


def test_down_cleans_up_after_a_crash(call: Call, up: Up, left: Callable[[], list[str]]) -> None:
    run = up()
    run.hear("Ready after")
    run.process.kill()
    run.end()
    result = call("down")
    assert result.exit_code == 0, result.output
    assert left() == []
