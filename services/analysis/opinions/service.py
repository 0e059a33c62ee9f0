"""Every post gets its opinion: sentiment and emotion, once for each revision."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Boolean, Float, Integer, Uuid
from sqlalchemy.ext.asyncio import AsyncSession

from services.analysis.engines.base import Item
from services.analysis.engines.base import Verdict as EngineVerdict
from services.analysis.engines.batching import Priority
from services.analysis.serving import Models
from shared.arrays import array_statement
from shared.contracts.labels import Task
from shared.contracts.posts import AnalysedPost, CollectedPost, PostsAnalysed, Verdict
from shared.events import emit

_INSERT = array_statement(
    """
INSERT INTO analysis.opinions (engine, release, post_id, revision, sentiment,
    sentiment_confidence, sentiment_unsure, emotion, emotion_confidence, emotion_unsure)
SELECT :engine, :release, post_id, revision, sentiment, sentiment_confidence, sentiment_unsure,
    emotion, emotion_confidence, emotion_unsure
FROM unnest(:post_id, :revision, :sentiment, :sentiment_confidence, :sentiment_unsure, :emotion,
    :emotion_confidence, :emotion_unsure)
  AS new (post_id, revision, sentiment, sentiment_confidence, sentiment_unsure, emotion,
    emotion_confidence, emotion_unsure)
ON CONFLICT DO NOTHING
""",
    "post_id revision sentiment sentiment_confidence sentiment_unsure emotion emotion_confidence "
    "emotion_unsure",
    {
        "post_id": Uuid(),
        "revision": Integer(),
        "sentiment_confidence": Float(),
        "sentiment_unsure": Boolean(),
        "emotion_confidence": Float(),
        "emotion_unsure": Boolean(),
    },
)

Judged = tuple[CollectedPost, EngineVerdict, EngineVerdict]


async def give_opinions(
    session: AsyncSession, models: Models, batches: Sequence[Sequence[CollectedPost]]
) -> None:
    """Judge the posts of several events at once, keep the opinions, and tell the monitor.

    Raises what `Batcher.classify` raises; then nothing is kept, and the posts are tried again.
    """
    posts = [post for batch in batches for post in batch]
    judged, engine, release = await _judge(models, posts)
    if not judged:
        return
    await session.execute(_INSERT, _columns(judged) | {"engine": engine, "release": release})
    start = 0
    for batch in batches:
        part = judged[start : start + len(batch)]
        start += len(batch)
        analysed = tuple(
            AnalysedPost(
                id=post.id,
                revision=post.revision,
                sentiment=_verdict(sentiment),
                emotion=_verdict(emotion),
            )
            for post, sentiment, emotion in part
        )
        if analysed:
            await emit(session, PostsAnalysed(engine=engine, release=release, posts=analysed))


async def _judge(models: Models, posts: Sequence[CollectedPost]) -> tuple[list[Judged], str, str]:
    items = [Item(f"{post.title}\n{post.text}" if post.title else post.text) for post in posts]
    sentiment, emotion = await models.classify_together(
        (Task.SENTIMENT, Task.EMOTION), items, priority=Priority.JOB
    )
    judged = list(zip(posts, sentiment.verdicts, emotion.verdicts, strict=True))
    return judged, *_named(sentiment.model, sentiment.revision, emotion.model, emotion.revision)


def _named(first: str, first_revision: str, second: str, second_revision: str) -> tuple[str, str]:
    """Who answered: one name where one engine did both, else both, sentiment first."""
    if (first, first_revision) == (second, second_revision):
        return first, first_revision
    return f"{first}+{second}", f"{first_revision}+{second_revision}"


def _columns(judged: Sequence[Judged]) -> dict[str, list[Any]]:
    return {
        "post_id": [post.id for post, _, _ in judged],
        "revision": [post.revision for post, _, _ in judged],
        "sentiment": [sentiment.label for _, sentiment, _ in judged],
        "sentiment_confidence": [sentiment.confidence for _, sentiment, _ in judged],
        "sentiment_unsure": [sentiment.unsure for _, sentiment, _ in judged],
        "emotion": [emotion.label for _, _, emotion in judged],
        "emotion_confidence": [emotion.confidence for _, _, emotion in judged],
        "emotion_unsure": [emotion.unsure for _, _, emotion in judged],
    }


def _verdict(verdict: EngineVerdict) -> Verdict:
    return Verdict(
        label=str(verdict.label), confidence=round(verdict.confidence, 4), unsure=verdict.unsure
    )
