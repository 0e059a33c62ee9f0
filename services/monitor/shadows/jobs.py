"""The clock of shadows."""

from datetime import datetime

from services.monitor.shadows import service
from shared.jobs import Jobs, Lane, Work

jobs = Jobs()


@jobs.every(60, "monitor.shadows", lane=Lane.DESK)
async def compare_shadows(work: Work, due_at: datetime) -> None:
    """Look what settings in shadow would have warned of."""
    await service.compare_due(work.session)
