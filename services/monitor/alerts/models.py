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
    # Until the quiet hours of its recipient end; then told together with the others.
    HELD = "held"
    DIGESTED = "digested"
    # What it asked for was done before it left.
    WITHDRAWN = "withdrawn"


class Alert(MonitorModel, kw_only=True):
    """A message on one channel, to one `recipient` or (empty) to whoever reads the channel;
    `message` is what it says, the same at every try.

    `step` counts those who are asked to acknowledge, from 1; 0 is told for information.
    `warning_id` and `level` are none where it is not about a warning. The channel `console` is this
    table itself: such an alert is sent as soon as it stands here.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        # An event alerts once on each channel, however often it is delivered.
        UniqueConstraint(
            "event_id", "channel", "recipient", "step", name="alerts_once_per_channel"
        ),
        Index("alerts_of_warning", "warning_id", "id"),
        Index("alerts_waiting", "next_at", postgresql_where=text("state = 'sending'")),
        Index("alerts_held", "next_at", postgresql_where=text("state = 'held'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    event_id: Mapped[UUID]
    channel: Mapped[str] = mapped_column(String(64))
    recipient: Mapped[str] = mapped_column(Text, default="", server_default="")
    step: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    warning_id: Mapped[UUID | None]
    level: Mapped[WarningLevel | None] = mapped_column(enum_text(WarningLevel))
    title: Mapped[str] = mapped_column(Text)
    message: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[AlertState] = mapped_column(enum_text(AlertState))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    error: Mapped[str | None] = mapped_column(Text, default=None)
    queued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    next_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
