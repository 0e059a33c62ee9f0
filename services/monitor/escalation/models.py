"""Tables of escalation."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, Integer, PrimaryKeyConstraint, String, Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.monitor.escalation.ladder import Ending, Role
from services.monitor.models import MonitorModel
from shared.contracts.levels import WarningLevel
from shared.db import enum_text
from shared.ids import new_id


class Escalation(MonitorModel, kw_only=True):
    """A warning that waits for somebody of a group to acknowledge it.

    `event_id` is what was told: a rise begins anew. `next_at`: when the next in order is asked, by
    the database's clock; None once it has ended.
    """

    __tablename__ = "escalations"
    __table_args__ = (
        Index("escalations_of_event", "event_id", "group_slug", unique=True),
        Index("escalations_of_warning", "warning_id", "id"),
        Index("escalations_due", "next_at", postgresql_where=sql("ending IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    event_id: Mapped[UUID]
    warning_id: Mapped[UUID]
    group: Mapped[str] = mapped_column("group_slug", String(64))
    level: Mapped[WarningLevel] = mapped_column(enum_text(WarningLevel))
    wait_seconds: Mapped[int] = mapped_column(Integer)
    rounds: Mapped[int] = mapped_column(Integer)
    message: Mapped[dict[str, Any]] = mapped_column(JSONB)
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    next_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ending: Mapped[Ending | None] = mapped_column(enum_text(Ending), default=None)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    ended_by: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)


class EscalationStep(MonitorModel, kw_only=True):
    """One who was asked: when, in which role, by which channels; none where they have no contact
    that works, and then the next was asked at once."""

    __tablename__ = "escalation_steps"
    __table_args__ = (PrimaryKeyConstraint("escalation_id", "number"),)

    escalation_id: Mapped[UUID] = mapped_column(
        ForeignKey("monitor.escalations.id", ondelete="CASCADE")
    )
    number: Mapped[int] = mapped_column(Integer)
    person: Mapped[str] = mapped_column(Text)
    role: Mapped[Role] = mapped_column(enum_text(Role))
    channels: Mapped[list[str]] = mapped_column(JSONB)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
