"""Tables of warnings."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.monitor.models import MonitorModel
from shared.contracts.levels import WarningLevel
from shared.db import enum_text
from shared.ids import new_id


class WarningStatus(StrEnum):
    """Whether somebody still has to look."""

    ACTIVE = "active"
    ACKNOWLEDGED = "acknowledged"
    DISMISSED = "dismissed"
    ENDED = "ended"


class WarningRecord(MonitorModel, kw_only=True):
    """The warning of a story (预警): one a story, which rises and falls.

    `judged` is the memory of the level rules (`levels.WarningState`), none once it has ended.
    """

    __tablename__ = "warnings"
    __table_args__ = (Index("warnings_by_status", "status", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    story_id: Mapped[UUID] = mapped_column(unique=True)
    watch_id: Mapped[UUID]
    watch_name: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    level: Mapped[WarningLevel] = mapped_column(enum_text(WarningLevel))
    peak_level: Mapped[WarningLevel] = mapped_column(enum_text(WarningLevel))
    status: Mapped[WarningStatus] = mapped_column(
        enum_text(WarningStatus), default=WarningStatus.ACTIVE
    )
    sample: Mapped[bool] = mapped_column(default=False)
    judged: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    post_count: Mapped[int] = mapped_column(Integer)
    first_post_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    # On the story clock: when the posts said so. The next two are ours.
    warned_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    raised_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    acknowledged_by: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    acknowledged_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    dismissed_by: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    dismissed_reason: Mapped[str | None] = mapped_column(Text, default=None)
    incident_id: Mapped[UUID | None] = mapped_column(default=None)
    # The incident of which the matter is back.
    resurgence_of: Mapped[UUID | None] = mapped_column(default=None)
