"""The clock of deletions."""

from datetime import datetime, timedelta

from services.monitor.deletions import service
from shared.jobs import Jobs, Work

jobs = Jobs()


@jobs.every(300, "monitor.clear_deleted")
async def clear_deleted(work: Work, due_at: datetime) -> None:
    """Remove the words of posts that have been gone for long enough."""
    wait = timedelta(hours=work.runtime.settings.deleted_posts_hours)
    await service.clear_deleted(work.session, wait)
