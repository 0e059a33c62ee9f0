"""Reading posts, with what the room knows of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, bindparam, exists, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.posts.models import (
    Mention,
    Post,
    PostCopy,
    PostDeletion,
    PostLabel,
    PostOpinion,
    PostRevision,
)
from services.monitor.posts.schemas import (
    DeletionOut,
    ModelVerdict,
    OpinionOut,
    PersonsLabel,
    PostOut,
    PostWithHistory,
    RevisionOut,
    VerdictOut,
    Volume,
    VolumePoint,
)
from shared.contracts.actors import ActorRef
from shared.contracts.labels import Sentiment, Task
from shared.paging import Paging
from shared.rows import find_row


@dataclass(frozen=True, slots=True)
class PostFilter:
    """Which posts are wanted; None asks for all."""

    watch: UUID | None = None
    story: UUID | None = None
    platform: str | None = None
    sentiment: Sentiment | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: str | None = None
    # Without copies: each text once.
    folded: bool = False


async def list_posts(
    session: AsyncSession, page: Paging, wanted: PostFilter
) -> tuple[list[PostOut], str | None]:
    """One page of posts, newest first, and the cursor of the next."""
    rows, cursor = await page.rows(session, _filtered(wanted), Post.id)
    return await _complete(session, rows), cursor


async def get_post(session: AsyncSession, post_id: UUID) -> PostWithHistory:
    """One post with its earlier revisions, newest first.

    Raises:
        NotFound: there is none with this id.
    """
    post = await find_row(session, Post, post_id, "post")
    shown = (await _complete(session, [post]))[0]
    revisions = await session.scalars(
        select(PostRevision)
        .where(PostRevision.post_id == post_id)
        .order_by(PostRevision.revision.desc())
    )
    history = [RevisionOut.model_validate(revision) for revision in revisions]
    return PostWithHistory(**dict(shown), revisions=history)


_VOLUME = text("""
WITH buckets AS (
    SELECT generate_series(
        date_bin(make_interval(mins => :bucket), now() - make_interval(mins => :minutes),
                 timestamptz 'epoch'),
        now(), make_interval(mins => :bucket)) AS at
), seen AS (
    SELECT DISTINCT ON (mention.post_id) mention.post_id,
        date_bin(make_interval(mins => :bucket), mention.published_at, timestamptz 'epoch') AS at
    FROM monitor.mentions AS mention
    WHERE mention.published_at >= now() - make_interval(mins => :minutes)
)
SELECT buckets.at, count(seen.post_id) AS posts,
    count(*) FILTER (WHERE counts.sentiment = 'positive') AS positive,
    count(*) FILTER (WHERE counts.sentiment = 'neutral') AS neutral,
    count(*) FILTER (WHERE counts.sentiment = 'negative') AS negative
FROM buckets
LEFT JOIN seen ON seen.at = buckets.at
LEFT JOIN monitor.post_opinions AS opinion ON opinion.post_id = seen.post_id
LEFT JOIN LATERAL (SELECT coalesce(opinion.said_sentiment, opinion.sentiment)) AS counts (sentiment)
  ON true
