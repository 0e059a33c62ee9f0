"""Tables of reports: the matter, those who told of it, and the public page."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, Integer, LargeBinary, Text, Uuid, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.monitor.models import MonitorModel
from shared.contracts.posts import OriginKind
from shared.db import enum_text
from shared.ids import new_id


class ReportState(StrEnum):
    """What became of a report."""

    NEW = "new"
    TAKEN_UP = "taken_up"
    LINKED = "linked"
    NOT_RELEVANT = "not_relevant"


class Urgency(StrEnum):
    """How urgent those who tell feel it is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Report(MonitorModel, kw_only=True):
    """One matter that people told of (上报): all who send the same link tell the same report.

    `link_key` is equal for addresses that lead to one post (`links.py`). `text` are the first words
    that anybody wrote; `post_id` is none while there are neither words nor a link. `reporters`
    counts the known who told of it, `anonymous` the unknown; `kind` is that of the first, `urgency`
    the highest.
    """

    __tablename__ = "reports"
    __table_args__ = (Index("reports_by_state", "state", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    kind: Mapped[OriginKind] = mapped_column(enum_text(OriginKind))
    platform: Mapped[str] = mapped_column(Text)
    link: Mapped[str | None] = mapped_column(Text, default=None)
    link_key: Mapped[str | None] = mapped_column(Text, unique=True, default=None)
    post_id: Mapped[UUID | None] = mapped_column(default=None)
    text: Mapped[str] = mapped_column(Text, default="")
    urgency: Mapped[Urgency] = mapped_column(enum_text(Urgency))
    reporters: Mapped[int] = mapped_column(Integer, default=0)
    anonymous: Mapped[int] = mapped_column(Integer, default=0)
    first_told_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_told_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    state: Mapped[ReportState] = mapped_column(enum_text(ReportState), default=ReportState.NEW)
    story_id: Mapped[UUID | None] = mapped_column(default=None)
    warning_id: Mapped[UUID | None] = mapped_column(default=None)
    reason: Mapped[str | None] = mapped_column(Text, default=None)
    handled_by: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    handled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)


class Telling(MonitorModel, kw_only=True):
    """What one person told, as they told it. `teller` is none for the unknown."""

    __tablename__ = "tellings"
    __table_args__ = (
        Index("tellings_of_report", "report_id", "id"),
        Index("tellings_of_person", "teller", "id"),
        Index("tellings_of_officer", "officer_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("monitor.reports.id", ondelete="CASCADE"))
    kind: Mapped[OriginKind] = mapped_column(enum_text(OriginKind))
    teller: Mapped[str | None] = mapped_column(Text, default=None)
    told_by: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    officer_id: Mapped[UUID | None] = mapped_column(default=None)
    link: Mapped[str | None] = mapped_column(Text, default=None)
    text: Mapped[str] = mapped_column(Text)
    concerns: Mapped[str | None] = mapped_column(Text, default=None)
    urgency: Mapped[Urgency] = mapped_column(enum_text(Urgency))
    pictures: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), default_factory=list)
    told_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ReportLink(MonitorModel, kw_only=True):
    """A link that lets people report without signing in. Its secret part is not kept: it follows
    from the id and the secret of the house (`public_link.py`)."""

    __tablename__ = "report_links"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    hourly_limit: Mapped[int] = mapped_column(Integer)
    opened_by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    opened_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)


class LinkUse(MonitorModel, kw_only=True):
    """A report through a link, for the quota; forgotten after a day. `sender` is a keyed hash."""

    __tablename__ = "report_link_uses"
    __table_args__ = (Index("report_link_uses_by_time", "link_id", "used_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    link_id: Mapped[UUID] = mapped_column(ForeignKey("monitor.report_links.id", ondelete="CASCADE"))
    sender: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    used_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )
