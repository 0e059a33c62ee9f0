"""Reading what is seen after an incident, and the reactions to statements."""

import math
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.aftermath.models import FollowUp, Sighting, StatementMark
from services.monitor.aftermath.schemas import (
    Change,
    FollowUpOut,
    FollowUps,
    ReactionsOut,
    SightingOut,
    StatementReactions,
    Window,
)
from services.monitor.indicators.negativity import wilson
from services.monitor.stories.schemas import ShareOut
from services.monitor.warnings.models import WarningRecord
from shared.db import database_now

_HOURS = (1, 6, 24, 72)
_SHOWN = 20


async def follow_ups(session: AsyncSession, story_id: UUID) -> FollowUps:
    """What became of the matter of a story after its incidents."""
    rows = await session.scalars(
        select(FollowUp).where(FollowUp.story_id == story_id).order_by(FollowUp.began_at.desc())
    )
    return FollowUps(items=[await _shown(session, row) for row in rows.all()])


async def _shown(session: AsyncSession, follow_up: FollowUp) -> FollowUpOut:
    here = Sighting.incident_id == follow_up.incident_id
    count, accounts = (
        await session.execute(
            select(func.count(), func.count(Sighting.account.distinct())).where(here)
        )
    ).one()
    elsewhere = await session.scalars(
        select(Sighting.platform).where(here, Sighting.elsewhere).distinct().order_by("platform")
    )
    newest = await session.scalars(
        select(Sighting)
        .where(here)
        .order_by(Sighting.seen_at.desc(), Sighting.post_id.desc())
        .limit(_SHOWN)
    )
    return FollowUpOut(
        incident_id=follow_up.incident_id,
        story_id=follow_up.story_id,
        title=follow_up.title,
        began_at=follow_up.began_at,
        closed_at=follow_up.closed_at,
        resurged_at=follow_up.resurged_at,
        sightings=count,
        elsewhere=list(elsewhere.all()),
        accounts_again=accounts,
        newest=[
            SightingOut(
                post_id=each.post_id,
                story_id=each.story_id,
                manner=each.manner,
                platform=each.platform,
                elsewhere=each.elsewhere,
                account=each.account.hex() if each.account else None,
                seen_at=each.seen_at,
            )
            for each in newest
        ],
    )


_WINDOW = text("""
SELECT count(*) AS posts,
    count(opinion.post_id) AS opinions,
    count(*) FILTER (
        WHERE coalesce(opinion.said_sentiment, opinion.sentiment) = 'negative') AS negative
FROM (
    SELECT DISTINCT post_id FROM monitor.mentions
    WHERE story_id = :story_id AND published_at >= :since AND published_at < :until
) AS post LEFT JOIN monitor.post_opinions AS opinion ON opinion.post_id = post.post_id
""")


async def reactions(session: AsyncSession, story_id: UUID) -> ReactionsOut:
    """How a story went on after each statement of its incident."""
    now = await database_now(session)
    of_story = select(WarningRecord.incident_id).where(WarningRecord.story_id == story_id)
    followed = select(FollowUp.incident_id).where(FollowUp.story_id == story_id)
    marks = await session.scalars(
        select(StatementMark)
        .where(StatementMark.incident_id.in_(of_story) | StatementMark.incident_id.in_(followed))
        .order_by(StatementMark.published_at.desc(), StatementMark.channel)
    )
    items = []
    for mark in marks.all():
        at = mark.published_at
        changes = [await _change(session, story_id, at, hours, now) for hours in _HOURS]
        items.append(
            StatementReactions(
                statement_id=mark.statement_id,
                channel=mark.channel,
                title=mark.title,
                incident_id=mark.incident_id,
                published_at=at,
                changes=changes,
            )
        )
    return ReactionsOut(items=items)


async def _change(
    session: AsyncSession, story_id: UUID, at: datetime, hours: int, now: datetime
) -> Change:
    span = timedelta(hours=hours)
    values = {"story_id": story_id}
    before = (await session.execute(_WINDOW, values | {"since": at - span, "until": at})).one()
    after = (await session.execute(_WINDOW, values | {"since": at, "until": at + span})).one()
    return Change(
        hours=hours,
        complete=now >= at + span,
        before=_window(before),
        after=_window(after),
        negative_change=difference(
            (before.negative, before.opinions), (after.negative, after.opinions)
        ),
        volume_ratio=after.posts / before.posts if before.posts else None,
    )


def _window(row: Any) -> Window:
    low, high = wilson(row.negative, row.opinions)
    share = (
        ShareOut(value=row.negative / row.opinions, low=low, high=high) if row.opinions else None
    )
    return Window(posts=row.posts, opinions=row.opinions, negative_share=share)


def difference(before: tuple[int, int], after: tuple[int, int]) -> ShareOut | None:
    """Returns the share after less that before, each as (of them, in all), with its 95 % interval
    from the two score intervals (Newcombe 1998, method 10); None where either is unknown."""
    if not before[1] or not after[1]:
        return None
    (low_b, high_b), (low_a, high_a) = wilson(*before), wilson(*after)
    share_b, share_a = before[0] / before[1], after[0] / after[1]
    change = share_a - share_b
    return ShareOut(
        value=change,
        low=change - math.hypot(share_a - low_a, high_b - share_b),
        high=change + math.hypot(high_a - share_a, share_b - low_b),
    )
