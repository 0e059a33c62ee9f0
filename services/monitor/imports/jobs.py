"""The stretches of imports."""

from datetime import datetime

from services.monitor.imports import refusals, service
from shared.contracts.posts import ImportQueued
from shared.deliveries import Delivered
from shared.jobs import Jobs, Lane, Work

jobs = Jobs()


@jobs.every(3_600, "monitor.forget_refused")
async def forget_refused(work: Work, due_at: datetime) -> None:
    """Forget refused rows that nobody came for."""
    await refusals.forget_refused(work.session)


# In the lane of the posts, behind them: history waits for what is new.
@jobs.on(ImportQueued, lane=Lane.STREAM)
async def read_on(work: Work, delivered: Delivered[ImportQueued]) -> None:
    """Read a stretch of a file."""
    await service.read_on(work.session, delivered.event)