GROUP BY buckets.at ORDER BY buckets.at
""")


async def volume(session: AsyncSession, *, minutes: int, bucket: int) -> Volume:
    """Posts that a watch matched, by the time of publication, in stretches of `bucket` minutes."""
    rows = await session.execute(_VOLUME, {"minutes": minutes, "bucket": bucket})
    return Volume(bucket=bucket, points=[VolumePoint(**row._mapping) for row in rows])


def _filtered(wanted: PostFilter) -> Select[Post]:
    query = select(Post)
    if wanted.watch is not None:
        query = query.where(
            exists().where(Mention.post_id == Post.id, Mention.watch_id == wanted.watch)
        )
    if wanted.story is not None:
        query = query.where(
            exists().where(Mention.post_id == Post.id, Mention.story_id == wanted.story)
        )
    if wanted.platform is not None:
        query = query.where(Post.platform == wanted.platform)
    if wanted.sentiment is not None:
        query = query.where(
            exists().where(
                PostOpinion.post_id == Post.id,
                func.coalesce(PostOpinion.said_sentiment, PostOpinion.sentiment)
                == wanted.sentiment,
            )
        )
    if wanted.since is not None:
        query = query.where(Post.published_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(Post.published_at < wanted.until)
    if wanted.folded:
        query = query.where(
            ~exists().where(PostCopy.post_id == Post.id, PostCopy.separated_at.is_(None))
        )
    for word in (wanted.words or "").split():
        query = query.where(
            Post.text.icontains(word, autoescape=True) | Post.title.icontains(word, autoescape=True)
        )
    return query


# The original of each post that is or has copies, and how many copies there are of that.
_COPIES = text("""
SELECT post.id, root.id AS original_id, own.kind, own.similarity, counted.copies, counted.platforms
FROM unnest(:ids) AS post (id)
LEFT JOIN monitor.post_copies AS own ON own.post_id = post.id AND own.separated_at IS NULL
CROSS JOIN LATERAL (SELECT coalesce(own.original_id, post.id)) AS root (id)
CROSS JOIN LATERAL (
    SELECT count(*) AS copies, count(DISTINCT copied.platform) AS platforms
    FROM monitor.post_copies AS copy JOIN monitor.posts AS copied ON copied.id = copy.post_id
    WHERE copy.original_id = root.id AND copy.separated_at IS NULL
) AS counted
WHERE counted.copies > 0
""").bindparams(bindparam("ids", type_=ARRAY(Uuid())))


async def _complete(session: AsyncSession, posts: Sequence[Post]) -> list[PostOut]:
    """Add opinions, labels, mentions, copies and deletions: five queries, however many posts."""
    ids = [post.id for post in posts]
    opinions = {
        opinion.post_id: opinion
        for opinion in await session.scalars(
            select(PostOpinion).where(PostOpinion.post_id.in_(ids))
        )
    }
    mentions = {
        row.post_id: row
        for row in await session.execute(
            select(
                Mention.post_id,
                func.array_agg(Mention.watch_id.distinct()).label("watches"),
                func.array_agg(Mention.story_id.distinct()).label("stories"),
            )
            .where(Mention.post_id.in_(ids))
            .group_by(Mention.post_id)
        )
    }
    labels: dict[UUID, list[PostLabel]] = {}
    for label in await session.scalars(
        select(PostLabel)
        .where(PostLabel.post_id.in_(ids))
        .order_by(PostLabel.labelled_at.desc(), PostLabel.label_id.desc())
    ):
        labels.setdefault(label.post_id, []).append(label)
    copies = {row.id: row for row in await session.execute(_COPIES, {"ids": ids})}
    shown = [
        _shown(
            post,
            opinions.get(post.id),
            labels.get(post.id, []),
            mentions.get(post.id),
            copies.get(post.id),
        )
        for post in posts
    ]
    deletions = {
        deletion.post_id: DeletionOut.model_validate(deletion)
        for deletion in await session.scalars(
            select(PostDeletion).where(PostDeletion.post_id.in_(ids))
        )
    }
    for post in shown:
        post.deleted = deletions.get(post.id)
    return shown


def _shown(
    post: Post, opinion: PostOpinion | None, labels: list[PostLabel], mention: Any, copies: Any
) -> PostOut:
    shown = PostOut.model_validate(post)
    shown.labels = [PersonsLabel.model_validate(label) for label in labels]
    if opinion is not None:
        shown.opinion = OpinionOut(
            sentiment=_verdict(opinion, Task.SENTIMENT, labels),
            emotion=_verdict(opinion, Task.EMOTION, labels),
            engine=opinion.engine,
            release=opinion.release,
            revision=opinion.revision,
        )
    if mention is not None:
        shown.watch_ids = list(mention.watches)
        shown.story_ids = list(mention.stories)
    if copies is not None:
        shown.copies = copies.copies
        shown.copy_platforms = copies.platforms
        if copies.kind is not None:
            shown.copy_of, shown.copy_kind = copies.original_id, copies.kind
            shown.similarity = round(copies.similarity, 4)
    return shown


def _verdict(opinion: PostOpinion, task: Task, labels: Sequence[PostLabel]) -> VerdictOut:
    """What counts: the newest label of a person, else what the model said."""
    model = ModelVerdict(
        label=getattr(opinion, task),
        # Kept in four bytes, which show as 0.9869999885559082.
        confidence=round(getattr(opinion, f"{task}_confidence"), 4),
        unsure=getattr(opinion, f"{task}_unsure"),
    )
    said = next(
        (label for label in labels if label.task is task and label.revision == opinion.revision),
        None,
    )
    if said is None:
        return VerdictOut(**dict(model))
    by = ActorRef.model_validate(said.labelled_by)
    return VerdictOut(label=said.label, confidence=1.0, unsure=False, by=by, model=model)
