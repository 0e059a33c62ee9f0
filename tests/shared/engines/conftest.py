"""Engines of their own for these tests: they are killed here in every way."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest
import redis

from shared.engines import RunningEngines, start_engines

_USER = """
import sys
from pathlib import Path
from shared.engines import start_engines
running = start_engines(Path(sys.argv[1]), database_url=None, redis_url=None, report=lambda _: None)
sys.stdout.write(running.engines.database_url + "\\n")
sys.stdout.flush()
sys.stdin.readline()
running.stop()
"""


@pytest.fixture(scope="session")
def start() -> Callable[[Path], RunningEngines]:
    """Start both engines in a data folder, quietly."""

    def quietly(folder: Path) -> RunningEngines:
        return start_engines(folder, database_url=None, redis_url=None, report=lambda _: None)

    return quietly


@pytest.fixture(scope="session")
def folder(
    tmp_path_factory: pytest.TempPathFactory, start: Callable[[Path], RunningEngines]
) -> Path:
    """A data folder whose cluster was made, and whose engines were stopped again."""
    place = tmp_path_factory.mktemp("engines") / "home"
    start(place).stop()
    return place


@pytest.fixture
def running(folder: Path, start: Callable[[Path], RunningEngines]) -> Iterator[RunningEngines]:
    with start(folder) as engines:
        yield engines


@pytest.fixture
def elsewhere(folder: Path) -> Iterator[Callable[[], "subprocess.Popen[str]"]]:
    """Start another process that uses the engines until it gets a line, or is killed."""
    started: list[subprocess.Popen[str]] = []

    def use() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", _USER, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
        )
        started.append(process)
        return process

    yield use
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture(scope="session")
def query() -> Callable[[str, str], Any]:
    """Ask a database a question; the answer is its one value."""

    async def ask(url: str, question: str) -> Any:
        connection = await asyncpg.connect(url, timeout=5)
        try:
            return await connection.fetchval(question)
        finally:
            await connection.close()

    return lambda url, question: asyncio.run(ask(url, question))


@pytest.fixture(scope="session")
def ring() -> Callable[[str], redis.Redis]:
    """A client of a Redis."""
    return lambda url: redis.Redis.from_url(url, decode_responses=True)


@pytest.fixture(scope="session")
def processes() -> Callable[[Path], list[psutil.Process]]:
    """What runs for a data folder: its keeper, its engines, and the children of those."""

    def find(place: Path) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            try:
                words, inside = " ".join(process.cmdline()), process.cwd().startswith(str(place))
            except psutil.Error:
                continue
            if inside or "shared.engines.keeper " + str(place) in words:
                found.append(process)
        return found

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
