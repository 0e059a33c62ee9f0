"""Tables of case files."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.archive.models import ArchiveModel
from shared.db import enum_text
from shared.ids import new_id


class CaseState(StrEnum):
    """Whether records can still be added."""

    OPEN = "open"
    SEALED = "sealed"


class CaseFile(ArchiveModel, kw_only=True):
    """The case file of one incident (案卷). `head` is the chain value of its newest record."""

    __tablename__ = "case_files"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    incident_id: Mapped[UUID] = mapped_column(unique=True)
    warning_id: Mapped[UUID | None] = mapped_column(unique=True)
    number: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    drill: Mapped[bool]
    sample: Mapped[bool]
    state: Mapped[CaseState] = mapped_column(enum_text(CaseState), default=CaseState.OPEN)
    records: Mapped[int] = mapped_column(Integer, default=0)
    head: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    sealed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    seal: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)


class CaseWarning(ArchiveModel, kw_only=True):
    """A warning that joined a case after it was opened: what is told of it is filed there too."""

    __tablename__ = "case_warnings"

    warning_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("archive.case_files.id"))


class Record(ArchiveModel, kw_only=True):
    """One entry of a case file. `body` is the record in canonical JSON, as it was hashed."""

    __tablename__ = "records"
    __table_args__ = (
        PrimaryKeyConstraint("case_id", "sequence"),
        UniqueConstraint("case_id", "event_id", name="records_once_per_event"),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("archive.case_files.id"))
    sequence: Mapped[int] = mapped_column(Integer)
    event_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(64))
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    body: Mapped[str] = mapped_column(Text)
    leaf: Mapped[str] = mapped_column(Text)
    chain: Mapped[str] = mapped_column(Text)


class LooseRecord(ArchiveModel, kw_only=True):
    """What was told of a warning that has no open case file.

    When an incident grows out of the warning, its case file begins with these.
    """

    __tablename__ = "loose_records"
    __table_args__ = (Index("loose_records_of_warning", "warning_id", "position"),)

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    warning_id: Mapped[UUID]
    position: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(64))
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    received_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )
