"""Every post gets its opinion: sentiment and emotion, once for each revision."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Boolean, Float, Integer, Uuid
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

from services.analysis.engines.base import Item, SomeFailed
from services.analysis.engines.base import Verdict as EngineVerdict
from services.analysis.engines.batching import Priority
from services.analysis.serving import Models, Witnessed
from shared.arrays import array_statement
from shared.contracts.labels import Task
from shared.contracts.posts import AnalysedPost, CollectedPost, PostsAnalysed, Verdict
from shared.events import emit
from shared.log import get_logger

log = get_logger(__name__)

_NEW = """
SELECT :engine AS engine, :release AS release, new.*
FROM unnest(:post_id, :revision, :sentiment, :sentiment_confidence, :sentiment_unsure, :emotion,
    :emotion_confidence, :emotion_unsure)
  AS new (post_id, revision, sentiment, sentiment_confidence, sentiment_unsure, emotion,
    emotion_confidence, emotion_unsure)
"""
_COLUMNS = """engine, release, post_id, revision, sentiment, sentiment_confidence, sentiment_unsure,
    emotion, emotion_confidence, emotion_unsure"""
_ARRAYS = (
    "post_id revision sentiment sentiment_confidence sentiment_unsure emotion emotion_confidence "
    "emotion_unsure"
)
_TYPES: Mapping[str, TypeEngine[Any]] = {
    "post_id": Uuid(),
    "revision": Integer(),
    "sentiment_confidence": Float(),
    "sentiment_unsure": Boolean(),
    "emotion_confidence": Float(),
    "emotion_unsure": Boolean(),
}
_INSERT = array_statement(
    f"INSERT INTO analysis.opinions ({_COLUMNS}) {_NEW} ON CONFLICT DO NOTHING",
    _ARRAYS,
    _TYPES,
)
# Opinions that are replaced stay: what was known when a warning was judged can be looked up.
_REPLACE = array_statement(
    f"""
WITH new AS ({_NEW}), kept AS (
    INSERT INTO analysis.earlier_opinions ({_COLUMNS}, computed_at)
    SELECT {_COLUMNS}, computed_at FROM analysis.opinions
    WHERE (post_id, revision) IN (SELECT post_id, revision FROM new)
    ON CONFLICT DO NOTHING
)
INSERT INTO analysis.opinions ({_COLUMNS}) SELECT {_COLUMNS} FROM new
ON CONFLICT (post_id, revision) DO UPDATE SET
    engine = excluded.engine, release = excluded.release, sentiment = excluded.sentiment,
    sentiment_confidence = excluded.sentiment_confidence,
    sentiment_unsure = excluded.sentiment_unsure, emotion = excluded.emotion,
    emotion_confidence = excluded.emotion_confidence, emotion_unsure = excluded.emotion_unsure,
    computed_at = now()
""",  # noqa: S608
    _ARRAYS,
    _TYPES,
)
_JUDGED_BY = array_statement(
    """
SELECT post_id, revision FROM analysis.opinions
WHERE post_id = ANY(:post_id) AND engine = :engine AND release = :release
""",
    "post_id",
    {"post_id": Uuid()},
)

OPINION_TASKS: Final = (Task.SENTIMENT, Task.EMOTION)

Judged = tuple[CollectedPost, EngineVerdict, EngineVerdict]


async def give_opinions(
    session: AsyncSession, models: Models, batches: Sequence[Sequence[CollectedPost]]
) -> None:
    """Judge the posts of several events at once, keep the opinions, and tell the monitor.

    Raises what `Batcher.classify` raises; then nothing is kept, and the posts are tried again.
    """
    posts = [post for batch in batches for post in batch]
    if not posts:
        return
    answers, by = await _judge(models, posts)
    judged = [answer for answer in answers if answer is not None]
    await session.execute(_INSERT, _columns(judged) | by)
    start = 0
    for batch in batches:
        part = [answer for answer in answers[start : start + len(batch)] if answer is not None]
        start += len(batch)
        if part:
            await _tell(session, part, by)
    models.witness(Task.SENTIMENT, (_seen(post, verdict) for post, verdict, _ in judged))
    models.witness(Task.EMOTION, (_seen(post, verdict) for post, _, verdict in judged))


async def give_opinions_anew(
    session: AsyncSession, models: Models, posts: Sequence[CollectedPost]
) -> int:
    """Judge posts again that the live models have not judged yet; answers how many that were.

    The opinions that they replace are kept as earlier ones. Raises as `give_opinions`.
    """
    sentiment, emotion = (models.engine_of(task) for task in OPINION_TASKS)
    by = _named(sentiment.name, sentiment.revision, emotion.name, emotion.revision)
    known = await session.execute(_JUDGED_BY, {"post_id": [post.id for post in posts]} | by)
    done = {(row.post_id, row.revision) for row in known}
    open_ = [post for post in posts if (post.id, post.revision) not in done]
    if not open_:
        return 0
    answers, by = await _judge(models, open_)
    judged = [answer for answer in answers if answer is not None]
    if judged:
        await session.execute(_REPLACE, _columns(judged) | by)
        await _tell(session, judged, by)
    return len(judged)


async def _tell(session: AsyncSession, judged: Sequence[Judged], by: Mapping[str, str]) -> None:
    analysed = tuple(
        AnalysedPost(
            id=post.id,
            revision=post.revision,
            sentiment=_verdict(sentiment),
            emotion=_verdict(emotion),
        )
        for post, sentiment, emotion in judged
    )
    await emit(session, PostsAnalysed(**by, posts=analysed))


def _item(post: CollectedPost) -> Item:
    return Item(f"{post.title}\n{post.text}" if post.title else post.text)


async def _judge(
    models: Models, posts: Sequence[CollectedPost]
) -> tuple[list[Judged | None], dict[str, str]]:
    """Judge posts, and say who did; None for a post that breaks the model each time."""
    places = list(range(len(posts)))
    while True:
        items = [_item(posts[place]) for place in places]
        try:
            sentiment, emotion = await models.classify_together(
                OPINION_TASKS, items, priority=Priority.JOB
            )
        except SomeFailed as failed:
            broken = [places[at] for at in failed.places]
            posts_ = [str(posts[place].id) for place in broken]
            log.error("posts_not_judged", posts=posts_, error=str(failed))
            places = [place for place in places if place not in broken]
            continue
        judged: list[Judged | None] = [None] * len(posts)
        for place, feeling, mood in zip(places, sentiment.verdicts, emotion.verdicts, strict=True):
            judged[place] = (posts[place], feeling, mood)
        return judged, _named(sentiment.model, sentiment.revision, emotion.model, emotion.revision)


def _named(first: str, first_revision: str, second: str, second_revision: str) -> dict[str, str]:
    """Who answered: one name where one engine did both, else both, sentiment first."""
    if (first, first_revision) == (second, second_revision):
        return {"engine": first, "release": first_revision}
    return {"engine": f"{first}+{second}", "release": f"{first_revision}+{second_revision}"}


def _seen(post: CollectedPost, verdict: EngineVerdict) -> Witnessed:
    return Witnessed(post.id, post.revision, _item(post), verdict)


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
