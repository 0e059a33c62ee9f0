"""Posts come in, things break at marks of their progress, and when all is quiet it is counted."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
import httpx

from shared.engines import RunningEngines, start_engines
from tests.faults.counts import HOW_MANY_WAIT, count
from tests.faults.injuries import Injury, crash_database, empty_redis, frozen, kill
from tests.faults.senders import BATCH, WATCHED, Ledger, Senders
from tests.faults.telling import Tell
from tests.house import House

# The promise: what is left over when the last post was accepted is done within this, on cores of
# one's own.
BACKLOG_SECONDS = 60.0

# What a process has in its hands: deliveries under a lease, requests in a transaction.
_DELIVERIES = """
SELECT count(*) FROM corridor.deliveries
WHERE $1 = 'groundswell-' || room || '-worker' AND type NOT LIKE 'ScheduleDue%'
  AND state = 'ready' AND attempts > 0 AND available_at > now()
"""
_REQUESTS = """
SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND state <> 'idle'
"""
_REPORTS = "SELECT EXISTS (SELECT 1 FROM corridor.workers WHERE pid = $1)"
_OF_ROOM = {
    "gateway": "/posts",
    "monitor": "/posts",
    "response": "/incidents",
    "archive": "/cases",
}


@dataclass(frozen=True)
class Scene:
    """The house under the storm, with the engines that a blow may crash."""

    house: House
    running: RunningEngines

    async def ask(self, query: str, *values: object) -> object:
        """One value from the database."""
        connection = await asyncpg.connect(self.running.engines.database_url)
        try:
            return await connection.fetchval(query, *values)
        finally:
            await connection.close()

    def ask_now(self, query: str, *values: object) -> object:
        """The same, for a thread without an event loop."""
        return asyncio.run(self.ask(query, *values))

    def works(self, name: str, pid: int) -> bool:
        """Whether the process does its work: a worker reports, an API answers at the door."""
        if name.endswith("-worker"):
            return bool(self.ask_now(_REPORTS, pid))
        try:
            answer = httpx.get(
                f"{self.house.base_url}/api/v1{_OF_ROOM[name]}?limit=1",
                headers={"Authorization": f"Bearer {self.house.admin_key}"},
                trust_env=False,
            )
        except httpx.TransportError:
            return False
        return answer.status_code == httpx.codes.OK


Blow = Callable[[Scene], Awaitable[Injury]]


@asynccontextmanager
async def scene_of(house: House) -> AsyncIterator[Scene]:
    """Share the engines of a house that runs."""
    running = await asyncio.to_thread(
        start_engines,
        house.home.path,
        database_url=None,
        redis_url=None,
        report=lambda _: None,
    )
    try:
        yield Scene(house, running)
    finally:
        await asyncio.to_thread(running.stop)


async def empty_valkey(scene: Scene) -> Injury:
    """All rings, queues and counters are gone."""
    return await asyncio.to_thread(empty_redis, scene.running.engines.redis_url)


async def kill_valkey(scene: Scene) -> Injury:
    """Valkey is killed, and comes back empty."""
    before = scene.house.pids["valkey"]
    began = time.monotonic()
    await asyncio.to_thread(scene.running.restart_redis)
    after = scene.house.pids["valkey"]
    assert after not in (0, before)
    seconds = time.monotonic() - began
    return Injury("Valkey killed", f"process {before} gone, {after} there", seconds)


async def crash_postgres(scene: Scene) -> Injury:
    """PostgreSQL is away for two seconds, and has forgotten what was not committed."""
    return await crash_database(scene.running, lambda: asyncio.sleep(2))


def kill_process(name: str) -> Blow:
    """SIGKILL a process of the house, at any moment."""
    return _kill(name, lambda scene: 1)


def kill_at_work(name: str) -> Blow:
    """SIGKILL a worker while it holds deliveries, an API while it holds requests."""
    worker = name.endswith("-worker")
    query = _DELIVERIES if worker else _REQUESTS
    application = f"groundswell-{name}" if worker else f"groundswell-{name}-api"
    return _kill(name, lambda scene: int(str(scene.ask_now(query, application))))


def _kill(name: str, busy_with: Callable[[Scene], int]) -> Blow:
    async def blow(scene: Scene) -> Injury:
        return await asyncio.to_thread(
            kill,
            name,
            lambda: scene.house.pids[name],
            lambda pid: scene.works(name, pid),
            lambda: busy_with(scene),
        )

    return blow


def freeze(name: str, seconds: float) -> Blow:
    """SIGSTOP a process for a while: it neither dies nor answers."""

    async def blow(scene: Scene) -> Injury:
        pid = scene.house.pids[name]
        with frozen(pid):
            await asyncio.sleep(seconds)
        return Injury(f"{name} frozen", f"process {pid} stopped", seconds)

    return blow


async def storm(
    scene: Scene, tell: Tell, *, posts: int, pace: float, blows: Sequence[tuple[int, Blow]]
) -> None:
    """Send `posts` at `pace` a second, strike each blow when so many were accepted, and count.

    Raises AssertionError when anything was lost or done twice, or an answer was of no use.
    """
    with scene.house.client() as admin:
        await asyncio.to_thread(_watch, admin)
    senders = Senders(
        scene.house.base_url,
        scene.house.admin_key,
        batches=posts // BATCH,
        clients=8,
        pace=pace,
    )
    began = time.monotonic()
    sending = asyncio.create_task(senders.run())
    try:
        for mark, blow in blows:
            await _either(sending, senders.until_accepted(mark))
            assert not sending.done(), f"all posts were sent before the blow at {mark}"
            injury = await blow(scene)
            tell(f"{len(senders.ledger.accepted)} accepted when whole again. {injury}")
        await sending
        seconds = time.monotonic() - began
        quiet = await _until_quiet(scene)
        for batch in range(0, posts // BATCH, max(1, posts // BATCH // 5)):
            await senders.repeat(batch)
        await _until_quiet(scene)
    finally:
        sending.cancel()
        await senders.close()
    tell(f"{posts} posts in {seconds:.1f} s, {posts / seconds:.0f} a second under faults")
    tell(f"backlog empty {quiet:.1f} s after the last was accepted")
    await _judge(scene, senders.ledger, tell)


def _watch(admin: httpx.Client) -> None:
    wanted = {"name": WATCHED, "expression": f'"{WATCHED}"', "targets": [WATCHED]}
    answer = admin.post("/watches", json=wanted)
    assert answer.status_code == 201, answer.text


async def _either(sending: asyncio.Task[None], mark: Awaitable[None]) -> None:
    """Wait for the mark, or for the end of sending, whose failure is raised."""
    waiting = asyncio.ensure_future(mark)
    await asyncio.wait([sending, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if sending.done():
        sending.result()


async def _until_quiet(scene: Scene) -> float:
    began = time.monotonic()
    while waiting := await scene.ask(HOW_MANY_WAIT):
        # Other work on the machine stretches it: that is no fault of what is tested here.
        patience = BACKLOG_SECONDS * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
        if time.monotonic() - began > patience:
            raise AssertionError(f"{waiting} deliveries wait after {patience:.0f} s")
        await asyncio.sleep(0.1)
    return time.monotonic() - began


async def _judge(scene: Scene, ledger: Ledger, tell: Tell) -> None:
    connection = await asyncpg.connect(scene.running.engines.database_url)
    try:
        figures, breaches = await count(connection, ledger.accepted)
    finally:
        await connection.close()
    tell("answers: " + _listed(ledger.answers) + f", {ledger.replayed} replayed")
    tell("counts: " + _listed(figures))
    tell("breaches: " + (_listed(breaches) or "none"))
    assert breaches == {}
    assert ledger.rude == []


def _listed(numbers: dict[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in numbers.items())
