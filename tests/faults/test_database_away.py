"""PostgreSQL crashes: no process needs a hand, no try is lost, no lease is waited for."""

import asyncio

from tests.faults.counting_room import WAIT_AFTER, WAIT_BEFORE
from tests.faults.injuries import crash_database
from tests.faults.telling import Tell
from tests.faults.workshop import Workshop

# As in production: whoever waited for this lease would be late.
LEASE = 30.0
RECOVERY = 10.0
# One more than there are tries.
CRASHES = 4


async def test_a_worker_outlives_crashes_of_the_database_and_loses_no_try(
    workshop: Workshop, tell: Tell
) -> None:
    worker = workshop.worker(lease_seconds=str(LEASE))
    pid = worker.pid
    workshop.hold(worker, WAIT_AFTER)
    cases = await workshop.emit(30)
    for crash in range(1, CRASHES + 1):
        await workshop.until_logged(worker, WAIT_AFTER, times=crash)
        # When it comes back, the worker shall wait where it has not touched the database.
        workshop.hold(worker, WAIT_BEFORE)

        async def fail() -> None:
            seen = worker.log.count("database_away")
            workshop.let_go(worker, WAIT_AFTER)
            await workshop.until_logged(worker, "database_away", times=seen + 1)

        tell(str(await crash_database(workshop.running, fail)))
        await workshop.until_logged(worker, WAIT_BEFORE, times=crash)
        if crash < CRASHES:
            workshop.hold(worker, WAIT_AFTER)
        workshop.let_go(worker, WAIT_BEFORE)
    seconds = await workshop.until_quiet(RECOVERY)
    tell(f"done {seconds:.1f} s after the last of {CRASHES} crashes in the same work")
    assert worker.lives
    assert await workshop.states() == {"done": 30}
    assert await workshop.effects() == {case: [pid] for case in cases}


async def test_a_worker_waits_for_a_database_that_is_away_long(
    workshop: Workshop, tell: Tell
) -> None:
    worker = workshop.worker(lease_seconds=str(LEASE))
    cases = await workshop.emit(200)
    tell(str(await crash_database(workshop.running, lambda: asyncio.sleep(4))))
    await workshop.until_quiet(RECOVERY)
    assert worker.lives
    assert set(await workshop.effects()) == set(cases)
    assert await workshop.states() == {"done": 200}
