"""Back-tests are run beside everything else, one at a time."""

from datetime import datetime

from services.monitor.backtest import running, service
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
        await running.run(runtime, backtest)


@jobs.every(60, "monitor.silent_backtests", lane=Lane.DESK)
async def queue_silent(work: Work, due_at: datetime) -> None:
    """What a worker left behind is begun anew."""
    await service.queue_silent(work.session)
