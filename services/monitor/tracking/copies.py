"""Copies in the counts of stories: as posts come, are edited, and are judged by people."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.duplicates.folding import Folded
from services.monitor.duplicates.statements import DELETE_COPIES, INSERT_COPIES
from services.monitor.indicators.bins import Bins
from services.monitor.indicators.recording import write_bins
from services.monitor.posts.models import Post, PostCopy
from services.monitor.stories.models import StoryRecord
from services.monitor.tracking.memory import Memory
from services.monitor.tracking.statements import RECAST_MENTIONS
from services.monitor.tracking.writing import write_stories
from shared.contracts.posts import CollectedPost, CopyJudged

_COLUMNS = ("post_id", "original_id", "kind", "similarity")


async def write_copies(
    session: AsyncSession, memory: Memory, posts: Sequence[CollectedPost], folded: Folded
) -> None:
    """Keep which posts are copies, once their mentions are written; edited posts are counted as
    what they are now."""
    other = [
        post_id
        for post_id, original_id in folded.before.items()
        if post_id not in folded.copies or folded.copies[post_id].original_id != original_id
    ]
    if other:
        await session.execute(DELETE_COPIES, {"post_id": other})
    rows = [
        (post_id, copy.original_id, copy.kind, copy.similarity)
        for post_id, copy in folded.copies.items()
    ]
    if rows:
        columns: dict[str, list[Any]] = {
            name: list(column)
            for name, column in zip(_COLUMNS, zip(*rows, strict=True), strict=True)
        }
        await session.execute(INSERT_COPIES, columns)
    edited = {
        post.id: post.id in folded.copies or post.parent_external_id is not None
        for post in posts
        if post.revision > 1 and (post.id in folded.copies or post.id in folded.before)
    }
    await recount(session, memory, edited)


async def note_judgement(session: AsyncSession, memory: Memory, told: CopyJudged) -> None:
    """Count a post as people judged it: as one of its own, or as a copy again."""
    now = await memory.hold(session)
    memory.copies.forget(told.post_id.bytes)
    pair = await session.get(PostCopy, (told.post_id, told.original_id))
    post = await session.get(Post, told.post_id)
    # Judged again meanwhile: then the later judgement comes, too.
    if pair is None or post is None or (pair.separated_at is None) != told.is_copy:
        return
    # A repost or an answer repeats its parent, whatever it says.
    repeats = told.is_copy or post.parent_external_id is not None
    await recount(session, memory, {told.post_id: repeats})
    await write_stories(session, memory, now.timestamp())
    if not told.is_copy:
        memory.copies.add_one(post.id, post.title, post.text, post.text_hash)


async def recount(session: AsyncSession, memory: Memory, copies: Mapping[UUID, bool]) -> None:
    """Count posts in their stories as copies (True) or as posts with words of their own."""
    if not copies:
        return
    values = {"post_id": list(copies), "copy": list(copies.values())}
    bins = Bins()
    for row in await session.execute(RECAST_MENTIONS, values):
        at = row.published_at.timestamp()
        bins.recast(at, row.story_id, row.watch_ids, copy=row.copy)
        tracked = memory.tracked.get(row.story_id)
        if tracked is not None:
            tracked.recast(at, copy=row.copy)
            continue
        # A story so old that memory let it go: only its sums are kept.
        step = 1 if row.copy else -1
        await session.execute(
            update(StoryRecord)
            .where(StoryRecord.id == row.story_id)
            .values(posts=StoryRecord.posts - step, copies=StoryRecord.copies + step)
        )
    await write_bins(session, bins)
