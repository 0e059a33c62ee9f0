"""Tables of imports, of their refused rows, and of what is usual for files of one kind."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.monitor.imports.files import FileForm
from services.monitor.models import MonitorModel
from shared.db import enum_text
from shared.ids import new_id


class ImportStatus(StrEnum):
    """How far an import got."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Import(MonitorModel, kw_only=True):
    """A file of posts on its way in.

    `content` is kept until the last row is read, out of line and uncompressed, so that a stretch
    of it can be read without the rest; `position` is the byte at which the next row begins.
    """

    __tablename__ = "imports"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    file_name: Mapped[str] = mapped_column(Text)
    form: Mapped[FileForm] = mapped_column(enum_text(FileForm))
    encoding: Mapped[str] = mapped_column(String(16))
    delimiter: Mapped[str] = mapped_column(String(1))
    header: Mapped[list[str]] = mapped_column(JSONB)
    mapping: Mapped[dict[str, str]] = mapped_column(JSONB)
    platform: Mapped[str] = mapped_column(Text)
    timezone: Mapped[str] = mapped_column(Text)
    warn: Mapped[bool]
    content: Mapped[bytes | None] = mapped_column(
        LargeBinary, deferred=True, deferred_raiseload=True
    )
    size: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[ImportStatus] = mapped_column(
        enum_text(ImportStatus), default=ImportStatus.QUEUED
    )
    rows: Mapped[int] = mapped_column(Integer, default=0)
    accepted: Mapped[int] = mapped_column(Integer, default=0)
    duplicate: Mapped[int] = mapped_column(Integer, default=0)
    revised: Mapped[int] = mapped_column(Integer, default=0)
    rejected: Mapped[int] = mapped_column(Integer, default=0)
    refused: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default_factory=list)
    error: Mapped[str | None] = mapped_column(Text, default=None)
    created_by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)


class ImportRefusal(MonitorModel, kw_only=True):
    """A row that was not taken, with its cells, so that it can be mended and sent again."""

    __tablename__ = "import_refusals"

    import_id: Mapped[UUID] = mapped_column(
        ForeignKey("monitor.imports.id", ondelete="CASCADE"), primary_key=True
    )
    row: Mapped[int] = mapped_column(Integer, primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    cells: Mapped[list[str]] = mapped_column(JSONB)


class ImportPreset(MonitorModel, kw_only=True):
    """How the files of one exporter are read: said once, used by name."""

    __tablename__ = "import_presets"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    name: Mapped[str] = mapped_column(Text, unique=True)
    mapping: Mapped[dict[str, str]] = mapped_column(JSONB)
    platform: Mapped[str] = mapped_column(Text)
    timezone: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, init=False)
    changed_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now(), init=False
    )

    __mapper_args__ = {"version_id_col": version}
