"""Reading statements: each with all that belongs to it, in four queries however many there are."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from services.response.incidents.lifecycle import Move
from services.response.incidents.models import Incident
from services.response.incidents.service import get_for_change
from services.response.statements.models import Publication, PublishedText, Statement
from shared.errors import NotFound


def whole_statements() -> Select[Statement]:
    """Statements with their versions, signatures and publications, as they are now."""
    return (
        select(Statement)
        .options(
            selectinload(Statement.versions),
            selectinload(Statement.signatures),
            selectinload(Statement.publications),
        )
        .execution_options(populate_existing=True)
    )


def notices() -> Select[PublishedText]:
    """Notices with their statements, which know whether they were withdrawn."""
    return select(PublishedText).options(joinedload(PublishedText.statement))


async def get_notice(session: AsyncSession, publication_id: UUID) -> PublishedText:
    """One notice with its statement.

    Raises:
        NotFound: there is none with this id.
    """
    notice = await session.scalar(notices().where(PublishedText.publication_id == publication_id))
    if notice is None:
        raise NotFound("There is no notice with this id.")
    return notice


async def get_statement(session: AsyncSession, statement_id: UUID) -> Statement:
    """One statement, whole.

    Raises:
        NotFound: there is none with this id.
    """
    statement = await session.scalar(whole_statements().where(Statement.id == statement_id))
    if statement is None:
        raise NotFound("There is no statement with this id.")
    return statement


async def lock_statement(session: AsyncSession, statement_id: UUID, move: Move) -> Statement:
    """One statement, whole and locked, its incident locked before it.

    Raises:
        NotFound: there is none with this id. Conflict: its incident does not allow `move`.
    """
    await get_for_change(session, await _incident_of(session, statement_id), move)
    return await _locked(session, statement_id)


async def lock_publication(
    session: AsyncSession, publication_id: UUID
) -> tuple[Incident, Statement, Publication]:
    """A publication with its statement and incident, locked in whatever state the incident is:
    what a channel did is recorded even if the incident was closed meanwhile.

    Raises:
        NotFound: there is none with this id.
    """
    statement_id = await statement_of(session, publication_id)
    incident_id = await _incident_of(session, statement_id)
    incident = await session.get_one(Incident, incident_id, with_for_update=True)
    statement = await _locked(session, statement_id)
    publication = next(row for row in statement.publications if row.id == publication_id)
    return incident, statement, publication


async def statement_of(session: AsyncSession, publication_id: UUID) -> UUID:
    """The id of a publication's statement.

    Raises:
        NotFound: there is no publication with this id.
    """
    found: UUID | None = await session.scalar(
        select(Publication.statement_id).where(Publication.id == publication_id)
    )
    if found is None:
        raise NotFound("There is no publication with this id.")
    return found


async def _incident_of(session: AsyncSession, statement_id: UUID) -> UUID:
    found: UUID | None = await session.scalar(
        select(Statement.incident_id).where(Statement.id == statement_id)
    )
    if found is None:
        raise NotFound("There is no statement with this id.")
    return found


async def _locked(session: AsyncSession, statement_id: UUID) -> Statement:
    query = whole_statements().where(Statement.id == statement_id).with_for_update(of=Statement)
    return (await session.scalars(query)).one()
