"""Tables of what sources brought, and of what they usually bring."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, PrimaryKeyConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.monitor.models import MonitorModel


class SourceUsual(MonitorModel, kw_only=True):
    """What a source usually brings (`expectation.py`), learned once a day from its hours."""

    __tablename__ = "source_usuals"

    source_id: Mapped[UUID] = mapped_column(
        ForeignKey("monitor.sources.id", ondelete="CASCADE"), primary_key=True
    )
    usual: Mapped[dict[str, Any]] = mapped_column(JSONB)
    learned_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class SourceAlarm(MonitorModel, kw_only=True):
    """A time in which a source was silent (断源告警); `ended_at` none while it is."""

    __tablename__ = "source_alarms"
    __table_args__ = (PrimaryKeyConstraint("source_id", "began_at"),)

    source_id: Mapped[UUID] = mapped_column(ForeignKey("monitor.sources.id", ondelete="CASCADE"))
    began_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    notice: Mapped[dict[str, Any]] = mapped_column(JSONB)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
