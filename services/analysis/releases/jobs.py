"""Posts that are judged again."""

from services.analysis.releases.recomputing import judge_again
from shared.contracts.posts import PostsResubmitted
from shared.deliveries import Delivered
from shared.jobs import Jobs, Lane, Work

jobs = Jobs()


# In the lane of the posts, and behind them: new ones go first.
@jobs.on(PostsResubmitted, lane=Lane.STREAM)
async def judge_posts_again(work: Work, delivered: Delivered[PostsResubmitted]) -> None:
    """Judge a batch of old posts by the models that are live now."""
    await judge_again(work.session, work.resources, delivered.event)
