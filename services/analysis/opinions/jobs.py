"""Opinions for what the monitor collects."""

from collections.abc import Sequence

from services.analysis.opinions.service import give_opinions
from shared.contracts.posts import PostsCollected
from shared.deliveries import Delivered
from shared.jobs import Jobs, Work

jobs = Jobs()


@jobs.on_batch(PostsCollected, size=10)
async def analyse_posts(work: Work, batch: Sequence[Delivered[PostsCollected]]) -> None:
    """Judge every collected post."""
    await give_opinions(
        work.session, work.resources, [delivered.event.posts for delivered in batch]
    )
