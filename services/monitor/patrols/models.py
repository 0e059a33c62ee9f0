"""Tables of patrols: key sites, plans, rounds and what was looked at in them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, Integer, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.monitor.models import MonitorModel
from shared.db import enum_text
from shared.ids import new_id


class Priority(StrEnum):
    """Which sites are looked at first."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class RoundState(StrEnum):
    """How far a round got."""

    OPEN = "open"
    DONE = "done"
    MISSED = "missed"


class Finding(StrEnum):
    """What somebody saw at a place."""

    NOTHING = "nothing"
    FOUND = "found"


class PatrolSite(MonitorModel, kw_only=True):
    """A key site (重点网站): a place where opinion about us shows early, looked at by people."""

    __tablename__ = "patrol_sites"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    name: Mapped[str] = mapped_column(Text, unique=True)
    url: Mapped[str] = mapped_column(Text)
    platform: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text)
    how: Mapped[str] = mapped_column(Text)
    priority: Mapped[Priority] = mapped_column(enum_text(Priority), default=Priority.NORMAL)
    contact: Mapped[str] = mapped_column(Text, default="")
    active: Mapped[bool] = mapped_column(default=True)
    sample: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(Integer, init=False)
    changed_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now(), init=False
    )

    __mapper_args__ = {"version_id_col": version}


class PatrolPlan(MonitorModel, kw_only=True):
    """A kind of round: where, what to ask there, when, and whose duty it is.

    No `sites` means every active one. `times` are local to `timezone`; `every_hours` counts from
    `starts_at`. `minutes` is how long a round may take before it is late. It is the duty of whoever
    of `duty_group` is on duty when it is due, of `assignee` where nobody is.
    """

    __tablename__ = "patrol_plans"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    name: Mapped[str] = mapped_column(Text, unique=True)
    sites: Mapped[list[str]] = mapped_column(JSONB, default_factory=list)
    checklist: Mapped[list[str]] = mapped_column(JSONB, default_factory=list)
    times: Mapped[list[str]] = mapped_column(JSONB, default_factory=list)
    weekdays: Mapped[list[int]] = mapped_column(JSONB, default_factory=list)
    every_hours: Mapped[int | None] = mapped_column(Integer, default=None)
    timezone: Mapped[str] = mapped_column(Text)
    minutes: Mapped[int] = mapped_column(Integer)
    assignee: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    duty_group: Mapped[str | None] = mapped_column(Text, default=None)
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    active: Mapped[bool] = mapped_column(default=True)
    sample: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(Integer, init=False)
    changed_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now(), init=False
    )

    __mapper_args__ = {"version_id_col": version}


class PatrolRound(MonitorModel, kw_only=True):
    """A round that was due: once for each plan and time, however many clocks strike.

    After `late_at` it is late, after `closes_at` missed.
    """

    __tablename__ = "patrol_rounds"
    __table_args__ = (
        UniqueConstraint("plan_id", "due_at", name="one_round_a_time"),
        Index("patrol_rounds_by_state", "state", "closes_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("monitor.patrol_plans.id"))
    name: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    late_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closes_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    assignee: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    state: Mapped[RoundState] = mapped_column(enum_text(RoundState), default=RoundState.OPEN)
    note: Mapped[str | None] = mapped_column(Text, default=None)
    done_by: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    sample: Mapped[bool] = mapped_column(default=False)


class PatrolCheck(MonitorModel, kw_only=True):
    """One place or question of a round. `name`, `url` and `how` are those of that day."""

    __tablename__ = "patrol_checks"
    __table_args__ = (
        Index("patrol_checks_of_round", "round_id", "position"),
        Index("patrol_checks_of_site", "site_id", "ticked_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    round_id: Mapped[UUID] = mapped_column(
        ForeignKey("monitor.patrol_rounds.id", ondelete="CASCADE")
    )
    position: Mapped[int] = mapped_column(Integer)
    site_id: Mapped[UUID | None] = mapped_column(default=None)
    name: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text, default=None)
    how: Mapped[str | None] = mapped_column(Text, default=None)
    finding: Mapped[Finding | None] = mapped_column(enum_text(Finding), default=None)
    note: Mapped[str | None] = mapped_column(Text, default=None)
    report_id: Mapped[UUID | None] = mapped_column(default=None)
    ticked_by: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    ticked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
