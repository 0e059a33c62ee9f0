"""What the clock asks of groups."""

from datetime import datetime

from services.response.teams import duty
from shared.jobs import Jobs, Work

jobs = Jobs()


@jobs.every(duty.TELL_EVERY, "response.duty_rosters")
async def tell_rosters(work: Work, due_at: datetime) -> None:
    """Tell who is on duty in the weeks that came into sight."""
    await duty.tell_all_rosters(work.session)
