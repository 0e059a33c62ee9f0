"""What people decide on follow-ups, and what is remembered of statements."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.aftermath.beginning import end
from services.monitor.aftermath.models import FollowUp, StatementMark
from services.monitor.aftermath.schemas import Ending, Prolonging
from shared.contracts.actors import ActorRef
from shared.contracts.aftermath import FollowUpProlonged
from shared.contracts.statements import StatementPublished, StatementWithdrawn
from shared.db import database_now
from shared.errors import Conflict, Invalid
from shared.events import emit
from shared.rows import find_row

_LONGEST = timedelta(days=5 * 366)


async def prolong_follow_up(
    session: AsyncSession, incident_id: UUID, new: Prolonging, by: ActorRef
) -> FollowUp:
    """Follow a matter until another day.

    Raises:
        NotFound: the incident is not followed. Conflict: it was ended.
        Invalid: the day is past, or too far away.
    """
    follow_up = await _standing(session, incident_id)
    now = await database_now(session)
    if not now < new.until <= now + _LONGEST:
        raise Invalid("/until: name a day from now on and within five years.")
    follow_up.until = new.until
    await emit(
        session,
        FollowUpProlonged(incident_id=incident_id, until=new.until, reason=new.reason, by=by),
    )
    return follow_up


async def end_follow_up(
    session: AsyncSession, incident_id: UUID, new: Ending, by: ActorRef
) -> FollowUp:
    """Follow a matter no more; what was known of its accounts is forgotten.

    Raises:
        NotFound: the incident is not followed. Conflict: it was ended before.
    """
    follow_up = await _standing(session, incident_id)
    await end(session, follow_up, new.reason, by)
    return follow_up


async def mark_statement(session: AsyncSession, told: StatementPublished) -> None:
    """Remember when a statement became public: the reactions are read around it."""
    await session.execute(
        upsert(StatementMark)
        .values(
            statement_id=told.statement_id,
            channel=told.channel,
            incident_id=told.incident_id,
            title=told.title,
            published_at=told.published_at,
        )
        .on_conflict_do_nothing()
    )


async def mark_withdrawn(session: AsyncSession, told: StatementWithdrawn) -> None:
    """Remember that a statement was withdrawn: what was said after it was said of that too."""
    await session.execute(
        update(StatementMark)
        .where(
            StatementMark.statement_id == told.statement_id, StatementMark.withdrawn_at.is_(None)
        )
        .values(withdrawn_at=await database_now(session))
    )


async def get_follow_up(session: AsyncSession, incident_id: UUID) -> FollowUp:
    """The follow-up of an incident.

    Raises:
        NotFound: it is not followed: its response goes on, or it names nothing.
    """
    return await find_row(session, FollowUp, incident_id, "follow-up of an incident")


async def _standing(session: AsyncSession, incident_id: UUID) -> FollowUp:
    follow_up = await find_row(
        session, FollowUp, incident_id, "follow-up of an incident", locked=True
    )
    if follow_up.ended_at is not None:
        raise Conflict("It was ended; it begins anew when a response to the incident ends again.")
    return follow_up
