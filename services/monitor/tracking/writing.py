"""Writing down what tracking found."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.stories.keywords import keywords_of
from services.monitor.tracking.memory import Memory
from services.monitor.tracking.statements import INSERT_MENTIONS, UPSERT_STORIES
from services.monitor.tracking.tracked import Tracked, moment
from services.monitor.warnings.notice import Notice
from services.monitor.warnings.service import carry_out
from shared.contracts.posts import CollectedPost, PostsAnalysed
from shared.contracts.warnings import EvidencePost
from shared.folding import fold

# ASCII: a lone half of a surrogate pair in a profile must not break the statement.
_json = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Mention:
    """A post that a watch matched, and by which of its terms."""

    watch_id: UUID
    story_id: UUID
    terms: tuple[str, ...]
    post: CollectedPost
    copy: bool


async def write_mentions(session: AsyncSession, mentions: Sequence[Mention]) -> None:
    """Keep what the watches matched."""
    if not mentions:
        return
    await session.execute(
        INSERT_MENTIONS,
        {
            "watch_id": [mention.watch_id for mention in mentions],
            "post_id": [mention.post.id for mention in mentions],
            "story_id": [mention.story_id for mention in mentions],
            "terms": [_json(mention.terms) for mention in mentions],
            "platform": [mention.post.platform for mention in mentions],
            "published_at": [mention.post.published_at for mention in mentions],
            "copy": [mention.copy for mention in mentions],
        },
    )


async def write_stories(session: AsyncSession, memory: Memory, now: float) -> None:
    """Keep the stories that changed, with their readings at `now` of our clock."""
    changed = [tracked for tracked in memory.tracked.values() if tracked.changed]
    if not changed:
        return
    rows = [_row(memory, tracked, now) for tracked in changed]
    await session.execute(UPSERT_STORIES, {name: [row[name] for row in rows] for name in rows[0]})
    for tracked in changed:
        tracked.changed = False


async def carry_out_decisions(session: AsyncSession, memory: Memory, tracked: Tracked) -> None:
    """Do what the judgements of a story decided."""
    decisions = tracked.take_decisions()
    for at, decision in decisions:
        await carry_out(session, notice_of(memory, tracked, at), decision)


def opinion_columns(batch: Sequence[PostsAnalysed]) -> dict[str, list[Any]]:
    """The opinions of several events, as columns."""
    found = [(event, post) for event in batch for post in event.posts]
    return {
        "post_id": [post.id for _, post in found],
        "revision": [post.revision for _, post in found],
        "sentiment": [post.sentiment.label for _, post in found],
        "sentiment_confidence": [post.sentiment.confidence for _, post in found],
        "sentiment_unsure": [post.sentiment.unsure for _, post in found],
        "emotion": [post.emotion.label for _, post in found],
        "emotion_confidence": [post.emotion.confidence for _, post in found],
        "emotion_unsure": [post.emotion.unsure for _, post in found],
        "engine": [event.engine for event, _ in found],
        "release": [event.release for event, _ in found],
    }


def _row(memory: Memory, tracked: Tracked, now: float) -> dict[str, Any]:
    reading = tracked.read(now)
    opinions = reading.negativity
    story, profile = memory.grouping.get(str(tracked.id)), None
    if story is not None and story.posts != tracked.worded:
        tracked.title = story.title
        tracked.keywords = keywords_of(story.profile, besides=fold(story.title))
        tracked.worded = story.posts
        profile = _json(story.to_state())
    return {
        "id": tracked.id,
        "watch_id": tracked.watch_id,
        "title": tracked.title,
        "profile": profile,  # None leaves what is on record
        "tally": _json(tracked.tally.to_state()),
        "evidence": _json(tracked.evidence),
        "watch_mentions": _json(tracked.watch_mentions),
        "posts": tracked.posts,
        "copies": tracked.copies,
        "platforms": _json(sorted(tracked.tally.platforms)),
        "first_post_at": moment(tracked.tally.first_at or now),
        "last_post_at": moment(tracked.tally.last_at or now),
        "last_received_at": moment(tracked.received),
        "heat": reading.heat,
        "spread": reading.spread.effective_platforms,
        "impact": reading.impact.score,
        "speed": reading.speed.multiple,
        "negative_share": (
            _json({"value": opinions.share, "low": opinions.low, "high": opinions.high})
            if opinions.known
            else None
        ),
        "keywords": _json(tracked.keywords),
    }


def notice_of(memory: Memory, tracked: Tracked, at: float) -> Notice:
    """What a warning says of a story at `at` of the story clock."""
    evidence = [
        {name: value for name, value in entry.items() if name != "weight"}
        for entry in tracked.evidence
    ]
    watch = memory.judging_watch(tracked)
    return Notice(
        story_id=tracked.id,
        watch_id=watch,
        watch_name=memory.watch_names.get(watch, ""),
        title=tracked.title,
        post_count=tracked.posts + tracked.copies,
        first_post_at=moment(tracked.tally.first_at or at),
        at=moment(at),
        evidence=tuple(EvidencePost.model_validate(entry) for entry in evidence),
        sample=watch in memory.samples,
    )
