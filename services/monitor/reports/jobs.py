"""The clock of reports."""

from datetime import datetime

from services.monitor.reports import public_link
from shared.jobs import Jobs, Work

jobs = Jobs()


@jobs.every(3600, "monitor.forget_senders")
async def forget_senders(work: Work, due_at: datetime) -> None:
    """Forget who used the public link more than a day ago."""
    await public_link.forget_senders(work.session)
