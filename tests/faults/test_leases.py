"""A worker that dies or sleeps: its work goes to another, and is done once."""

import asyncio

import pytest

from tests.faults.counting_room import CRASH, WAIT_AFTER, WAIT_BEFORE, WAIT_WITHIN
from tests.faults.injuries import frozen
from tests.faults.telling import Tell
from tests.faults.workshop import Workshop

LEASE = 2.0


@pytest.mark.parametrize("where", [WAIT_BEFORE, WAIT_AFTER, WAIT_WITHIN])
async def test_a_worker_that_slept_beyond_its_lease_cannot_commit(
    workshop: Workshop, where: str
) -> None:
    sleeper = workshop.worker(lease_seconds=str(LEASE))
    workshop.hold(sleeper, where)
    cases = await workshop.emit(10)
    await workshop.until_logged(sleeper, where)
    with frozen(sleeper.pid):
        other = workshop.worker(lease_seconds=str(LEASE))
        await workshop.until_quiet(30)
    workshop.let_go(sleeper, where)
    # Now the sleeper is awake, and goes on where it stood.
    await workshop.until_logged(sleeper, "fence_lost", "delivery_failed")
    assert sleeper.lives
    assert await workshop.effects() == {case: [other.pid] for case in cases}


async def test_orphans_are_picked_up_within_the_lease_and_five_seconds(
    workshop: Workshop, tell: Tell
) -> None:
    victim = workshop.worker(lease_seconds=str(LEASE))
    workshop.hold(victim, WAIT_AFTER)
    cases = await workshop.emit(10)
    await workshop.until_in_hand(10)
    other = workshop.worker(lease_seconds=str(LEASE))
    await workshop.until_up(other)
    victim.kill()
    seconds = await workshop.until_quiet(LEASE + 5)
    assert await workshop.effects() == {case: [other.pid] for case in cases}
    tell(f"orphans done {seconds:.1f} s after kill -9 (lease {LEASE:g} s)")


async def test_a_message_that_kills_its_workers_is_laid_aside_and_harms_no_other(
    workshop: Workshop,
) -> None:
    before = await workshop.emit(500)
    await workshop.emit(1, act=CRASH)
    after = await workshop.emit(499)
    worker = workshop.worker(lease_seconds="1")
    deaths = 0
    quiet = asyncio.create_task(workshop.until_quiet(60))
    while not quiet.done():
        if not worker.lives:
            deaths += 1
            worker.start()
        await asyncio.sleep(0.05)
    await quiet
    assert deaths == 3
    assert await workshop.states() == {"done": 999, "dead": 1}
    effects = await workshop.effects()
    assert set(effects) == {*before, *after}
    assert [case for case, pids in effects.items() if len(pids) != 1] == []
