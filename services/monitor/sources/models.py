"""Tables of sources: what people write of them, and how they do."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.monitor.models import MonitorModel
from services.monitor.sources.kinds import SourceKind
from shared.contracts.sources import SilenceCause
from shared.db import enum_text
from shared.ids import new_id


class SourceHealth(MonitorModel, kw_only=True):
    """How reading a source goes. A table of its own: it changes every few minutes, and a person who
    edits the source meanwhile must not be told that somebody else changed it.

    `paused_until` is when the site lets itself be asked again; `failures` counts those in a row.
    `last_new_at` is when its newest post came; `steady_since` since when it has been read without
    a break; `alarm` and `alarm_since` say that it is silent, and since when.
    `cursor` is the connector's own note of how far it got; `rounds` counts readings in a row that
    left more to be had. `looked_at` is the last of its posts that was looked at again; `moved_to`
    where the site says that it moved for good.
    """

    __tablename__ = "source_health"
    __table_args__ = (Index("source_health_by_next", "next_at"),)

    source_id: Mapped[UUID] = mapped_column(
        ForeignKey("monitor.sources.id", ondelete="CASCADE"), primary_key=True, init=False
    )
    next_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )
    paused_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    last_attempt_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    last_success_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    last_error: Mapped[str | None] = mapped_column(Text, default=None)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    etag: Mapped[str | None] = mapped_column(Text, default=None)
    last_modified: Mapped[str | None] = mapped_column(Text, default=None)
    cursor: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    rounds: Mapped[int] = mapped_column(Integer, default=0)
    looked_at: Mapped[UUID | None] = mapped_column(default=None)
    moved_to: Mapped[str | None] = mapped_column(Text, default=None)
    # Of the last reading that brought a document.
    last_entries: Mapped[int] = mapped_column(Integer, default=0)
    last_accepted: Mapped[int] = mapped_column(Integer, default=0)
    last_skipped: Mapped[int] = mapped_column(Integer, default=0)
    posts: Mapped[int] = mapped_column(BigInteger, default=0)
    last_new_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    steady_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    alarm: Mapped[SilenceCause | None] = mapped_column(enum_text(SilenceCause), default=None)
    alarm_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)


class Source(MonitorModel, kw_only=True):
    """A place that posts come from (信息源).

    `settings` has the shape that its kind asks for; `credentials` are sealed (`shared/sealing.py`),
    and shown to nobody. `robots_reason` is why robots.txt is not obeyed here; None: it is.
    """

    __tablename__ = "sources"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    name: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[SourceKind] = mapped_column(enum_text(SourceKind))
    url: Mapped[str] = mapped_column(Text)
    platform: Mapped[str] = mapped_column(Text)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, default_factory=dict)
    credentials: Mapped[str | None] = mapped_column(Text, default=None, repr=False)
    robots_reason: Mapped[str | None] = mapped_column(Text, default=None)
    every_minutes: Mapped[int] = mapped_column(Integer)
    enabled: Mapped[bool] = mapped_column(default=True)
    sample: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(Integer, init=False)
    changed_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now(), init=False
    )
    health: Mapped[SourceHealth] = relationship(lazy="joined", innerjoin=True)

    __mapper_args__ = {"version_id_col": version}


class SourceHour(MonitorModel, kw_only=True):
    """What a source brought in an hour: readings that went well, posts that were new, and those
    that were known. The posts of a first reading are of any age and are not counted."""

    __tablename__ = "source_hours"
    __table_args__ = (PrimaryKeyConstraint("source_id", "hour"),)

    source_id: Mapped[UUID] = mapped_column(ForeignKey("monitor.sources.id", ondelete="CASCADE"))
    hour: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    readings: Mapped[int] = mapped_column(Integer)
    failures: Mapped[int] = mapped_column(Integer)
    posts: Mapped[int] = mapped_column(Integer)
    known: Mapped[int] = mapped_column(Integer)


class Site(MonitorModel, kw_only=True):
    """A site that is asked, by its origin: when it is free for the next request, and what it said
    in its robots.txt (`robots.py`)."""

    __tablename__ = "sites"

    origin: Mapped[str] = mapped_column(Text, primary_key=True)
    free_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    robots: Mapped[str | None] = mapped_column(Text, default=None)
    robots_read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    robots_failed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)


class SourcePush(MonitorModel, kw_only=True):
    """A message that a source has sent by itself: it is taken once."""

    __tablename__ = "source_pushes"
    __table_args__ = (Index("source_pushes_by_time", "source_id", "received_at"),)

    source_id: Mapped[UUID] = mapped_column(
        ForeignKey("monitor.sources.id", ondelete="CASCADE"), primary_key=True
    )
    message_id: Mapped[str] = mapped_column(Text, primary_key=True)
    received_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )
