"""Reading what is seen after an incident, and the reactions to statements."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.aftermath.beginning import stories_of
from services.monitor.aftermath.measuring import Published, around, published
from services.monitor.aftermath.models import (
    FollowUp,
    Sighting,
    StatementMark,
)
from services.monitor.aftermath.reactions import Counts, difference, in_words, reaction
from services.monitor.aftermath.schemas import (
    Change,
    FollowUpOut,
    FollowUps,
    ReactionsOut,
    SightingOut,
    StatementReactions,
    Window,
)
from services.monitor.aftermath.subjects import incidents_of, matter_of, roots_of
from services.monitor.stories.schemas import ShareOut
from shared.db import database_now

_HOURS = (1, 6, 24, 72)
_SHOWN = 20


async def follow_ups(session: AsyncSession, story_id: UUID) -> FollowUps:
    """What became of the matter of a story after its incidents."""
    incidents = await incidents_of(session, story_id)
    rows = await session.scalars(
        select(FollowUp)
        .where(or_(FollowUp.story_id == story_id, FollowUp.incident_id.in_(incidents)))
        .order_by(FollowUp.began_at.desc())
    )
    return FollowUps(items=[await shown(session, row) for row in rows.all()])


async def shown(session: AsyncSession, follow_up: FollowUp) -> FollowUpOut:
    """A follow-up with what was seen."""
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
    roots = await roots_of(session, stories_of([follow_up]))
    return FollowUpOut(
        incident_id=follow_up.incident_id,
        story_id=follow_up.story_id,
        stories=sorted(set(roots.values())),
        title=follow_up.title,
        began_at=follow_up.began_at,
        until=follow_up.until,
        closed_at=follow_up.closed_at,
        resurged_at=follow_up.resurged_at,
        ended_at=follow_up.ended_at,
        ended_by=follow_up.ended_by,
        ended_reason=follow_up.ended_reason,
        sightings=count,
        elsewhere=list(elsewhere.all()),
        accounts_again=accounts,
        newest=[sighting_shown(each) for each in newest],
    )


def sighting_shown(sighting: Sighting) -> SightingOut:
    """A post about the matter, as the API shows it."""
    return SightingOut(
        post_id=sighting.post_id,
        story_id=sighting.story_id,
        manner=sighting.manner,
        platform=sighting.platform,
        elsewhere=sighting.elsewhere,
        account=sighting.account.hex() if sighting.account else None,
        seen_at=sighting.seen_at,
    )


async def reactions(session: AsyncSession, story_id: UUID) -> ReactionsOut:
    """How a story went on after each statement of its incidents."""
    incidents = await incidents_of(session, story_id)
    return await _reactions(session, incidents, [story_id])


async def reactions_of_incident(session: AsyncSession, incident_id: UUID) -> ReactionsOut:
    """How the matter of an incident went on after each of its statements."""
    matter = await matter_of(session, incident_id)
    return await _reactions(session, [incident_id], matter.stories)


async def _reactions(
    session: AsyncSession, incidents: Collection[UUID], stories: Collection[UUID]
) -> ReactionsOut:
    now = await database_now(session)
    marks = await session.scalars(
        select(StatementMark).where(StatementMark.incident_id.in_(incidents))
    )
    statements = published(marks.all())
    items = []
    for each in statements:
        changes = [
            _change(
                hours,
                *await around(session, stories, each.published_at, hours),
                complete=now >= each.published_at + timedelta(hours=hours),
                others=_others(each, statements, hours),
            )
            for hours in _HOURS
        ]
        items.append(
            StatementReactions(
                statement_id=each.statement_id,
                channels=list(each.channels),
                title=each.title,
                incident_id=each.incident_id,
                published_at=each.published_at,
                withdrawn_at=each.withdrawn_at,
                changes=changes,
            )
        )
    return ReactionsOut(items=items)


def _others(this: Published, statements: Sequence[Published], hours: int) -> int:
    span = timedelta(hours=hours)

    def near(at: datetime) -> bool:
        return abs(at - this.published_at) < span

    return sum(each is not this and near(each.published_at) for each in statements)


def _change(hours: int, before: Counts, after: Counts, *, complete: bool, others: int) -> Change:
    changed = difference(before, after)
    text, text_zh = in_words(hours, before, after)
    return Change(
        hours=hours,
        complete=complete,
        before=_window(before),
        after=_window(after),
        negative_change=(
            ShareOut(value=changed[0], low=changed[1], high=changed[2]) if changed else None
        ),
        volume_ratio=after.posts / before.posts if before.posts else None,
        reaction=reaction(before, after),
        text=text,
        text_zh=text_zh,
        others=others,
    )


def _window(counts: Counts) -> Window:
    low, high = counts.interval
    share = counts.share
    return Window(
        posts=counts.posts,
        opinions=counts.opinions,
        negative=counts.negative,
        negative_share=None if share is None else ShareOut(value=share, low=low, high=high),
    )
