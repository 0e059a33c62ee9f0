"""Old posts that are wanted again."""

from services.monitor.posts.resubmitting import resubmit
from shared.contracts.posts import OpinionsOutdated
from shared.deliveries import Delivered
from shared.jobs import Jobs, Work

jobs = Jobs()


@jobs.on(OpinionsOutdated)
async def send_posts_again(work: Work, delivered: Delivered[OpinionsOutdated]) -> None:
    """The analysis room judges old posts by newer models."""
    await resubmit(work.session, delivered.event)
