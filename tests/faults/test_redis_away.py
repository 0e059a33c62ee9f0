"""Redis is only a doorbell: emptied, killed or hung, it costs at most the second of a sweep."""

import asyncio
import statistics
import time

import pytest
from redis.exceptions import RedisError

from tests.faults.injuries import empty_redis, frozen
from tests.faults.telling import Tell
from tests.faults.workshop import WorkerProcess, Workshop

# A sweep a second, and what the work itself takes.
BY_SWEEP = 2.0
PATIENCE = 10.0
# Shorter than the sweep of `slow_sweeper`: who is as quick as this was rung.
BY_BELL = 2.0


@pytest.fixture
async def slow_sweeper(workshop: Workshop) -> WorkerProcess:
    """A worker that looks by itself only every 20 seconds: what is quicker came by the bell."""
    worker = workshop.worker(sweep_seconds="20")
    await workshop.latency(30)
    return worker


async def test_without_redis_the_work_goes_on_by_the_sweep(workshop: Workshop, tell: Tell) -> None:
    worker = workshop.worker()
    await workshop.latency(30)
    before = worker.pid
    with workshop.running.redis_down():
        with pytest.raises(RedisError):
            await workshop.runtime.doorbell.ping()
        seconds = []
        for _ in range(5):
            await asyncio.sleep(0.3)  # let the worker go back to its sweep
            seconds.append(await workshop.latency(PATIENCE))
    tell(
        f"without Redis: {statistics.median(seconds):.2f} s to the effect, "
        f"{max(seconds):.2f} s at most"
    )
    assert statistics.median(seconds) < BY_SWEEP
    assert worker.lives
    assert worker.pid == before
    assert "doorbell_lost" in worker.log


async def test_the_bell_rings_again_when_redis_is_back(
    workshop: Workshop, slow_sweeper: WorkerProcess
) -> None:
    for _ in range(3):
        await workshop.emit(20)  # rings are under way, and in the queue, as Redis dies
        workshop.running.restart_redis()
    await workshop.until_rung(slow_sweeper, BY_BELL)
    assert slow_sweeper.lives


async def test_an_emptied_redis_rings_on(
    workshop: Workshop, slow_sweeper: WorkerProcess, tell: Tell
) -> None:
    url = workshop.runtime.settings.redis_url.get_secret_value()
    for _ in range(5):
        await workshop.emit(20)
        tell(str(empty_redis(url)))
    await workshop.until_rung(slow_sweeper, BY_BELL)
    assert slow_sweeper.lives


async def test_a_redis_that_hangs_holds_up_nobody(workshop: Workshop, tell: Tell) -> None:
    worker = workshop.worker()
    await workshop.latency(30)
    before = len(asyncio.all_tasks())
    with frozen(workshop.engine_pid("valkey")):
        began = time.monotonic()
        await workshop.emit(300)
        seconds = time.monotonic() - began
        tasks = len(asyncio.all_tasks()) - before
        waited = await workshop.until_quiet(PATIENCE)
    tell(
        f"Redis hung: 300 commits in {seconds:.1f} s, done {waited:.1f} s later, {tasks} tasks wait"
    )
    assert tasks <= 1
    assert waited < BY_SWEEP
    assert worker.lives
    await workshop.until_rung(worker, BY_BELL)
