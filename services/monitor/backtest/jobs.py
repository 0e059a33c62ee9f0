"""Back-tests are run beside everything else, one at a time."""

import asyncio
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime

from services.monitor.backtest import service
from services.monitor.backtest.models import Backtest
from services.monitor.backtest.process import feed, open_process, result
from services.monitor.backtest.reading import Position, read_slice
from services.monitor.watches.live import read_aliases, read_source_names
from shared.contracts.watches import BacktestQueued
from shared.deliveries import Delivered
from shared.jobs import Jobs, Lane, Work
from shared.runtime import Runtime

jobs = Jobs()


@jobs.on_outside(BacktestQueued, lane=Lane.STUDY)
async def run_backtest(runtime: Runtime, delivered: Delivered[BacktestQueued]) -> None:
    """Run a back-test. It may take many minutes, longer than a lease: who is told of it meanwhile
    sees by its beat that it is running."""
    async with runtime.transaction() as session:
        backtest = await service.begin(session, delivered.event.backtest_id)
    if backtest is not None:
        await _run(runtime, backtest)


@jobs.every(60, "monitor.silent_backtests", lane=Lane.DESK)
async def queue_silent(work: Work, due_at: datetime) -> None:
    """What a worker left behind is begun anew."""
    await service.queue_silent(work.session)


async def _run(runtime: Runtime, backtest: Backtest) -> None:
    """Each slice is read in a short transaction of its own."""
    loop = asyncio.get_running_loop()
    position, posts = Position.at(backtest.since), 0
    async with runtime.transaction() as session:
        aliases = {"aliases": await read_aliases(session)}
        names = await read_source_names(session)
    process = open_process(
        None if backtest.present is None else backtest.present | aliases,
        backtest.draft | aliases,
        backtest.since.timestamp(),
        backtest.until.timestamp(),
    )
    try:
        while position.begin < backtest.until:
            async with runtime.transaction() as session:
                read, position = await read_slice(session, position, backtest.until, names)
                posts += len(read)
                if not await service.beat(session, backtest.id, posts, position):
                    return
            if read:
                await loop.run_in_executor(process, feed, read)
        found = await loop.run_in_executor(process, result)
    except BrokenProcessPool:
        async with runtime.transaction() as session:
            await service.fail(session, backtest.id, "Its process was killed: try fewer days.")
        return
    finally:
        process.shutdown(wait=False, cancel_futures=True)
    async with runtime.transaction() as session:
        await service.finish(session, backtest.id, found)
