"""Tables of what is watched after an incident."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import DateTime, Index, LargeBinary, PrimaryKeyConstraint, Text
from sqlalchemy.dialects.postgresql import DOUBLE_PRECISION, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.monitor.models import MonitorModel
from shared.db import enum_text


class Manner(StrEnum):
    """How a post belongs to what is followed: it came into its story, repeats one of its posts, or
    speaks of it by its hashtag or most of its keywords."""

    STORY = "story"
    COPY = "copy"
    HASHTAG = "hashtag"
    KEYWORDS = "keywords"


class FollowUp(MonitorModel, kw_only=True):
    """What an incident was about, from the end of its response on.

    `heat` as it was then and `peak`, the posts of its busiest hour, in posts an hour; `platforms`
    where it had been. `looked_at`: up to when new posts were looked through.
    """

    __tablename__ = "follow_ups"
    __table_args__ = (Index("follow_ups_of_story", "story_id"),)

    incident_id: Mapped[UUID] = mapped_column(primary_key=True)
    story_id: Mapped[UUID]
    title: Mapped[str] = mapped_column(Text)
    tags: Mapped[list[str]] = mapped_column(JSONB)
    keywords: Mapped[list[str]] = mapped_column(JSONB)
    platforms: Mapped[list[str]] = mapped_column(JSONB)
    heat: Mapped[float] = mapped_column(DOUBLE_PRECISION)
    peak: Mapped[float] = mapped_column(DOUBLE_PRECISION)
    began_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    looked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    resurged_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)


class FollowUpPost(MonitorModel, kw_only=True):
    """A post of the story whose words are looked for."""

    __tablename__ = "follow_up_posts"
    __table_args__ = (PrimaryKeyConstraint("incident_id", "post_id"),)

    incident_id: Mapped[UUID]
    post_id: Mapped[UUID]


class FollowUpAccount(MonitorModel, kw_only=True):
    """An account that spoke in the story, as a keyed hash: it tells the same one again, not who."""

    __tablename__ = "follow_up_accounts"
    __table_args__ = (PrimaryKeyConstraint("incident_id", "account"),)

    incident_id: Mapped[UUID]
    account: Mapped[bytes] = mapped_column(LargeBinary)


class Sighting(MonitorModel, kw_only=True):
    """A post about the matter after the end; `elsewhere`: on a platform where it had not been;
    `account`: its author's keyed hash, where they had spoken before."""

    __tablename__ = "sightings"
    __table_args__ = (
        PrimaryKeyConstraint("incident_id", "post_id"),
        Index("sightings_by_time", "incident_id", "seen_at"),
    )

    incident_id: Mapped[UUID]
    post_id: Mapped[UUID]
    story_id: Mapped[UUID]
    manner: Mapped[Manner] = mapped_column(enum_text(Manner))
    platform: Mapped[str] = mapped_column(Text)
    elsewhere: Mapped[bool]
    account: Mapped[bytes | None] = mapped_column(LargeBinary)
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class StatementMark(MonitorModel, kw_only=True):
    """When a statement became public on a channel: reactions are read before and after it."""

    __tablename__ = "statement_marks"
    __table_args__ = (
        PrimaryKeyConstraint("statement_id", "channel"),
        Index("statement_marks_of_incident", "incident_id"),
    )

    statement_id: Mapped[UUID]
    channel: Mapped[str] = mapped_column(Text)
    incident_id: Mapped[UUID]
    title: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
