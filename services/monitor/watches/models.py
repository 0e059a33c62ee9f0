"""Tables of watches, their versions, and the aliases that they name."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, Integer, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.monitor.models import MonitorModel
from shared.ids import new_id


class Watch(MonitorModel, kw_only=True):
    """A keyword strategy (监测方案): an expression, what it is about, when it warns.

    `exclusions` are expressions of posts that never count, `filters` as the API takes them;
    `thresholds` holds only what differs from the defaults of `warnings/levels.py`.
    """

    __tablename__ = "watches"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    name: Mapped[str] = mapped_column(Text, unique=True)
    expression: Mapped[str] = mapped_column(Text)
    exclusions: Mapped[list[str]] = mapped_column(
        JSONB, default_factory=list, server_default=text("'[]'::jsonb")
    )
    filters: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    targets: Mapped[list[str]] = mapped_column(JSONB, default_factory=list)
    thresholds: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    enabled: Mapped[bool] = mapped_column(default=True)
    sample: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(Integer, init=False)
    changed_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now(), init=False
    )

    __mapper_args__ = {"version_id_col": version}


class WatchVersion(MonitorModel, kw_only=True):
    """A watch as it was from a moment on: `settings` as they were kept, `changes` which of them
    differ from the version before. Who made it is unknown of what was there before this table."""

    __tablename__ = "watch_versions"
    __table_args__ = (Index("watch_versions_of_watch", "watch_id", "version", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    watch_id: Mapped[UUID]
    version: Mapped[int]
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB)
    changes: Mapped[list[str]] = mapped_column(JSONB)
    restored: Mapped[int | None] = mapped_column(default=None)
    changed_by: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Alias(MonitorModel, kw_only=True):
    """The spellings of one target, which expressions name as `@name`; `key` is the folded name."""

    __tablename__ = "watch_aliases"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    key: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    spellings: Mapped[list[str]] = mapped_column(JSONB, default_factory=list)
    version: Mapped[int] = mapped_column(Integer, init=False)
    changed_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now(), init=False
    )

    __mapper_args__ = {"version_id_col": version}
