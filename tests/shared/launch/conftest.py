"""Runs of the whole system with fake rooms, on engines of their own."""

import os
import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import psutil
import pytest

from shared.engines import start_engines
from shared.engines.home import Home

_UP = Path(__file__).with_name("fake_up.py")
_ROOT = Path(__file__).parents[3]


class Run:
    """A running `up`: what it says, line by line, and how it ends."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.said: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        assert process.stdout
        self._reader = threading.Thread(target=self._read, args=(process.stdout,), daemon=True)
        self._reader.start()

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def hear(self, words: str, seconds: float = 20) -> str:
        """Wait for a line that has these words."""
        deadline = time.monotonic() + seconds
        while line := self._next(deadline):
            self.said.append(line)
            if words in line:
                return line
        raise AssertionError(f"nobody said {words!r}, only {self.said}")

    def _next(self, deadline: float) -> str | None:
        try:
            return self._lines.get(timeout=max(0.01, deadline - time.monotonic()))
        except queue.Empty:
            return None

    def end(self, seconds: float = 20) -> int:
        """Wait until it has ended; the answer is its exit status."""
        status = self.process.wait(seconds)
        self._reader.join(5)
        while not self._lines.empty():
            if line := self._lines.get():
                self.said.append(line)
        return status


Up = Callable[..., Run]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose cluster is made: that takes its second only once."""
    place = tmp_path_factory.mktemp("launch") / "home"
    start_engines(place, database_url=None, redis_url=None, report=lambda _: None).stop()
    return place


@pytest.fixture
def home(made: Path) -> Home:
    """That data folder, without what an earlier test left for its fake rooms."""
    for pattern in ("seen-*", "ran-*", "fail-*", "hang-*", "deaf", "broken", "sample-played"):
        for path in made.glob(pattern):
            path.unlink()
    return Home.open(made)


@pytest.fixture
def popen(home: Home, free_port: int) -> Callable[..., "subprocess.Popen[str]"]:
    """Start `up` in the data folder; what it says comes by a pipe."""

    def start(*arguments: str, port: int = free_port) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, str(_UP), str(port), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=home.path,
            env={**os.environ, "PYTHONPATH": str(_ROOT), "GROUNDSWELL_HOME": str(home.path)},
        )

    return start


@pytest.fixture
def up(popen: Callable[..., "subprocess.Popen[str]"]) -> Iterator[Up]:
    """Start a run in the data folder, and listen to it."""
    runs: list[Run] = []

    def start(*arguments: str, **options: int) -> Run:
        runs.append(Run(popen(*arguments, **options)))
        return runs[-1]

    yield start
    for run in runs:
        if run.process.poll() is None:
            run.process.terminate()
        run.end()
        assert run.process.stdout
        run.process.stdout.close()


@pytest.fixture(scope="session")
def free_port() -> int:
    """A port for the gateway, outside of the range that the rooms take theirs from."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture
def left(home: Home) -> Callable[[], list[str]]:
    """The processes and the files of the run that are still there."""

    def find() -> list[str]:
        found = []
        for process in psutil.process_iter():
            try:
                ours = process.environ().get("GROUNDSWELL_HOME") == str(home.path)
                at_work = process.cwd().startswith(str(home.path))
                if (ours or at_work) and process.pid != os.getpid():
                    found.append(" ".join(process.cmdline()))
            except psutil.Error:
                continue
        return found + [path.name for path in home.run.iterdir()]

    return find


@pytest.fixture(scope="session")
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Wait until something holds, 15 seconds at most."""

    def wait(holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 15
        while not holds():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.02)

    return wait
