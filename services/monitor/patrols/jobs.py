"""The clock of patrols."""

from datetime import datetime

from services.monitor.patrols import rounds
from shared.jobs import Jobs, Work

jobs = Jobs()


@jobs.every(30, "monitor.patrol_rounds")
async def mind_rounds(work: Work, due_at: datetime) -> None:
    """Open the rounds that are due; those that nobody ended in time are missed."""
    await rounds.open_due_rounds(work.session)
    await rounds.close_missed_rounds(work.session)
