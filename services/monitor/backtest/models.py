"""Tables of back-tests."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, Integer, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.monitor.models import MonitorModel
from shared.db import enum_text
from shared.ids import new_id


class BacktestStatus(StrEnum):
    """How far a back-test is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Backtest(MonitorModel, kw_only=True):
    """A draft of a watch on stored posts, beside its present settings (回测).

    `present` (none for a watch that is not saved yet) and `draft` as `trial_of` reads them.
    `beat_at` is when the process that runs it last said so: what was given up is begun anew.
    """

    __tablename__ = "backtests"
    __table_args__ = (Index("backtests_of_watch", "watch_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    watch_id: Mapped[UUID | None] = mapped_column(default=None)
    # Of a shadow, whose comparison is made again and again; none for one that a person asked for.
    shadow_id: Mapped[UUID | None] = mapped_column(default=None)
    name: Mapped[str] = mapped_column(Text)
    present: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    draft: Mapped[dict[str, Any]] = mapped_column(JSONB)
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    status: Mapped[BacktestStatus] = mapped_column(
        enum_text(BacktestStatus), default=BacktestStatus.QUEUED
    )
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    posts: Mapped[int] = mapped_column(Integer, default=0)
    # Up to where the posts were read, on their own clock.
    reached_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    beat_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    error: Mapped[str | None] = mapped_column(Text, default=None)
    created_by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )
    begun_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
