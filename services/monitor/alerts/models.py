"""The table of alerts."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.monitor.models import MonitorModel
from shared.contracts.levels import WarningLevel
from shared.db import enum_text
from shared.ids import new_id


class AlertState(StrEnum):
    """How far an alert got."""

    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Alert(MonitorModel, kw_only=True):
    """A message about a warning on one channel; `message` is what it says, the same at every try.

    The channel `console` is this table itself: such an alert is sent as soon as it stands here.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        # An event alerts once on each channel, however often it is delivered.
        UniqueConstraint("event_id", "channel", name="alerts_once_per_channel"),
        Index("alerts_of_warning", "warning_id", "id"),
        Index("alerts_waiting", "next_at", postgresql_where=text("state = 'sending'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    event_id: Mapped[UUID]
    channel: Mapped[str] = mapped_column(String(32))
    warning_id: Mapped[UUID]
    level: Mapped[WarningLevel] = mapped_column(enum_text(WarningLevel))
    title: Mapped[str] = mapped_column(Text)
    message: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[AlertState] = mapped_column(enum_text(AlertState))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    error: Mapped[str | None] = mapped_column(Text, default=None)
    queued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    next_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
