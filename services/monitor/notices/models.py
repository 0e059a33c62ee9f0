"""The table of notices."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.monitor.models import MonitorModel
from shared.contracts.levels import WarningLevel
from shared.db import enum_text


class Occasion(StrEnum):
    """What happened to a warning that a notice tells of."""

    RAISED = "raised"
    ROSE = "rose"
    FELL = "fell"
    ENDED = "ended"
    DISMISSED = "dismissed"


class NoticeRecord(MonitorModel, kw_only=True):
    """What was said of a warning when it changed; its id is the event's. The newest is in force.

    `content` is `content.NoticeContent`; `at` is on our clock.
    """

    __tablename__ = "notices"
    __table_args__ = (Index("notices_of_warning", "warning_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    warning_id: Mapped[UUID]
    occasion: Mapped[Occasion] = mapped_column(enum_text(Occasion))
    level: Mapped[WarningLevel] = mapped_column(enum_text(WarningLevel))
    title: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    sample: Mapped[bool] = mapped_column(default=False)
