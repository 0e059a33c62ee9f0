"""Merge and split stories, and take that back: one change, written down with who and why.

All of it happens under the lock of the tracker, on its memory or on a part of it that knows only
the stories concerned. Every change leaves exact counts: posts move, and are counted where they are.
"""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, Result, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.indicators.recording import move_bins
from services.monitor.regrouping.counting import recount
from services.monitor.regrouping.parts import leaving
from services.monitor.regrouping.reading import parts_of
from services.monitor.regrouping.statements import MOVE_ALL, MOVE_BACK, MOVE_SOME
from services.monitor.regrouping.telling import tell
from services.monitor.regrouping.warnings import (
    join_warnings,
    part_warnings,
    warnings_of,
    written,
)
from services.monitor.stories.models import ChangeKind, StoryChange, StoryRecord
from services.monitor.tracking.memory import Memory
from services.monitor.tracking.service import judge_stories
from services.monitor.tracking.tracked import Tracked
from shared.contracts.actors import ActorRef
from shared.contracts.stories import StoriesMerged, StoryChangeUndone, StorySplit
from shared.db import database_now
from shared.errors import Conflict, Invalid
from shared.folding import fold
from shared.ids import new_id
from shared.rows import find_row


async def merge_stories(
    session: AsyncSession, into: UUID, other: UUID, reason: str, by: ActorRef
) -> StoryChange:
    """Let the story `other` go on as a part of `into` (合并话题).

    Raises:
        NotFound: there is no such story. Conflict: one of them went into another already.
        Invalid: they are one.
    """
    if into == other:
        raise Invalid("A story cannot be merged with itself: name another one.")
    change_id = new_id()
    memory = await _at_desk(session, change_id, into, other)
    return await merge_held(session, memory, into, other, reason, by, change_id=change_id)


async def merge_held(
    session: AsyncSession,
    memory: Memory,
    into: UUID,
    other: UUID,
    reason: str,
    by: ActorRef,
    *,
    change_id: UUID,
    grounds: dict[str, Any] | None = None,
) -> StoryChange:
    """Merge two stories that `memory` holds."""
    warnings = await warnings_of(session, into, other)
    change = StoryChange(
        id=change_id,
        kind=ChangeKind.MERGED,
        story_id=into,
        other_id=other,
        story_title=memory.tracked[into].title,
        other_title=memory.tracked[other].title,
        reason=reason,
        grounds=grounds,
        warnings=written(warnings),
        made_by=by.model_dump(mode="json"),
    )
    session.add(change)
    await session.flush()
    moving = {"origin": other, "target": into, "change": change_id}
    change.posts = _rows(await session.execute(MOVE_ALL, moving))
    memory.merge(into, other)
    await move_bins(session, other, into)
    await _hand_over(session, other, into)
    state = await join_warnings(session, warnings, into=into, other=other)
    memory.tracked[into].warning = state
    await tell(session, StoriesMerged, change, warnings, by, {other: into})
    await _judge(session, memory, [memory.tracked[into]])
    return change


async def split_story(
    session: AsyncSession,
    story_id: UUID,
    *,
    post_ids: Sequence[UUID],
    term: str | None,
    reason: str,
    by: ActorRef,
) -> StoryChange:
    """Make a story of its own of some posts, and of all that repeat or answer them (拆分话题).

    Chosen are the posts of these ids, or those in which a word stands.

    Raises:
        NotFound: there is no such story. Conflict: it went into another one.
        Invalid: none of its posts is chosen, or all are.
    """
    change_id, new_story = new_id(), new_id()
    memory = await _at_desk(session, change_id, story_id)
    gone = await _chosen(session, story_id, frozenset(post_ids), term)
    warnings = await warnings_of(session, story_id)
    change = StoryChange(
        id=change_id,
        kind=ChangeKind.SPLIT,
        story_id=story_id,
        other_id=new_story,
        story_title=memory.tracked[story_id].title,
        other_title="",
        reason=reason,
        warnings=written(warnings),
        made_by=by.model_dump(mode="json"),
    )
    session.add(change)
    await session.flush()
    moving = {"origin": story_id, "target": new_story, "change": change_id, "post_id": list(gone)}
    change.posts = _rows(await session.execute(MOVE_SOME, moving))
    counted = [await recount(session, memory, each) for each in (story_id, new_story)]
    await _judge(session, memory, counted)
    change.other_title = memory.tracked[new_story].title
    await tell(session, StorySplit, change, warnings, by, {})
    return change


