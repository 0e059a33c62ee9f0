"""What was said before and after statements, counted from the record."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.aftermath.models import StatementMark
from services.monitor.aftermath.reactions import Counts, in_words, reaction
from services.monitor.aftermath.subjects import matter_of
from shared.contracts.aftermath import ReactionCounts, ReactionsMeasured
from shared.db import database_now
from shared.events import emit

# After so many hours the reactions are told to the incident, and filed.
_TOLD_AFTER = (24, 72)

_WINDOW = text("""
SELECT count(*) AS posts,
    count(opinion.post_id) AS opinions,
    count(*) FILTER (
        WHERE coalesce(opinion.said_sentiment, opinion.sentiment) = 'negative') AS negative
FROM (
    SELECT DISTINCT post_id FROM monitor.mentions
    WHERE story_id = ANY(:stories) AND published_at >= :since AND published_at < :until
) AS post LEFT JOIN monitor.post_opinions AS opinion ON opinion.post_id = post.post_id
""")


@dataclass(frozen=True, slots=True)
class Published:
    """A statement on all of its channels; `published_at` on the first of them."""

    statement_id: UUID
    incident_id: UUID
    title: str
    channels: tuple[str, ...]
    published_at: datetime
    withdrawn_at: datetime | None
    measured: int


def published(marks: Sequence[StatementMark]) -> list[Published]:
    """The statements of these marks, newest first."""
    of: dict[UUID, list[StatementMark]] = {}
    for mark in sorted(marks, key=lambda mark: (mark.published_at, mark.channel)):
        of.setdefault(mark.statement_id, []).append(mark)
    found = [
        Published(
            statement_id=statement_id,
            incident_id=each[0].incident_id,
            title=each[0].title,
            channels=tuple(mark.channel for mark in each),
            published_at=each[0].published_at,
            withdrawn_at=each[0].withdrawn_at,
            measured=max(mark.measured for mark in each),
        )
        for statement_id, each in of.items()
    ]
    return sorted(found, key=lambda each: each.published_at, reverse=True)


async def around(
    session: AsyncSession, stories: Collection[UUID], at: datetime, hours: int
) -> tuple[Counts, Counts]:
    """What was said in stories in so many hours before a moment, and after it."""
    span = timedelta(hours=hours)
    return (
        await _count(session, stories, at - span, at),
        await _count(session, stories, at, at + span),
    )


async def _count(
    session: AsyncSession, stories: Collection[UUID], since: datetime, until: datetime
) -> Counts:
    values = {"stories": list(stories), "since": since, "until": until}
    row = (await session.execute(_WINDOW, values)).one()
    return Counts(row.posts, row.opinions, row.negative)


async def tell_measured(session: AsyncSession) -> None:
    """Tell the reactions to statements of which a day, or three, have passed; each once."""
    now = await database_now(session)
    for hours in _TOLD_AFTER:
        due = (
            await session.scalars(
                select(StatementMark)
                .where(
                    StatementMark.measured < hours,
                    StatementMark.published_at <= now - timedelta(hours=hours),
                )
                .order_by(StatementMark.statement_id, StatementMark.channel)
                .with_for_update()
            )
        ).all()
        for statement in published(due):
            # A second channel that took it later begins no second count.
            if statement.measured < hours:
                await _tell(session, statement, hours)
            await session.execute(
                update(StatementMark)
                .where(StatementMark.statement_id == statement.statement_id)
                .values(measured=hours)
            )


async def _tell(session: AsyncSession, statement: Published, hours: int) -> None:
    matter = await matter_of(session, statement.incident_id)
    if not matter.stories:
        return
    before, after = await around(session, matter.stories, statement.published_at, hours)
    told, told_zh = in_words(hours, before, after)
    await emit(
        session,
        ReactionsMeasured(
            incident_id=statement.incident_id,
            statement_id=statement.statement_id,
            title=statement.title,
            published_at=statement.published_at,
            hours=hours,
            before=_counts(before),
            after=_counts(after),
            verdict=reaction(before, after),
            text=told,
            text_zh=told_zh,
        ),
    )


def _counts(counts: Counts) -> ReactionCounts:
    low, high = counts.interval
    return ReactionCounts(
        posts=counts.posts,
        opinions=counts.opinions,
        negative=counts.negative,
        low=low,
        high=high,
    )
