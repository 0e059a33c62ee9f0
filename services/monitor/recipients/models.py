"""The table of recipients."""

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Integer, String, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.monitor.models import MonitorModel


class AlertRecipient(MonitorModel, kw_only=True):
    """A person who is told, by the user name that groups and rosters know.

    `contacts`: `{"channel", "to" (sealed), "from_level"}` in their order; `quiet`: quiet hours
    (`quiet.QuietHours`), None for somebody who is told at any hour.
    """

    __tablename__ = "alert_recipients"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    display_name: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8), default="zh-CN")
    zone: Mapped[str] = mapped_column(Text, default="Asia/Shanghai")
    quiet: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    contacts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default_factory=list)
    enabled: Mapped[bool] = mapped_column(default=True)
    sample: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(Integer, init=False)
    changed_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now(), init=False
    )

    __mapper_args__ = {"version_id_col": version}
