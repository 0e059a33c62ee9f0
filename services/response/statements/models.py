"""Tables of statements."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.response.models import ResponseModel
from services.response.statements.approval import StatementState, Step
from services.response.statements.publication import PublicationState
from shared.db import enum_text
from shared.ids import new_id


class StatementKind(StrEnum):
    """A first short response, a full statement, or the correction of an earlier one."""

    HOLDING = "holding"
    STATEMENT = "statement"
    CORRECTION = "correction"


class StatementVersion(ResponseModel, kw_only=True):
    """One wording of a statement. It is never changed: a change is a new version."""

    __tablename__ = "statement_versions"

    statement_id: Mapped[UUID] = mapped_column(
        ForeignKey("response.statements.id"), primary_key=True
    )
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    written_by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    written_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Signature(ResponseModel, kw_only=True):
    """A review, an approval or a return of exactly one version. The newest of a step counts."""

    __tablename__ = "statement_signatures"
    __table_args__ = (Index("signatures_of_statement", "statement_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    statement_id: Mapped[UUID] = mapped_column(ForeignKey("response.statements.id"))
    version: Mapped[int] = mapped_column(Integer)
    step: Mapped[Step] = mapped_column(enum_text(Step))
    passed: Mapped[bool] = mapped_column(Boolean)
    sha256: Mapped[str] = mapped_column(String(64))
    comment: Mapped[str] = mapped_column(Text, default="")
    signed_by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    signed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Publication(ResponseModel, kw_only=True):
    """One version on one channel. Its id is the key that the channel knows it by, for good.

    `attempts` counts the tries since it was last ordered; `attempt_id` names the newest of them.
    """

    __tablename__ = "publications"
    __table_args__ = (UniqueConstraint("statement_id", "version", "channel"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    statement_id: Mapped[UUID] = mapped_column(ForeignKey("response.statements.id"))
    version: Mapped[int] = mapped_column(Integer)
    channel: Mapped[str] = mapped_column(String(64))
    state: Mapped[PublicationState] = mapped_column(
        enum_text(PublicationState), default=PublicationState.QUEUED
    )
    ordered_by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    ordered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    attempt_id: Mapped[UUID | None] = mapped_column(default=None)
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    published_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    location: Mapped[str | None] = mapped_column(Text, default=None)
    error: Mapped[str | None] = mapped_column(Text, default=None)


class Statement(ResponseModel, kw_only=True):
    """A public text of an incident and its way to the public (声明).

    `version` is the number of the current wording; `row_version` guards against overwriting each
    other. What belongs to a statement is loaded with it or not at all.
    """

    __tablename__ = "statements"
    __table_args__ = (
        Index("statements_of_incident", "incident_id", "id"),
        Index("statements_by_state", "state", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("response.incidents.id"))
    kind: Mapped[StatementKind] = mapped_column(enum_text(StatementKind))
    supersedes_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("response.statements.id"), default=None
    )
    state: Mapped[StatementState] = mapped_column(
        enum_text(StatementState), default=StatementState.DRAFT
    )
    version: Mapped[int] = mapped_column(Integer, default=1)
    withdrawn_by: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    withdrawal_reason: Mapped[str | None] = mapped_column(Text, default=None)
    row_version: Mapped[int] = mapped_column(Integer, init=False)

    versions: Mapped[list[StatementVersion]] = relationship(
        init=False, lazy="raise", order_by=StatementVersion.version
    )
    signatures: Mapped[list[Signature]] = relationship(
        init=False, lazy="raise", order_by=Signature.id
    )
    publications: Mapped[list[Publication]] = relationship(
        init=False, lazy="raise", order_by=Publication.id
    )

    __mapper_args__ = {"version_id_col": row_version}

    @property
    def current(self) -> StatementVersion:
        """The current wording."""
        return self.wording(self.version)

    def wording(self, version: int) -> StatementVersion:
        """One wording, by its number."""
        return self.versions[version - 1]

    def signatures_of(self, version: int) -> dict[Step, Signature]:
        """The signatures of one version that count, by step."""
        return {
            signature.step: signature
            for signature in self.signatures
            if signature.version == version
        }


class PublishedText(ResponseModel, kw_only=True):
    """A notice on the console's own board: what the channel `console` published, by its key."""

    __tablename__ = "published_texts"

    publication_id: Mapped[UUID] = mapped_column(
        ForeignKey("response.publications.id"), primary_key=True
    )
    statement_id: Mapped[UUID] = mapped_column(ForeignKey("response.statements.id"), index=True)
    kind: Mapped[StatementKind] = mapped_column(enum_text(StatementKind))
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    drill: Mapped[bool] = mapped_column(Boolean)
    published_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    statement: Mapped[Statement] = relationship(init=False, lazy="raise")
