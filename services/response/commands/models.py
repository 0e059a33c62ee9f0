"""Tables of commands."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.response.models import ResponseModel
from shared.ids import new_id


class Command(ResponseModel, kw_only=True):
    """An order of the leading group to one group (指令). Its state is told by its times."""

    __tablename__ = "commands"
    __table_args__ = (
        Index("commands_of_incident", "incident_id", "id"),
        Index(
            "commands_running",
            "due_at",
            postgresql_where=text("completed_at IS NULL AND overdue_noted_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("response.incidents.id"))
    group_slug: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    issued_by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    issued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    acknowledged_by: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    acknowledged_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    completed_by: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    completed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    report: Mapped[str | None] = mapped_column(Text, default=None)
    overdue_noted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
