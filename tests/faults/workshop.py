"""Engines, a database and workers of the test's own, which it may break."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

import psutil
from sqlalchemy import TextClause, text

from shared.contracts import Room
from shared.contracts.records import CaseFileOpened
from shared.engines import RunningEngines
from shared.engines.engine import SAME, leashed
from shared.engines.home import Home, read_json
from shared.events import emit
from shared.ids import new_id
from shared.runtime import Runtime
from tests.faults import counting_room

_REPOSITORY = Path(__file__).resolve().parents[2]
_LOOK = 0.02

_IN_HAND = text("""
SELECT count(*) FROM corridor.deliveries
WHERE type = 'CaseFileOpened' AND state = 'ready' AND attempts > 0 AND available_at > now()
""")
_WAITING = text("""
SELECT count(*) FROM corridor.deliveries WHERE type = 'CaseFileOpened' AND state = 'ready'
""")
_REPORTS = text("SELECT count(*) FROM corridor.workers WHERE pid = :pid")
_STATES = text("""
SELECT state, count(*) AS deliveries FROM corridor.deliveries
WHERE type = 'CaseFileOpened' GROUP BY state
""")


class WorkerProcess:
    """One worker of the counting room, and what it logged."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self._environment = environment
        self._log = log
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._running is not None
        return self._running.pid

    @property
    def lives(self) -> bool:
        """Whether it runs."""
        return self._running is not None and self._running.poll() is None

    @property
    def log(self) -> str:
        """All that it logged."""
        return self._log.read_text("utf-8")

    def start(self) -> None:
        """Start it, or start it again."""
        program = [sys.executable, "-m", "tests.faults.counting_room"]
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(
                leashed(program, SAME, signal.SIGKILL),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                cwd=_REPOSITORY,
            )

    def kill(self) -> None:
        """SIGKILL it; it is gone when this returns."""
        assert self._running is not None
        assert self.lives, f"it was dead already: {self.log[-2000:]}"
        self._running.kill()
        assert self._running.wait(10) == -signal.SIGKILL

    def stop(self) -> None:
        """End it in good order."""
        if self._running is not None and self.lives:
            psutil.Process(self.pid).resume()
            self._running.terminate()
            try:
                self._running.wait(15)
            finally:
                self._running.kill()
                self._running.wait()


