"""The clock of surges."""

from datetime import datetime

from services.monitor.surge import service
from shared.db import database_now
from shared.jobs import Jobs, Lane, Work

jobs = Jobs()


@jobs.every(60, "monitor.surges", lane=Lane.DESK)
async def find_surges(work: Work, due_at: datetime) -> None:
    """Mentions of the last minutes against what is usual. The tracker judges what is found."""
    now = await database_now(work.session)
    await service.feed_detectors(work.session, now.timestamp())
