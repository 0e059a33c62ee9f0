"""Tables of what is watched after an incident."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    DateTime,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import DOUBLE_PRECISION, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.monitor.models import MonitorModel
from shared.contracts.aftermath import SubjectKind
from shared.db import enum_text


class Manner(StrEnum):
    """How a post belongs to what is followed: it came into its story, repeats one of its posts,
    shares a link of it, or speaks of it by its hashtag or most of its keywords."""

    STORY = "story"
    COPY = "copy"
    LINK = "link"
    HASHTAG = "hashtag"
    KEYWORDS = "keywords"


class IncidentSubject(MonitorModel, kw_only=True):
    """What an incident is about, as the response told it: the id of a story, warning or post, or an
    address. A story that was merged since is found by `merged_into`."""

    __tablename__ = "incident_subjects"
    __table_args__ = (
        PrimaryKeyConstraint("incident_id", "kind", "ref"),
        Index("incident_subjects_by_ref", "kind", "ref"),
    )

    incident_id: Mapped[UUID]
    kind: Mapped[SubjectKind] = mapped_column(enum_text(SubjectKind))
    ref: Mapped[str] = mapped_column(Text)


class FollowUp(MonitorModel, kw_only=True):
    """What an incident was about, from the end of its response on, until `until`.

    `stories` as they were named, the largest first, which gives `story_id`, `title` and `keywords`;
    `links`: keys of addresses; `heat` as it was then and `peak`, the posts of its busiest hour, in
    posts an hour; `platforms` where it had been. `revised_at`: when its texts were last gathered;
    `looked_at`: up to when new posts were looked through. Ended, it keeps its sightings alone.
    """

    __tablename__ = "follow_ups"
    __table_args__ = (Index("follow_ups_of_story", "story_id"),)

    incident_id: Mapped[UUID] = mapped_column(primary_key=True)
    story_id: Mapped[UUID | None]
    title: Mapped[str] = mapped_column(Text)
    stories: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'"))
    links: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'"))
    tags: Mapped[list[str]] = mapped_column(JSONB)
    keywords: Mapped[list[str]] = mapped_column(JSONB)
    platforms: Mapped[list[str]] = mapped_column(JSONB)
    heat: Mapped[float] = mapped_column(DOUBLE_PRECISION)
    peak: Mapped[float] = mapped_column(DOUBLE_PRECISION)
    began_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    looked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    revised_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    resurged_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    ended_by: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    ended_reason: Mapped[str | None] = mapped_column(Text, default=None)


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
    """When a statement became public on a channel: reactions are read before and after it.

    `measured`: up to how many hours after it they were told.
    """

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
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    measured: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"), default=0)
