"""The stretches of imports."""

from services.monitor.imports import service
from shared.contracts.posts import ImportQueued
from shared.deliveries import Delivered
from shared.jobs import Jobs, Lane, Work

jobs = Jobs()


# In the lane of the posts, behind them: history waits for what is new.
@jobs.on(ImportQueued, lane=Lane.STREAM)
async def read_on(work: Work, delivered: Delivered[ImportQueued]) -> None:
    """Read a stretch of a file."""
    await service.read_on(work.session, delivered.event)
