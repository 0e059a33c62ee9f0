"""Posts drawn at random for people to label.

Labels that people give unasked are mostly corrections: they show where a model fails, and not how
often. A share that means something needs posts that nobody chose.
"""

from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analysis.labels.models import Label, LabelDraw, LabelState
from services.analysis.labels.schemas import DrawnPost, SampleOut
from shared.contracts.labels import Task
from shared.db import database_now
from shared.errors import Invalid
from shared.ids import first_id

# How far back posts are drawn from: what the model reads now, and enough to draw from.
_PERIOD: Final = timedelta(days=7)

# Every n-th post of a list that is ordered by label and confidence, from a random start (systematic
# sampling: Cochran 1977, "Sampling Techniques", chapter 8). Each post has the same chance, so that
# shares need no weights, and no label or confidence comes up more or less than it should.
_DRAW = text("""
WITH population AS (
    SELECT DISTINCT ON (post_id) post_id, revision,
        CASE :task WHEN 'sentiment' THEN sentiment ELSE emotion END AS label,
        CASE :task WHEN 'sentiment' THEN sentiment_confidence ELSE emotion_confidence END AS sure
    FROM analysis.opinions WHERE post_id >= :oldest
    ORDER BY post_id, revision DESC
), ordered AS (
    SELECT post_id, revision,
        greatest(1, count(*) OVER () / CAST(:wanted AS double precision)) AS step,
        row_number() OVER (ORDER BY label, width_bucket(sure, 0.4, 1, 6),
            hashtextextended(post_id::text, :seed), post_id) - 1 AS place
    FROM population WHERE NOT EXISTS (
        SELECT 1 FROM analysis.label_draws AS drawn
        WHERE drawn.day = :day AND drawn.task = :task AND drawn.post_id = population.post_id)
)
INSERT INTO analysis.label_draws (day, task, post_id, revision, place)
SELECT :day, :task, post_id, revision,
    :drawn + row_number() OVER (ORDER BY hashtextextended(post_id::text, :seed + 1), post_id)
FROM ordered
WHERE floor((place + 1) / step - :start) > floor(place / step - :start)
""")

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('analysis.label_draws', 0))")


async def sample(session: AsyncSession, task: Task, size: int, person: str) -> SampleOut:
    """The first `size` posts of the day's sample, the same for everybody; drawn when first asked.

    Raises:
        Invalid: no stance is drawn: posts have no opinion toward a target of their own.
    """
    if task is Task.STANCE:
        raise Invalid("Posts are drawn for sentiment and emotion; a stance has a target to name.")
    now = await database_now(session)
    day = now.date()
    await _draw(session, task, size, now)
    drawn = (
        await session.execute(
            select(LabelDraw.post_id, LabelDraw.revision)
            .where(LabelDraw.day == day, LabelDraw.task == task)
            .order_by(LabelDraw.place)
            .limit(size)
        )
    ).all()
    done = set(
        await session.scalars(
            select(Label.post_id).where(
                Label.post_id.in_([row.post_id for row in drawn]),
                Label.task == task,
                Label.labelled_by_id == person,
                Label.state == LabelState.CURRENT,
                Label.sampled,
            )
        )
    )
    waiting = [DrawnPost.model_validate(row) for row in drawn if row.post_id not in done]
    return SampleOut(day=day, task=task, drawn=len(drawn), labelled=len(done), items=waiting)


async def _draw(session: AsyncSession, task: Task, size: int, now: datetime) -> None:
    """Draw what the day's sample lacks of `size`. Its seed is the day."""
    await session.execute(_LOCK)
    day = now.date()
    drawn = await session.scalar(
        select(func.count()).where(LabelDraw.day == day, LabelDraw.task == task)
    )
    if (drawn or 0) >= size:
        return
    await session.execute(
        _DRAW,
        {
            "task": str(task),
            "day": day,
            "seed": day.toordinal(),
            "start": _start(day, task),
            "oldest": first_id(now - _PERIOD),
            "drawn": drawn,
            "wanted": size - (drawn or 0),
        },
    )


def _start(day: date, task: Task) -> float:
    return Random(f"{day} {task}").random()  # noqa: S311 - for a sample, not for a secret