class Workshop:
    """What a fault test of the corridor needs: emit, hurt, count."""

    def __init__(self, running: RunningEngines, home: Path, runtime: Runtime, folder: Path) -> None:
        self.running = running
        self.runtime = runtime
        self._home = Home(home)
        self._folder = folder
        self._workers: list[WorkerProcess] = []

    def worker(self, **settings: str) -> WorkerProcess:
        """Start a worker; `lease_seconds="2"` and the like are its settings."""
        plain = {name: value for name, value in os.environ.items() if "GROUNDSWELL" not in name}
        environment = plain | {
            "GROUNDSWELL_ROOM": str(Room.RESPONSE),
            "GROUNDSWELL_DATABASE_URL": self.runtime.settings.database_url.get_secret_value(),
            "GROUNDSWELL_REDIS_URL": self.runtime.settings.redis_url.get_secret_value(),
            "GROUNDSWELL_IDENTITY_PUBLIC_KEY_FILE": os.devnull,
            "GROUNDSWELL_DATABASE_POOL": "4",
            "PYTHONPATH": str(_REPOSITORY),
            counting_room.FOLDER: str(self._folder),
        }
        environment |= {_variable(name): value for name, value in settings.items()}
        worker = WorkerProcess(environment, self._folder / f"worker-{len(self._workers)}.log")
        self._workers.append(worker)
        worker.start()
        return worker

    def stop(self) -> None:
        """Stop all workers."""
        for worker in self._workers:
            worker.stop()

    def engine_pid(self, name: str) -> int:
        """The process of `postgres` or `valkey`; 0 while it is away."""
        engines = read_json(self._home.engines_state).get("engines", {})
        return int(engines.get(name, {}).get("pid", 0))

    def hold(self, worker: WorkerProcess, where: str) -> None:
        """From now on the worker's handler waits, `WAIT_BEFORE` or `WAIT_AFTER` it wrote."""
        (self._folder / f"{where}-{worker.pid}").touch()

    def let_go(self, worker: WorkerProcess, where: str) -> None:
        """Its handler goes on."""
        (self._folder / f"{where}-{worker.pid}").unlink()

    async def emit(self, count: int, *, act: str | None = None) -> list[UUID]:
        """Emit so many events, each in a transaction of its own; answers with their cases."""
        cases = [new_id() for _ in range(count)]
        for case in cases:
            async with self.runtime.transaction() as session:
                if act is not None:
                    await session.execute(
                        text("INSERT INTO faults.orders VALUES (:case, :act)"),
                        {"case": case, "act": act},
                    )
                await emit(session, CaseFileOpened(case_id=case, incident_id=new_id()))
        return cases

    async def effects(self) -> dict[UUID, list[int]]:
        """For each case the processes that wrote an effect: one, if all is well."""
        async with self.runtime.transaction() as session:
            rows = await session.execute(text("SELECT case_id, pid FROM faults.effects"))
            found: dict[UUID, list[int]] = {}
            for row in rows:
                found.setdefault(row.case_id, []).append(row.pid)
            return found

    async def states(self) -> Counter[str]:
        """How many deliveries are in which state."""
        async with self.runtime.transaction() as session:
            rows = await session.execute(_STATES)
            return Counter({row.state: row.deliveries for row in rows})

    async def until_up(self, worker: WorkerProcess) -> None:
        """Wait until the worker reports for the first time."""
        await self.until(lambda: self._number(_REPORTS, pid=worker.pid), bool, 60)

    async def until_in_hand(self, count: int) -> None:
        """Wait until workers hold so many deliveries."""
        await self.until(lambda: self._number(_IN_HAND), lambda held: held >= count, 30)

    async def until_quiet(self, patience: float) -> float:
        """Wait until nothing waits any more; answers with the seconds it took."""
        began = time.monotonic()
        await self.until(lambda: self._number(_WAITING), lambda waiting: waiting == 0, patience)
        return time.monotonic() - began

    async def until_logged(self, worker: WorkerProcess, *words: str, times: int = 1) -> None:
        """Wait until the worker has logged these events so many times."""

        async def seen() -> int:
            return sum(worker.log.count(f'"event": "{word}"') for word in words)

        await self.until(seen, lambda count: count >= times, 30)

    async def latency(self, patience: float) -> float:
        """Seconds from an event's commit to its effect."""
        [case] = await self.emit(1)
        began = time.monotonic()

        async def written() -> int:
            return len((await self.effects()).get(case, []))

        await self.until(written, bool, patience)
        return time.monotonic() - began

    async def until_rung(self, worker: WorkerProcess, quick: float) -> None:
        """Wait until the worker hears the bell: an effect comes within `quick` seconds."""
        deadline = time.monotonic() + 30
        while (seconds := await self.latency(60)) > quick:
            assert time.monotonic() < deadline, f"{seconds:.1f} s: not rung\n{worker.log[-1500:]}"

    async def _number(self, query: TextClause, **values: object) -> int:
        async with self.runtime.transaction() as session:
            return int((await session.execute(query, values)).scalar_one())

    async def until(
        self, look: Callable[[], Awaitable[int]], enough: Callable[[int], bool], patience: float
    ) -> None:
        """Wait until what `look` answers is enough; the logs tell why it never was."""
        deadline = time.monotonic() + patience
        while not enough(seen := await look()):
            logs = "\n".join(worker.log[-1500:] for worker in self._workers)
            assert time.monotonic() < deadline, f"not within {patience} s, last {seen}\n{logs}"
            await asyncio.sleep(_LOOK)


def _variable(name: str) -> str:
    return name if name.isupper() else f"GROUNDSWELL_{name.upper()}"