async def undo_change(
    session: AsyncSession, change_id: UUID, reason: str, by: ActorRef
) -> StoryChange:
    """Take a merge or a split back.

    After a merge, the posts that were moved go back; what came since stays. After a split, all that
    the new story has goes back.

    Raises:
        NotFound: there is no such change. Conflict: it was undone before, or a later change of the
        same stories stands: that one must be undone first.
    """
    found = await find_row(session, StoryChange, change_id, "change of a story")
    memory = await _at_desk(session, change_id, found.story_id, found.other_id, merged=True)
    change = await find_row(session, StoryChange, change_id, "change of a story", locked=True)
    await _check_last(session, change)
    warnings = await warnings_of(session, change.story_id, change.other_id)
    if change.kind is ChangeKind.MERGED:
        counted = await _separate(session, memory, change)
        await part_warnings(session, warnings, change.warnings)
        await _take_states(session, memory, change)
    else:
        counted = await _reunite(session, memory, change)
        state = await join_warnings(session, warnings, into=change.story_id, other=change.other_id)
        counted[0].warning = state
    change.undone_by, change.undone_reason = by.model_dump(mode="json"), reason
    change.undone_at = await database_now(session)
    goes_on = {} if change.kind is ChangeKind.MERGED else {change.other_id: change.story_id}
    await tell(session, StoryChangeUndone, change, warnings, by, goes_on)
    await _judge(session, memory, counted)
    return change


async def _at_desk(
    session: AsyncSession, change_id: UUID, *stories: UUID, merged: bool = False
) -> Memory:
    memory = Memory()
    await memory.hold_some(session, stories, change_id)
    for story_id in stories:
        record = await find_row(session, StoryRecord, story_id, "story")
        if record.merged_into is not None and not merged:
            raise Conflict(f"This story went into the story {record.merged_into}: use that one.")
    return memory


async def _chosen(
    session: AsyncSession, story_id: UUID, post_ids: frozenset[UUID], term: str | None
) -> set[UUID]:
    parts = await parts_of(session, story_id)
    word = fold(term) if term else ""
    said = {part.id for part in parts if word and word in fold(part.text)}
    gone = leaving(parts, said | post_ids)
    if not gone:
        raise Invalid("None of the posts of this story is chosen: name posts or a word of it.")
    if len(gone) == len(parts):
        raise Invalid(
            "All posts of this story would leave it, with those that repeat or answer them: "
            "choose fewer."
        )
    return gone


async def _separate(session: AsyncSession, memory: Memory, change: StoryChange) -> list[Tracked]:
    moving = {"origin": change.story_id, "target": change.other_id, "change": change.id}
    await session.execute(MOVE_BACK, moving)
    await _hand_over(session, change.other_id, None)
    return [
        await recount(session, memory, story_id) for story_id in (change.story_id, change.other_id)
    ]


async def _reunite(session: AsyncSession, memory: Memory, change: StoryChange) -> list[Tracked]:
    moving = {"origin": change.other_id, "target": change.story_id, "change": change.id}
    await session.execute(MOVE_ALL, moving)
    memory.merge(change.story_id, change.other_id)
    await move_bins(session, change.other_id, change.story_id)
    await _hand_over(session, change.other_id, change.story_id)
    return [await recount(session, memory, change.story_id)]


async def _take_states(session: AsyncSession, memory: Memory, change: StoryChange) -> None:
    for story_id in (change.story_id, change.other_id):
        found = await warnings_of(session, story_id)
        memory.tracked[story_id].take_warning(found[0].judged if found else None)


async def _hand_over(session: AsyncSession, story_id: UUID, into: UUID | None) -> None:
    """Note where a story went; it has no posts and no heat there any more."""
    empty: dict[str, Any] = {"posts": 0, "copies": 0, "heat": 0.0, "speed": None}
    await session.execute(
        update(StoryRecord)
        .where(StoryRecord.id == story_id)
        .values(merged_into=into, **(empty if into else {}))
    )


async def _check_last(session: AsyncSession, change: StoryChange) -> None:
    if change.undone_at is not None:
        raise Conflict("This change was undone before.")
    stories = (change.story_id, change.other_id)
    later = await session.scalar(
        select(StoryChange.id)
        .where(
            StoryChange.id > change.id,
            StoryChange.undone_at.is_(None),
            or_(StoryChange.story_id.in_(stories), StoryChange.other_id.in_(stories)),
        )
        .order_by(StoryChange.id.desc())
        .limit(1)
    )
    if later is not None:
        raise Conflict(f"A later change of these stories stands: undo {later} first.")


async def _judge(session: AsyncSession, memory: Memory, stories: Sequence[Tracked]) -> None:
    for tracked in stories:
        tracked.changed = True
    await judge_stories(session, memory, stories, (await database_now(session)).timestamp())


def _rows(result: Result[Any]) -> int:
    return cast(CursorResult[Any], result).rowcount
