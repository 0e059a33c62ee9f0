"""A look at the running stories: those that have become alike are merged, or proposed to people."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.regrouping.service import merge_held
from services.monitor.regrouping.warnings import warnings_of
from services.monitor.regrouping.wording import proposal
from services.monitor.stories.alike import Likeness, Verdict, comparable, likeness, verdict
from services.monitor.stories.models import AlikeStories, ChangeKind, StoryChange, StoryRecord
from services.monitor.tracking.memory import Memory
from shared.contracts.actors import SYSTEM
from shared.db import database_now
from shared.ids import new_id

# A look takes some milliseconds for every story; the liveliest are looked at.
_MOST_LOOKED_AT = 200
# Merging reads and moves rows: a flood of look-alikes must not hold up the posts.
_MOST_MERGED = 5

# Stories leave memory after days of silence; what was taken apart before cannot meet again.
_REMEMBERED = timedelta(days=60)

Pair = tuple[UUID, UUID]


async def look_for_alike(session: AsyncSession, memory: Memory) -> None:
    """Compare the running stories, note which are alike, and merge those that surely are one."""
    await memory.hold(session)
    now = await database_now(session)
    found = _compare(memory, now.timestamp())
    before = {(pair.one_id, pair.other_id): pair for pair in await session.scalars(_NOTED)}
    separated = await _separated(session) if found else set()
    merging: list[Pair] = []
    for pair, alike in found.items():
        noted = before.pop(pair, None)
        since = now if noted is None else noted.alike_since
        decided = verdict(alike, (now - since).total_seconds(), separated=pair in separated)
        if decided is Verdict.APART:
            if noted is not None:
                await session.delete(noted)
            continue
        _note(session, noted, pair, alike, now)
        if decided is Verdict.MERGE:
            merging.append(pair)
    for gone in before.values():
        await session.delete(gone)
    await session.flush()
    for pair in merging[:_MOST_MERGED]:
        await _merge(session, memory, pair, found[pair])


_NOTED = select(AlikeStories)


def _compare(memory: Memory, now: float) -> dict[Pair, Likeness]:
    """The likeness of every two stories that share telling words or hashtags, by their ids."""
    stories = [
        story
        for tracked in memory.tracked.values()
        if (story := memory.grouping.get(str(tracked.id))) is not None
        and comparable(story, tracked.clock(now))
    ]
    stories.sort(key=lambda story: (-story.last_at, story.id))
    held = {story.id: story for story in stories[:_MOST_LOOKED_AT]}
    grouping = memory.grouping
    bridges = grouping.bridges()
    meeting = [
        (story.id, other.id) for story in held.values() for other in grouping.neighbours(story)
    ]
    found: dict[Pair, Likeness] = {}
    for one, other in {tuple(sorted(pair)) for pair in [*meeting, *bridges]}:
        if one in held and other in held:
            found[_ordered(UUID(one), UUID(other))] = likeness(
                held[one], held[other], grouping.frequencies, bridges.get((one, other), 0)
            )
    return found


async def _separated(session: AsyncSession) -> set[Pair]:
    """Those that people took apart, by a split that stands or by undoing a merge.

    What has gone into another story since keeps that one apart too.
    """
    split = (StoryChange.kind == ChangeKind.SPLIT) & StoryChange.undone_at.is_(None)
    undone = (StoryChange.kind == ChangeKind.MERGED) & StoryChange.undone_at.is_not(None)
    recently = StoryChange.made_at > func.now() - _REMEMBERED
    rows = await session.execute(
        select(StoryChange.story_id, StoryChange.other_id).where(recently, or_(split, undone))
    )
    pairs = [(row.story_id, row.other_id) for row in rows]
    went = {
        row.id: row.merged_into
        for row in await session.execute(
            select(StoryRecord.id, StoryRecord.merged_into).where(
                StoryRecord.merged_into.is_not(None),
                StoryRecord.last_received_at > func.now() - _REMEMBERED,
            )
        )
    }
    return {_ordered(_now(one, went), _now(other, went)) for one, other in pairs}


def _now(story_id: UUID, went: Mapping[UUID, UUID]) -> UUID:
    while story_id in went:
        story_id = went[story_id]
    return story_id


def _note(
    session: AsyncSession,
    noted: AlikeStories | None,
    pair: Pair,
    alike: Likeness,
    now: datetime,
) -> None:
    if noted is None:
        session.add(
            AlikeStories(
                one_id=pair[0],
                other_id=pair[1],
                likeness=alike.value,
                grounds=alike.grounds,
                alike_since=now,
                seen_at=now,
            )
        )
    else:
        noted.likeness, noted.grounds, noted.seen_at = alike.value, alike.grounds, now


async def _merge(session: AsyncSession, memory: Memory, pair: Pair, alike: Likeness) -> None:
    one, other = (memory.tracked.get(story_id) for story_id in pair)
    if one is None or other is None:  # one of them has just gone into a third
        return
    warnings = await warnings_of(session, *pair)
    if all(warning.incident_id for warning in warnings) and len(warnings) > 1:
        return  # people respond to both: whether they are one is theirs to say
    # A warning has its story known to people; else the larger story is the better known.
    into, gone = sorted(
        (one, other),
        key=lambda each: (each.warning is None, -(each.posts + each.copies), str(each.id)),
    )
    text, text_zh = proposal(alike.grounds)
    await merge_held(
        session,
        memory,
        into.id,
        gone.id,
        f"{text_zh} {text}",
        SYSTEM,
        change_id=new_id(),
        grounds=alike.grounds,
    )
    await session.execute(
        delete(AlikeStories).where(
            or_(AlikeStories.one_id == gone.id, AlikeStories.other_id == gone.id)
        )
    )


def _ordered(one: UUID, other: UUID) -> Pair:
    return (one, other) if one < other else (other, one)
