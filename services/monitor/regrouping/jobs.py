"""What the clock does to stories that have become alike."""

from datetime import datetime

from services.monitor.regrouping.looking import look_for_alike
from shared.jobs import Jobs, Lane, Work

jobs = Jobs()


@jobs.every(60, "monitor.alike_stories", lane=Lane.STREAM)
async def merge_alike_stories(work: Work, due_at: datetime) -> None:
    """Stories that are surely one are merged; others that may be are proposed."""
    await look_for_alike(work.session, work.resources.memory)
