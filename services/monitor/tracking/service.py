"""Track posts: match them, place them into stories, count them, judge the stories.

All of it happens for a batch in one transaction, under the one lock that `Memory.hold` takes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.duplicates.folding import find_copies
from services.monitor.indicators.bins import Bins
from services.monitor.indicators.recording import write_bins
from services.monitor.stories.grouping import GroupingPost, Joined
from services.monitor.tracking.copies import write_copies
from services.monitor.tracking.memory import Memory, Place, place_key
from services.monitor.tracking.statements import (
    FIND_MENTIONED,
    FIND_OPINIONS,
    FIND_PLACES,
    UPSERT_OPINIONS,
)
from services.monitor.tracking.surging import find_surging
from services.monitor.tracking.tracked import Tracked
from services.monitor.tracking.writing import (
    Mention,
    carry_out_decisions,
    opinion_columns,
    write_mentions,
    write_stories,
)
from services.monitor.watches.live import fields_of
from shared.contracts.labels import Sentiment
from shared.contracts.posts import CollectedPost, PostsAnalysed, PostsCollected
from shared.folding import fold

# What a post that joined its story in one of these ways says was said before.
_REPEATED = frozenset({Joined.COPY, Joined.PARENT})


async def track_posts(
    session: AsyncSession, memory: Memory, batch: Sequence[PostsCollected]
) -> None:
    """Track new posts and new revisions, in the order in which they came."""
    now = (await memory.hold(session)).timestamp()
    posts = [post for event in batch for post in event.posts]
    texts = [fold(post.text) for post in posts]
    await _recall_parents(session, memory, posts)
    folded = await find_copies(session, memory.copies, posts, texts)
    originals = {copy.original_id for copy in folded.copies.values()}
    edited = {post.id for post in posts if post.revision > 1}
    placed = await _stories_of(session, sorted(originals | edited))
    folded_texts = iter(texts)
    mentions: list[Mention] = []
    counted: list[Mention] = []
    touched: dict[UUID, Tracked] = {}
    bins = Bins()
    for event in batch:
        for post in event.posts:
            copied = folded.copies.get(post.id)
            found = _find(
                memory,
                post,
                next(folded_texts),
                placed.get(post.id),
                placed.get(copied.original_id) if copied else None,
            )
            if found is None:
                continue
            found_mentions = found.mentions(post)
            mentions += found_mentions
            if found.joined is None:
                continue
            counted += found_mentions
            tracked = memory.story(found.story_id)
            at = occurred(post)
            placed[post.id] = found.story_id
            if event.warn:
                touched[tracked.id] = tracked
                if tracked.watch_mentions:
                    tracked.judge_before(at, memory.thresholds_for)
            copy = found.joined in _REPEATED
            tracked.add(post, at, list(found.watches), copy=copy, received=now)
            bins.add(post, at, found.story_id, found.watches, copy=copy)
    await write_mentions(session, mentions)
    await write_copies(session, memory, posts, folded)
    await _count_known_opinions(session, memory, counted, bins)
    await write_bins(session, bins)
    await judge_stories(session, memory, touched.values(), now)


async def note_opinions(
    session: AsyncSession, memory: Memory, batch: Sequence[PostsAnalysed]
) -> None:
    """Keep the opinions in posts, count them in their stories, and judge those again."""
    now = (await memory.hold(session)).timestamp()
    written = (await session.execute(UPSERT_OPINIONS, opinion_columns(batch))).all()
    await recount(session, memory, written, now)


async def recount(
    session: AsyncSession, memory: Memory, written: Sequence[Row[Any]], now: float
) -> None:
    """Count opinions in their stories, each instead of the one that counted before, and judge
    again those that warn. A row tells post, sentiment and the sentiment before, or none."""
    stories = await _mentioned(session, [row.post_id for row in written])
    touched: dict[UUID, Tracked] = {}
    bins = Bins()
    for row in written:
        if row.post_id not in stories or row.sentiment == row.sentiment_before:
            continue
        story_id, at, watches = stories[row.post_id]
        bins.add_opinion(at, story_id, watches, Sentiment(row.sentiment))
        if row.sentiment_before is not None:
            bins.add_opinion(at, story_id, watches, Sentiment(row.sentiment_before), -1)
        tracked = memory.tracked.get(story_id)
        if tracked is None:  # a story so old that memory let it go
            continue
        tracked.tally.add_opinion(at, Sentiment(row.sentiment))
        if row.sentiment_before is not None:
            tracked.tally.add_opinion(at, Sentiment(row.sentiment_before), -1)
        tracked.changed = True
        touched[story_id] = tracked
    await write_bins(session, bins)
    warned = [tracked for tracked in touched.values() if tracked.warning is not None]
    await judge_stories(session, memory, warned, now)


async def judge_silent_stories(session: AsyncSession, memory: Memory) -> None:
    """Let warnings fall and end when nothing more is said; warn of stories that carry a surge."""
    now = await memory.hold(session)
    surging = await find_surging(session, now)
    for tracked in memory.tracked.values():
        tracked.surging = surging.get(tracked.id)
    judged = [
        tracked
        for tracked in memory.tracked.values()
        if tracked.warning is not None or tracked.surging is not None
    ]
    await judge_stories(session, memory, judged, now.timestamp())


def occurred(post: CollectedPost) -> float:
    """When a post was published, in epoch seconds; a clock that is ahead of ours counts as ours."""
    return min(post.published_at.timestamp(), post.received_at.timestamp())


@dataclass(frozen=True, slots=True)
class _Found:
    """Where a post belongs, and why; `joined` is None for an edited post, which was counted."""

    story_id: UUID
    watches: dict[UUID, tuple[str, ...]]
    joined: Joined | None

    def mentions(self, post: CollectedPost) -> list[Mention]:
        return [
            Mention(watch, self.story_id, terms, post, self.joined in _REPEATED)
            for watch, terms in self.watches.items()
        ]


def _find(
    memory: Memory,
    post: CollectedPost,
    folded: str,
    known_story: UUID | None,
    copied_story: UUID | None,
) -> _Found | None:
    """Match a post (`folded`: its text) and place it; None where no watch asks for it.

    A repost that only says "转发微博" is found by no word: it follows the post that it repeats.
    """
    if post.title:
        folded = fold(f"{post.title} {post.text}")
    watches = dict(memory.matcher.match(folded, fields_of(post, memory.sources)))
    parent = memory.place_of_parent(post)
    if not watches:
        if parent is None:
            return None
        watches = dict.fromkeys(parent.watches, ())
    if known_story is None and post.revision > 1 and (here := memory.place_of(post)):
        known_story = here.story_id  # its first revision came in this very batch
    if known_story is not None:
        return _Found(known_story, watches, joined=None)
    placement = memory.grouping.place(
        GroupingPost(
            id=place_key(post.platform, post.external_id),
            at=occurred(post),
            text=post.title or post.text,
            folded=folded,
            text_hash=post.text_hash,
            parent_id=(
                place_key(post.platform, post.parent_external_id)
                if post.parent_external_id
                else None
            ),
            watch_terms=memory.naming_terms(watches),
            parent_story=str(parent.story_id) if parent else None,
            copied_story=str(copied_story) if copied_story else None,
        )
    )
    story_id = UUID(placement.story_id)
    memory.remember(post, Place(story_id, tuple(watches)))
    return _Found(story_id, watches, joined=placement.joined)


async def judge_stories(
    session: AsyncSession, memory: Memory, stories: Iterable[Tracked], now: float
) -> None:
    """Judge stories at `now`, write what changed, and carry out what was decided."""
    judged = list(stories)
    await memory.recall(session)
    for tracked in judged:
        tracked.judge_now(now, memory.thresholds_for(tracked))
    await write_stories(session, memory, now)
    for tracked in judged:
        await carry_out_decisions(session, memory, tracked)
    memory.forget_silent()


async def _recall_parents(
    session: AsyncSession, memory: Memory, posts: Sequence[CollectedPost]
) -> None:
    """Bring to memory where the parents of these posts went, as far as it does not know."""
    sought = {
        (post.platform, post.parent_external_id)
        for post in posts
        if post.parent_external_id and memory.place_of_parent(post) is None
    }
    if not sought:
        return
    ordered = sorted(sought)
    rows = await session.execute(
        FIND_PLACES,
        {
            "platform": [platform for platform, _ in ordered],
            "external_id": [external_id for _, external_id in ordered],
        },
    )
    for row in rows:
        memory.places.remember(
            place_key(row.platform, row.external_id), Place(row.story_id, tuple(row.watch_ids))
        )


async def _stories_of(session: AsyncSession, post_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The stories of posts that were placed before (they were revised since)."""
    return {
        post_id: story_id
        for post_id, (story_id, *_) in (await _mentioned(session, post_ids)).items()
    }


async def _mentioned(
    session: AsyncSession, post_ids: Sequence[UUID]
) -> dict[UUID, tuple[UUID, float, tuple[UUID, ...]]]:
    """Story, time and watches of those of the posts that a watch matched."""
    if not post_ids:
        return {}
    rows = await session.execute(FIND_MENTIONED, {"post_id": list(post_ids)})
    return {
        row.post_id: (row.story_id, row.published_at.timestamp(), tuple(row.watch_ids))
        for row in rows
    }


async def _count_known_opinions(
    session: AsyncSession, memory: Memory, mentions: Sequence[Mention], bins: Bins
) -> None:
    """Count the opinions that were there before their posts were counted."""
    where: dict[UUID, list[Mention]] = {}
    for mention in mentions:
        where.setdefault(mention.post.id, []).append(mention)
    if not where:
        return
    rows = await session.execute(FIND_OPINIONS, {"post_id": list(where)})
    for row in rows:
        found = where[row.post_id]
        story_id, at = found[0].story_id, occurred(found[0].post)
        memory.story(story_id).tally.add_opinion(at, Sentiment(row.sentiment))
        watches = [mention.watch_id for mention in found]
        bins.add_opinion(at, story_id, watches, Sentiment(row.sentiment))
