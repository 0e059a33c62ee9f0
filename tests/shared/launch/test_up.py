"""`groundswell up`: comes up, is watched over, and goes without a trace, however it is ended."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from shared.engines import start_engines
from shared.engines.home import Home
from shared.launch.look import look
from shared.launch.record import read_record

Up = Callable[..., Any]
Left = Callable[[], list[str]]
Eventually = Callable[[Callable[[], bool]], None]


def pid_of(home: Home, name: str) -> int:
    record = read_record(home)
    assert record
    return next(process.pid for process in record.processes if process.name == name)


def test_everything_comes_up_and_ctrl_c_leaves_nothing(
    up: Up, home: Home, left: Left, free_port: int
) -> None:
    run = up()
    assert f"http://127.0.0.1:{free_port}" in run.hear("Ready after")
    run.hear(str(home.path / "admin-key"))
    outlook = look(home)
    assert outlook.healthy, outlook
    assert {part.name for part in outlook.parts} == {
        "postgres", "valkey", "gateway", "monitor", "analysis", "response", "archive",
        "archive-worker",
    }  # fmt: skip
    run.process.send_signal(signal.SIGINT)
    assert run.end() == 0
    assert left() == []
    assert not look(home).running


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_polite_ends_leave_nothing_either(up: Up, left: Left, number: signal.Signals) -> None:
    run = up()
    run.hear("Ready after")
    run.process.send_signal(number)
    assert run.end() == 0
    assert left() == []


def test_an_end_in_the_middle_of_the_start_leaves_nothing(up: Up, left: Left) -> None:
    run = up()
    run.hear("Starting PostgreSQL")
    run.process.send_signal(signal.SIGINT)
    run.end()
    assert left() == []


def test_a_second_start_is_refused_with_the_address(up: Up, free_port: int) -> None:
    up().hear("Ready after")
    second = up(port=free_port + 1)
    assert second.end() == 1
    [line] = second.said
    assert "already runs" in line
    assert f"http://127.0.0.1:{free_port} " in line


def test_a_taken_port_is_named_with_its_holder_and_a_way_out(
    up: Up, free_port: int, left: Left
) -> None:
    with socket.create_server(("127.0.0.1", free_port)):
        run = up()
        assert run.end() == 1
    [line] = run.said
    assert line.startswith(f"groundswell: Port {free_port} is taken by")
    assert f"(process {os.getpid()})" in line
    assert f"make run PORT={free_port + 10}" in line
    assert left() == []


def test_a_process_that_dies_is_started_again_and_that_is_said(up: Up, home: Home) -> None:
    run = up()
    run.hear("Ready after")
    before = pid_of(home, "monitor")
    os.kill(before, signal.SIGKILL)
    assert "monitor.log" in run.hear("monitor was ended by SIGKILL; it is started again")
    run.hear("monitor is ready again")
    assert pid_of(home, "monitor") not in (0, before)
    assert look(home).healthy
    assert [part.restarts for part in look(home).parts if part.name == "monitor"] == [1]


def test_a_process_that_never_comes_up_ends_the_start_with_its_own_words(
    up: Up, home: Home, left: Left
) -> None:
    (home.path / "broken").touch()
    run = up()
    assert run.end() == 1
    assert "archive ended with status 1: ValueError: the archive is broken" in run.said[-1]
    assert str(home.logs / "archive.log") in run.said[-1]
    assert left() == []


def test_a_failed_migration_ends_the_start_with_its_own_words(
    up: Up, home: Home, left: Left
) -> None:
    (home.path / "fail-migrate").touch()
    run = up()
    assert run.end() == 1
    assert "migrate failed: error: migrate cannot do it" in run.said[-1]
    assert left() == []


def test_a_process_that_does_not_listen_to_reason_is_killed(up: Up, home: Home, left: Left) -> None:
    (home.path / "deaf").touch()
    run = up()
    run.hear("Ready after")
    run.process.send_signal(signal.SIGTERM)
    run.hear("monitor does not end after 1 s; it is killed")
    assert run.end() == 0
    assert left() == []


def test_nothing_outlives_a_run_that_is_killed_and_the_next_start_is_clean(
    up: Up, home: Home, left: Left, eventually: Eventually
) -> None:
    run = up()
    run.hear("Ready after")
    run.process.kill()
    run.end()
    eventually(lambda: not [one for one in left() if not one.startswith(("state", "up."))])
    again = up()
    again.hear("Ready after")
    again.process.send_signal(signal.SIGINT)
    assert again.end() == 0
    assert left() == []


def test_what_outlived_a_killed_run_is_ended_by_the_next(up: Up, home: Home) -> None:
    first = up()
    first.hear("Ready after")
    before = psutil.Process(pid_of(home, "archive"))
    environment = before.environ()
    first.process.kill()
    first.end()
    before.wait(5)
    # On Linux nothing survives; where the kernel does not end orphans, it would look like this.
    orphan = psutil.Popen(["sleep", "60"], env=environment)
    state = home.run / "state.json"
    state.write_text(state.read_text().replace(f'"pid": {before.pid},', f'"pid": {orphan.pid},'))
    second = up()
    second.hear("An earlier run had crashed; ended what was left: 1 processes")
    assert orphan.wait(5) == -signal.SIGKILL
    second.hear("Ready after")


def test_lost_engines_are_brought_back_where_they_were(up: Up, home: Home) -> None:
    run = up()
    run.hear("Ready after")
    ports = {part.name: part.port for part in look(home).parts}
    keeper = int(home.keeper_lock.read_text())
    os.kill(keeper, signal.SIGKILL)
    run.hear("The keeper of the engines is gone; starting it again")
    deadline = time.monotonic() + 15
    while not look(home).healthy:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert {part.name: part.port for part in look(home).parts} == ports


def test_engines_that_others_use_outlive_the_run(up: Up, home: Home, left: Left) -> None:
    run = up()
    run.hear("Ready after")
    with start_engines(home.path, database_url=None, redis_url=None, report=lambda _: None):
        run.process.send_signal(signal.SIGINT)
        run.hear("The engines go on")
        assert run.end() == 0
    assert left() == []


def test_the_sample_is_played_once(up: Up, home: Home, eventually: Eventually) -> None:
    for _ in range(2):
        run = up("sample")
        run.hear("Ready after")
        eventually((home.path / "sample-played").exists)
        run.process.send_signal(signal.SIGINT)
        run.end()
    assert len((home.path / "ran-sample").read_text().splitlines()) == 1


def test_a_sample_that_fails_is_said_and_the_system_goes_on(up: Up, home: Home) -> None:
    (home.path / "fail-sample").touch()
    run = up("sample")
    run.hear("The sample could not be played to its end; the system goes on")
    assert look(home).healthy
    assert not (home.path / "sample-played").exists()


def test_only_the_gateway_holds_the_private_key_and_every_room_its_own_role(
    up: Up, home: Home
) -> None:
    up().hear("Ready after")
    seen = {
        name: json.loads((home.path / f"seen-{name}.json").read_text())
        for name in ("gateway", "monitor", "archive", "archive-worker")
    }
    assert [name for name in seen if "GROUNDSWELL_IDENTITY_PRIVATE_KEY_FILE" in seen[name]] == [
        "gateway"
    ]
    users = {name: seen[name]["GROUNDSWELL_DATABASE_URL"].split(":")[1] for name in seen}
    assert users == {
        "gateway": "//groundswell_gateway",
        "monitor": "//groundswell_monitor",
        "archive": "//groundswell_archive",
        "archive-worker": "//groundswell_archive",
    }
    owner = home.secret("postgres")[0]
    assert owner not in json.dumps(seen)
    assert not [key for key in seen["monitor"] if key.endswith("_DATABASE_PASSWORD")]


def test_secrets_are_made_once_and_for_the_owner_only(up: Up, home: Home) -> None:
    first = up()
    first.hear("Ready after")
    before = {path.name: path.read_bytes() for path in home.secrets.iterdir()}
    assert {path.stat().st_mode & 0o777 for path in home.secrets.iterdir()} == {0o600}
    first.process.send_signal(signal.SIGINT)
    first.end()
    second = up()
    second.hear("Ready after")
    assert {path.name: path.read_bytes() for path in home.secrets.iterdir()} == before


def test_a_program_that_runs_once_ends_with_the_run(up: Up, home: Home, left: Left) -> None:
    (home.path / "hang-sample").touch()
    run = up("sample")
    run.hear("Ready after")
    run.hear("sample begins")
    run.process.send_signal(signal.SIGINT)
    assert run.end() == 0
    assert "sample was interrupted" in run.said
    assert not (home.path / "sample-played").exists()
    assert left() == []


def test_a_closed_terminal_does_not_keep_it_from_stopping_in_order(
    popen: Callable[..., "subprocess.Popen[str]"], left: Left
) -> None:
    process = popen()
    assert process.stdout
    with process.stdout as terminal:
        assert any("Ready after" in line for line in iter(terminal.readline, ""))
        assert any("Logs:" in line for line in iter(terminal.readline, ""))
    process.send_signal(signal.SIGHUP)
    assert process.wait(20) == 0
    assert left() == []
