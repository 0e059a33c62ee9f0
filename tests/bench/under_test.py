"""The system that is measured, looked at from beside: its database, its processes, its CPU time."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Self

import asyncpg
import psutil

from shared.engines import postgres
from shared.engines.home import read_json
from tests.house import House

_WAITING = """
SELECT room || ' ' || type AS kind, count(*) AS deliveries FROM corridor.deliveries
WHERE state = 'ready' AND type IN ('PostsCollected', 'PostsAnalysed') GROUP BY 1
"""
_BACKENDS = "SELECT pid, application_name, backend_type FROM pg_stat_activity"
_LOOK = 0.1


@dataclass(frozen=True)
class Moment:
    """CPU seconds of every process until `at`, those of the whole machine, and bytes of WAL."""

    at: float
    cpu: Mapping[str, float]
    machine: float
    wal: int

    def until(self, later: "Moment") -> "Moment":
        """What was spent between this moment and a later one."""
        return Moment(
            at=later.at - self.at,
            cpu={name: used - self.cpu.get(name, 0.0) for name, used in later.cpu.items()},
            machine=later.machine - self.machine,
            wal=later.wal - self.wal,
        )


class UnderTest:
    """The running system."""

    def __init__(self, house: House, database: "asyncpg.Connection") -> None:
        self.house = house
        self.database = database
        # Posts a second that were accepted at full load, once that was measured.
        self.capacity: float | None = None

    @classmethod
    @asynccontextmanager
    async def open(cls, house: House) -> AsyncIterator[Self]:
        """Look at `house`, which runs."""
        database = await asyncpg.connect(database_url(house))
        try:
            yield cls(house, database)
        finally:
            await database.close()

    @property
    def headers(self) -> dict[str, str]:
        """What a request of the administrator carries."""
        return {"Authorization": f"Bearer {self.house.admin_key}"}

    async def waiting(self) -> dict[str, int]:
        """Deliveries of posts that are not done, by room and type."""
        return {row["kind"]: row["deliveries"] for row in await self.database.fetch(_WAITING)}

    async def drained(self, patience: float = 300.0) -> float:
        """Wait until no post waits any more; returns the seconds that it took."""
        began = time.monotonic()
        while waiting := await self.waiting():
            if time.monotonic() - began > patience:
                raise TimeoutError(f"after {patience:g} s there still wait {waiting}")
            await asyncio.sleep(_LOOK)
        return time.monotonic() - began

    async def moment(self) -> Moment:
        """How much was spent so far."""
        backends = {
            row["pid"]: row["application_name"].removeprefix("groundswell-") or row["backend_type"]
            for row in await self.database.fetch(_BACKENDS)
        }
        cpu: defaultdict[str, float] = defaultdict(float)
        for name, pid in self.house.pids.items():
            process = psutil.Process(pid)
            cpu[name] += _seconds(process)
            for child in process.children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    part = backends.get(child.pid, "background") if name == "postgres" else name
                    cpu[f"postgres {part}" if name == "postgres" else name] += _seconds(child)
        wal = await self.database.fetchval("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")
        machine = psutil.cpu_times()
        busy = sum(machine) - machine.idle - machine.iowait - machine.guest - machine.guest_nice
        return Moment(at=time.time(), cpu=cpu, machine=busy, wal=int(wal))


def database_url(house: House) -> str:
    """The address of the system's database, as its owner."""
    port = read_json(house.home.engines_state)["engines"]["postgres"]["port"]
    return postgres.url(house.home.secret(postgres.SECRET)[0], port)


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system + times.children_user + times.children_system
