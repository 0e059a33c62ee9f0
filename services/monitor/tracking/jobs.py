"""Tracking of what was collected and analysed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update

from services.monitor.stories.models import Tracking
from services.monitor.tracking import copies, labels, service
from services.monitor.tracking.memory import Memory
from shared.contracts.labelling import LabelWithdrawn, PostLabelled
from shared.contracts.posts import CopyJudged, PostsAnalysed, PostsCollected
from shared.deliveries import Delivered
from shared.jobs import Jobs, Lane, Work

jobs = Jobs()


@jobs.on_batch(PostsCollected, size=10)
async def track_posts(work: Work, batch: Sequence[Delivered[PostsCollected]]) -> None:
    """New posts find their stories."""
    await service.track_posts(work.session, _memory(work), [delivered.event for delivered in batch])


@jobs.on_batch(PostsAnalysed, size=10)
async def note_opinions(work: Work, batch: Sequence[Delivered[PostsAnalysed]]) -> None:
    """Opinions reach their posts and stories."""
    await service.note_opinions(
        work.session, _memory(work), [delivered.event for delivered in batch]
    )


@jobs.on(PostLabelled, lane=Lane.STREAM)
async def note_label(work: Work, delivered: Delivered[PostLabelled]) -> None:
    """What a person says of a post counts instead of what the model said."""
    await labels.note_label(work.session, _memory(work), delivered.event)


@jobs.on(LabelWithdrawn, lane=Lane.STREAM)
async def note_withdrawal(work: Work, delivered: Delivered[LabelWithdrawn]) -> None:
    """A person takes back what they said."""
    await labels.note_withdrawal(work.session, _memory(work), delivered.event)


@jobs.on(CopyJudged, lane=Lane.STREAM)
async def note_judgement(work: Work, delivered: Delivered[CopyJudged]) -> None:
    """A post is counted as people judged it: as a copy, or as one of its own."""
    await copies.note_judgement(work.session, _memory(work), delivered.event)


@jobs.every(30, "monitor.silent_stories", lane=Lane.STREAM)
async def judge_silent_stories(work: Work, due_at: datetime) -> None:
    """Warnings fall when nothing more is said."""
    await service.judge_silent_stories(work.session, _memory(work))


@jobs.every(60, "monitor.word_frequencies", lane=Lane.STREAM)
async def keep_frequencies(work: Work, due_at: datetime) -> None:
    """Write down what grouping learned of the words. A minute of it may be lost in a crash: it
    only weighs words."""
    memory = _memory(work)
    await memory.hold(work.session)
    await work.session.execute(
        update(Tracking)
        .where(Tracking.id == 1)
        .values(frequencies=memory.grouping.frequencies.to_state())
    )


def _memory(work: Work) -> Memory:
    memory: Memory = work.resources.memory
    return memory
