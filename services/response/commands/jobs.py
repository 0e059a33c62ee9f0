"""The clock of commands."""

from datetime import datetime

from services.response.commands.service import note_overdue_commands
from shared.jobs import Jobs, Work

jobs = Jobs()


@jobs.every(10, "response.overdue_commands")
async def note_overdue(work: Work, due_at: datetime) -> None:
    """Record the commands whose due time passed."""
    await note_overdue_commands(work.session)
