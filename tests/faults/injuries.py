"""Faults, each of which proves that it happened: what cannot be shown is no fault.

Those that last are contexts and undo themselves at the end of the block.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import asyncpg
import psutil
import redis

from shared.engines import RunningEngines

_LOOK = 0.02
_PATIENCE = 60.0
_CANARY = "faults:canary"


@dataclass(frozen=True)
class Injury:
    """A fault that happened: what was hurt, and the proof. `seconds` until it was whole again."""

    what: str
    proof: str
    seconds: float = 0.0

    def __str__(self) -> str:
        return f"{self.what}: {self.proof}; whole again after {self.seconds:.1f} s"


def kill(
    name: str,
    pid_of: Callable[[], int],
    is_whole: Callable[[int], bool],
    busy_with: Callable[[], int] = lambda: 1,
) -> Injury:
    """SIGKILL the process that `pid_of` names while it is busy; wait until another one is whole.

    It is stopped before one looks what it is `busy_with`: it still is when it dies.
    """
    before = _await(pid_of)
    while True:
        with frozen(before):
            if busy := busy_with():
                began = time.monotonic()
                _end(before)
                break
        time.sleep(_LOOK)
    after = _await(lambda: (pid := pid_of()) not in (0, before) and is_whole(pid) and pid)
    return Injury(
        f"{name} killed", f"process {before} gone, in hand {busy}, {after} works", _since(began)
    )


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """The process is stopped by SIGSTOP in this block: it neither dies nor answers."""
    process = psutil.Process(pid)
    process.suspend()
    _await(lambda: process.status() == psutil.STATUS_STOPPED)
    try:
        yield
    finally:
        if process.is_running():
            process.resume()


def empty_redis(url: str) -> Injury:
    """FLUSHALL: no queue, no job, no counter is left."""
    with redis.Redis.from_url(url, socket_timeout=5) as client:
        client.set(_CANARY, 1)
        before = client.dbsize()
        client.flushall()
        left = client.exists(_CANARY)
    if left:
        raise AssertionError("the canary survived: Valkey was not emptied")
    return Injury("Valkey emptied", f"{before} keys were there")


async def crash_database(
    running: RunningEngines, meanwhile: Callable[[], Awaitable[object]] | None = None
) -> Injury:
    """Crash PostgreSQL (immediate shutdown: nothing is finished, nothing is flushed), and let it
    come back when `meanwhile` has ended."""
    before = await _database_started(running.engines.database_url)
    began = time.monotonic()
    down = running.database_down()
    await asyncio.to_thread(down.__enter__)
    try:
        if meanwhile is not None:
            await meanwhile()
    finally:
        await asyncio.to_thread(down.__exit__, None, None, None)
    seconds = _since(began)
    after = await _database_started(running.engines.database_url)
    if after == before:
        raise AssertionError(f"PostgreSQL runs since {before}: it did not crash")
    return Injury("PostgreSQL crashed", f"started {before}, then {after}", seconds)


async def _database_started(url: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        return str(await connection.fetchval("SELECT pg_postmaster_start_time()::time(3)"))
    finally:
        await connection.close()


def _end(pid: int) -> None:
    process = psutil.Process(pid)
    process.kill()
    _await(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)


def _await(question: Callable[[], int]) -> int:
    deadline = time.monotonic() + _PATIENCE
    while not (answer := question()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {_PATIENCE:.0f} s")
        time.sleep(_LOOK)
    return answer


def _since(began: float) -> float:
    return time.monotonic() - began
