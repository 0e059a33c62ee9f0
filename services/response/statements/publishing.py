"""Use cases of publications: a person orders them, and settles what no machine can know."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.response.incidents.lifecycle import Move
from services.response.incidents.service import get_for_change, get_incident
from services.response.incidents.timeline import record
from services.response.statements.approval import Act
from services.response.statements.channels.protocol import Channel
from services.response.statements.models import Publication, Statement
from services.response.statements.publication import (
    PublicationState,
    may_be_resolved,
    statement_state,
)
from services.response.statements.queries import get_statement, lock_publication, lock_statement
from services.response.statements.schemas import PublicationNew, ResolutionNew
from services.response.statements.service import advance, check_text, event_facts
from shared.contracts.actors import ActorRef
from shared.contracts.statements import PublicationFailed, PublicationQueued, StatementPublished
from shared.db import database_now
from shared.errors import Conflict, Invalid


async def publish_statement(
    session: AsyncSession,
    statement_id: UUID,
    new: PublicationNew,
    channels: Mapping[str, Channel],
    by: ActorRef,
) -> Statement:
    """Order exactly this text onto channels. Where it is on its way or public already, it stays so.

    Where it failed before it is ordered again, under the same key.

    Raises:
        NotFound: no such statement. Invalid: no such channel.
        Conflict: not approved, another text is meant, the outcome on a channel is unknown, or a
            drill would reach the public.
    """
    if missing := sorted(set(new.channels) - set(channels)):
        known = ", ".join(channels)
        raise Invalid(f"/channels: there is no channel named {missing[0]}. There are: {known}.")
    statement = await lock_statement(session, statement_id, Move.STATE)
    check_text(statement, new.sha256)
    advance(statement, Act.PUBLISH)
    chosen = [channel for name, channel in channels.items() if name in new.channels]
    await _check_drill(session, statement, chosen)
    for channel in chosen:
        publication = await _order(session, statement, channel.name, by)
        if publication is not None:
            await record(
                session,
                PublicationQueued(
                    **event_facts(statement, statement.current, by),
                    publication_id=publication.id,
                    channel=channel.name,
                ),
            )
    return await get_statement(session, statement_id)


async def resolve_publication(
    session: AsyncSession, publication_id: UUID, new: ResolutionNew, by: ActorRef
) -> Publication:
    """Settle a publication whose outcome is unknown: a person has looked.

    Raises:
        NotFound: no such publication. Conflict: its outcome is known, or still awaited.
    """
    incident, statement, publication = await lock_publication(session, publication_id)
    await get_for_change(session, incident.id, Move.NOTE)
    now = await database_now(session)
    if not may_be_resolved(publication.state, publication.sent_at, now):
        raise Conflict(f"This publication is {publication.state}: there is nothing to settle.")
    if new.published:
        await note_published(
            session,
            statement,
            publication,
            by,
            location=new.location,
            published_at=publication.sent_at or now,
        )
    else:
        await note_not_published(
            session,
            statement,
            publication,
            by,
            state=PublicationState.FAILED,
            error=f"{by.name} looked: it is not public there.",
        )
    return publication


async def note_published(
    session: AsyncSession,
    statement: Statement,
    publication: Publication,
    by: ActorRef,
    *,
    location: str | None,
    published_at: datetime,
) -> None:
    """Record, once, that the text is public on a channel."""
    publication.location = location
    publication.published_at = published_at
    _change(statement, publication, PublicationState.PUBLISHED, error=None)
    wording = statement.wording(publication.version)
    await record(
        session,
        StatementPublished(
            **event_facts(statement, wording, by),
            channel=publication.channel,
            title=wording.title,
            text=wording.text,
            location=location,
            published_at=published_at,
        ),
    )


async def note_not_published(
    session: AsyncSession,
    statement: Statement,
    publication: Publication,
    by: ActorRef,
    *,
    state: PublicationState,
    error: str,
) -> None:
    """Record that the text is not public on a channel, or (`unknown`) that nobody knows."""
    _change(statement, publication, state, error=error)
    await record(
        session,
        PublicationFailed(
            **event_facts(statement, statement.wording(publication.version), by),
            channel=publication.channel,
            error=error,
            outcome_known=state is not PublicationState.UNKNOWN,
        ),
    )


def _change(
    statement: Statement, publication: Publication, state: PublicationState, *, error: str | None
) -> None:
    publication.state = state
    publication.error = error
    statement.state = statement_state(
        statement.state, [row.state for row in statement.publications]
    )


async def _check_drill(
    session: AsyncSession, statement: Statement, channels: list[Channel]
) -> None:
    incident = await get_incident(session, statement.incident_id)
    outside = [channel.name for channel in channels if not channel.takes_drills]
    if incident.drill and outside:
        raise Conflict(f"This is a drill: {outside[0]} would make its statement public.")


async def _order(
    session: AsyncSession, statement: Statement, channel: str, by: ActorRef
) -> Publication | None:
    """The publication, new or ordered again; None where it is on its way or public already."""
    placed = next(
        (
            row
            for row in statement.publications
            if row.channel == channel and row.version == statement.version
        ),
        None,
    )
    now = await database_now(session)
    if placed is None:
        publication = Publication(
            statement_id=statement.id,
            version=statement.version,
            channel=channel,
            ordered_by=by.model_dump(mode="json"),
            ordered_at=now,
        )
        session.add(publication)
        return publication
    if placed.state is PublicationState.UNKNOWN:
        raise Conflict(
            f"Nobody knows whether {channel} has this text. Look there, and settle it first.",
            publication_id=str(placed.id),
        )
    if placed.state is not PublicationState.FAILED:
        return None
    placed.state = PublicationState.QUEUED
    placed.attempts = 0
    placed.error = None
    placed.ordered_by = by.model_dump(mode="json")
    placed.ordered_at = now
    return placed
