"""Shapes of the channels API."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from services.response.statements.models import PublishedText, StatementKind
from shared.schemas import ResponseShape


class ChannelOut(ResponseShape):
    """A configured channel and what it can do."""

    name: str
    idempotent: bool = Field(description="A repeated try publishes nothing new")
    can_look_up: bool = Field(description="It can tell what it has published")
    takes_drills: bool = Field(description="A drill may use it: it reaches nobody outside")


class Channels(ResponseShape):
    """The channels, in the order in which a statement goes out on them."""

    items: list[ChannelOut]


class NoticeOut(ResponseShape):
    """A text on the notice board of the channel `console`."""

    publication_id: UUID
    statement_id: UUID
    kind: StatementKind
    supersedes_id: UUID | None
    title: str
    text: str
    sha256: str
    drill: bool
    published_at: datetime
    withdrawn_at: datetime | None
    withdrawal_reason: str | None

    @classmethod
    def of(cls, notice: PublishedText) -> "NoticeOut":
        """Read a row that was loaded with its statement."""
        statement = notice.statement
        return cls(
            publication_id=notice.publication_id,
            statement_id=notice.statement_id,
            kind=notice.kind,
            supersedes_id=statement.supersedes_id,
            title=notice.title,
            text=notice.text,
            sha256=notice.sha256,
            drill=notice.drill,
            published_at=notice.published_at,
            withdrawn_at=statement.withdrawn_at,
            withdrawal_reason=statement.withdrawal_reason,
        )
