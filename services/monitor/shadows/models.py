"""Tables of settings in shadow."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.monitor.models import MonitorModel
from shared.db import enum_text
from shared.ids import new_id


class ShadowOutcome(StrEnum):
    """What people decided on a shadow."""

    PROMOTED = "promoted"
    DROPPED = "dropped"


class Shadow(MonitorModel, kw_only=True):
    """Settings beside the live ones of a watch (影子阈值): judged, shown, and never alerting.

    `expression` and `thresholds` hold what differs from the watch; one shadow a watch at a time.
    """

    __tablename__ = "shadows"
    __table_args__ = (
        Index(
            "one_shadow_a_watch",
            "watch_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    watch_id: Mapped[UUID]
    expression: Mapped[str | None] = mapped_column(Text)
    thresholds: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    started_by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    started_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )
    outcome: Mapped[ShadowOutcome | None] = mapped_column(enum_text(ShadowOutcome), default=None)
    ended_by: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
