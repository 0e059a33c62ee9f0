"""Tables of routing: the rules, and the rosters that they speak of."""

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Integer, String, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.monitor.models import MonitorModel
from services.monitor.routing.plan import About
from shared.contracts.levels import WarningLevel
from shared.db import enum_text


class AlertRule(MonitorModel, kw_only=True):
    """Who is told of what. All rules that fit apply; nobody is told twice.

    `level`: from which on; `watches`: ids, empty for all; `hours`: when it holds (`plan.Hours`),
    None for always; `tell`: `{"kind", "name"}` of channels, persons, groups, and who is on duty;
    `ladder`: `{"group", "minutes": {level: minutes}, "rounds"}` where somebody must acknowledge.
    """

    __tablename__ = "alert_rules"

    slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    about: Mapped[About] = mapped_column(enum_text(About), default=About.WARNINGS)
    level: Mapped[WarningLevel] = mapped_column(enum_text(WarningLevel), default=WarningLevel.BLUE)
    watches: Mapped[list[str]] = mapped_column(JSONB, default_factory=list)
    hours: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    tell: Mapped[list[dict[str, str]]] = mapped_column(JSONB, default_factory=list)
    ladder: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    enabled: Mapped[bool] = mapped_column(default=True)
    sample: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(Integer, init=False)
    changed_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now(), init=False
    )

    __mapper_args__ = {"version_id_col": version}


class DutyRoster(MonitorModel, kw_only=True):
    """A group and its duty roster (值班表) as the response room last told them.

    `shifts`: `{"starts_at", "ends_at", "people"}` in order, up to `until`.
    """

    __tablename__ = "duty_rosters"

    group: Mapped[str] = mapped_column("group_slug", String(64), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    name_zh: Mapped[str] = mapped_column(Text)
    chair: Mapped[str | None] = mapped_column(Text)
    members: Mapped[list[str]] = mapped_column(JSONB)
    deputies: Mapped[dict[str, str]] = mapped_column(JSONB)
    shifts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
