"""A story counted anew from the record: what tracking would know, had its posts just come."""

from collections import deque
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.indicators.bins import Bins
from services.monitor.indicators.recording import replace_bins
from services.monitor.posts.models import Mention, Post, PostOpinion
from services.monitor.posts.resubmitting import collected
from services.monitor.stories.grouping import GroupingPost
from services.monitor.stories.story import Story
from services.monitor.tracking.memory import Memory, place_key
from services.monitor.tracking.service import occurred
from services.monitor.tracking.tracked import Tracked
from shared.contracts.labels import Sentiment
from shared.contracts.posts import CollectedPost
from shared.folding import fold

# The words of a story are those of its newest posts: older ones have faded in the profile.
_WORDS_OF = 256
_AT_ONCE = 500


async def recount(session: AsyncSession, memory: Memory, story_id: UUID) -> Tracked:
    """Count the posts of a story, read its words, and hold it in memory as it is then.

    Opinions, reposts and the copies among its posts count as they did; a warning stays with it.
    """
    before = memory.tracked.get(story_id)
    tracked = Tracked(story_id, warning=before.warning if before else None, changed=True)
    own, copies = deque[GroupingPost](maxlen=_WORDS_OF), deque[GroupingPost](maxlen=_WORDS_OF)
    bins = Bins()
    rows = await session.stream(_posts_of(story_id), execution_options={"yield_per": _AT_ONCE})
    async for row in rows:
        post = collected(row.Post)
        # Before this was written down: a post that names a parent is taken for a copy.
        copy = post.parent_external_id is not None if row.copy is None else bool(row.copy)
        at = occurred(post)
        watches = [UUID(watch) for watch in row.found]
        tracked.add(post, at, watches, copy=copy, received=post.received_at.timestamp())
        bins.add(post, at, story_id, (), copy=copy)
        if row.sentiment is not None:
            tracked.tally.add_opinion(at, Sentiment(row.sentiment))
            bins.add_opinion(at, story_id, (), Sentiment(row.sentiment))
        (copies if copy else own).append(_grouping_post(memory, post, row.found))
    await replace_bins(session, story_id, bins)
    _hold(memory, tracked, own or copies)
    return tracked


def _posts_of(story_id: UUID) -> Select[Any]:
    """The posts of a story, oldest first, with what tracking knew of them."""
    found = (
        select(
            Mention.post_id,
            func.jsonb_object_agg(cast(Mention.watch_id, Text), Mention.terms, type_=JSONB).label(
                "found"
            ),
            func.bool_or(Mention.copy).label("copy"),
        )
        .where(Mention.story_id == story_id)
        .group_by(Mention.post_id)
        .subquery()
    )
    sentiment = func.coalesce(PostOpinion.said_sentiment, PostOpinion.sentiment)
    return (
        select(Post, found.c.found, found.c.copy, sentiment.label("sentiment"))
        .join(found, found.c.post_id == Post.id)
        .outerjoin(PostOpinion, PostOpinion.post_id == Post.id)
        .order_by(func.least(Post.published_at, Post.received_at), Post.id)
    )


def _hold(memory: Memory, tracked: Tracked, posts: deque[GroupingPost]) -> None:
    first, last = tracked.tally.first_at or 0.0, tracked.tally.last_at or 0.0
    story = Story(str(tracked.id), first, last, posts=tracked.posts + tracked.copies)
    memory.grouping.profile(story, posts)
    memory.grouping.put(story)
    memory.tracked[tracked.id] = tracked


def _grouping_post(
    memory: Memory, post: CollectedPost, found: dict[str, list[str]]
) -> GroupingPost:
    terms = {UUID(watch): tuple(terms) for watch, terms in found.items()}
    return GroupingPost(
        id=place_key(post.platform, post.external_id),
        at=occurred(post),
        text=post.title or post.text,
        folded=fold(f"{post.title} {post.text}" if post.title else post.text),
        text_hash=post.text_hash,
        watch_terms=memory.naming_terms(terms),
    )
