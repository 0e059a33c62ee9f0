"""What a killed run may leave behind, and that the next start is not hindered by it."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from shared.engines import RunningEngines
from shared.engines.engine import Engine, leashed
from shared.engines.home import Home, read_json, write_json
from shared.engines.ports import choose_ports
from shared.engines.postgres import prepare_postgres
from shared.engines.valkey import prepare_valkey

Start = Callable[[Path], RunningEngines]
Survive = Callable[[Engine], "subprocess.Popen[bytes]"]


@pytest.fixture
def survive(eventually: Callable[[Callable[[], bool]], None]) -> Iterator[Survive]:
    """Start an engine that no keeper owns and that no death of a parent ends."""
    started: list[subprocess.Popen[bytes]] = []

    def run(engine: Engine) -> subprocess.Popen[bytes]:
        argv = leashed(engine.argv, engine.identity, signal.SIGINT)
        argv[5] = "0"
        process = subprocess.Popen(argv, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        started.append(process)
        assert process.stdin
        process.stdin.write(engine.stdin.encode())
        process.stdin.close()
        eventually(lambda: engine.is_ready(process.pid))
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()


def test_a_surviving_database_server_is_ended_before_a_new_one_starts(
    folder: Path, start: Start, survive: Survive, query: Callable[[str, str], Any]
) -> None:
    home = Home.open(folder)
    port = choose_ports(home, ["postgres"])["postgres"]
    survivor = survive(prepare_postgres(home, lambda _: None)(port))
    with start(folder) as running:
        assert survivor.wait(5) == 0, "it was asked to end, not killed"
        assert query(running.engines.database_url, "SELECT 1") == 1


def test_a_surviving_valkey_is_ended_by_the_note_that_its_keeper_left(
    folder: Path, start: Start, survive: Survive
) -> None:
    home = Home.open(folder)
    engine = prepare_valkey(home)(choose_ports(home, ["valkey"])["valkey"])
    survivor = survive(engine)
    note = {"pid": survivor.pid, "marker": engine.marker}
    write_json(home.engines_state, {"keeper": 1, "ready": True, "engines": {"valkey": note}})
    with start(folder):
        survivor.wait(5)


def test_a_stranger_with_the_process_id_of_a_dead_engine_is_left_alone(
    folder: Path, start: Start
) -> None:
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        note = {"pid": stranger.pid, "marker": "127.0.0.1:20001"}
        state = {"keeper": 1, "ready": True, "engines": {"valkey": note}}
        write_json(Home.open(folder).engines_state, state)
        with start(folder):
            assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_dead_server_that_nobody_buried_does_not_hinder(
    folder: Path, start: Start, eventually: Callable[[Callable[[], bool]], None]
) -> None:
    zombie = subprocess.Popen(["true"])
    eventually(lambda: psutil.Process(zombie.pid).status() == psutil.STATUS_ZOMBIE)
    note = f"{zombie.pid}\n{folder}/postgres\n1\n20001\n\n127.0.0.1\n0 0\nready\n"
    (folder / "postgres" / "postmaster.pid").write_text(note)
    with start(folder) as running:
        assert running.engines.database_url
    zombie.wait()


def test_a_half_made_cluster_is_made_anew(tmp_path: Path, start: Start) -> None:
    half = tmp_path / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with start(tmp_path):
        assert not half.exists()


def test_a_lost_password_is_replaced(
    folder: Path, start: Start, query: Callable[[str, str], Any]
) -> None:
    (folder / "secrets" / "postgres").unlink()
    with start(folder) as running:
        assert query(running.engines.database_url, "SELECT 1") == 1


def test_a_forgotten_hold_keeps_nothing_down(folder: Path, start: Start) -> None:
    Home.open(folder).hold("postgres").touch()
    with start(folder):
        state = read_json(Home(folder).engines_state)
    assert state["ready"] is True
    assert not Home(folder).hold("postgres").exists()
    assert os.listdir(folder / "run") == []
