"""The channel `console`: Groundswell's own notice board. It needs nobody outside."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from services.response.statements.channels.protocol import OutgoingStatement, Receipt
from services.response.statements.models import PublishedText
from shared.db import Database, database_now

_BOARD = "/api/v1/channels/console/notices"


class ConsoleChannel:
    """Publishes on the notice board, keyed by the publication: a repeated key changes nothing."""

    name = "console"
    idempotent = True
    takes_drills = True

    def __init__(self, database: Database) -> None:
        self._database = database

    async def publish(self, statement: OutgoingStatement) -> Receipt:
        """Put the text on the board."""
        async with self._database.transaction() as session:
            await session.execute(
                insert(PublishedText)
                .values(
                    publication_id=statement.publication_id,
                    statement_id=statement.statement_id,
                    kind=statement.kind,
                    title=statement.title,
                    text=statement.text,
                    sha256=statement.sha256,
                    drill=statement.drill,
                    published_at=await database_now(session),
                )
                .on_conflict_do_nothing()
            )
        return _receipt(statement.publication_id)

    async def look_up(self, key: UUID) -> Receipt | None:
        """Find the notice on the board."""
        async with self._database.transaction() as session:
            found = await session.scalar(
                select(PublishedText.publication_id).where(PublishedText.publication_id == key)
            )
        return None if found is None else _receipt(key)


def _receipt(key: UUID) -> Receipt:
    return Receipt(location=f"{_BOARD}/{key}")
