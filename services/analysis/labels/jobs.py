"""The words of labelled posts, as they come from the monitor."""

from services.analysis.labels.service import keep_text
from shared.contracts.labelling import PostQuoted
from shared.deliveries import Delivered
from shared.jobs import Jobs, Work

jobs = Jobs()


@jobs.on(PostQuoted)
async def keep_words(work: Work, delivered: Delivered[PostQuoted]) -> None:
    """Labels without words train no model."""
    await keep_text(work.session, work.resources, delivered.event)
