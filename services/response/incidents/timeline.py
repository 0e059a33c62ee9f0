"""Say what happened, once: an entry on the timeline and an event to the other rooms."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.response.incidents.models import TimelineEntry
from shared.contracts import Event
from shared.contracts.event import IncidentEvent
from shared.db import database_now
from shared.events import emit


async def record(
    session: AsyncSession, event: IncidentEvent, *, happened_at: datetime | None = None
) -> None:
    """Write `event` on the incident's timeline, and tell the other rooms.

    `happened_at` is when it happened, where that is not now.
    """
    await note(session, event.incident_id, event, happened_at=happened_at)
    await emit(session, event)


async def note(
    session: AsyncSession, incident_id: UUID, event: Event, *, happened_at: datetime | None = None
) -> None:
    """Write what another room told onto the timeline of an incident."""
    facts = event.model_dump(mode="json", exclude={"incident_id"}, exclude_none=True)
    session.add(
        TimelineEntry(
            incident_id=incident_id,
            happened_at=happened_at or await database_now(session),
            kind=type(event).__name__,
            facts=facts,
        )
    )


def entries_of(incident_id: UUID) -> Select[TimelineEntry]:
    """The timeline of an incident, oldest first."""
    return (
        select(TimelineEntry)
        .where(TimelineEntry.incident_id == incident_id)
        .order_by(TimelineEntry.happened_at, TimelineEntry.id)
    )
