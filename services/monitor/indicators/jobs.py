"""What the clock does to the history of indicators."""

from datetime import datetime

from services.monitor.indicators.rolling import roll_up
from shared.jobs import Jobs, Work

jobs = Jobs()


@jobs.every(600, "monitor.indicator_history")
async def roll_up_history(work: Work, due_at: datetime) -> None:
    """Older history is told in longer stretches."""
    await roll_up(work.session)
