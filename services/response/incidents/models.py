"""Tables of incidents."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Sequence,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.response.incidents.lifecycle import IncidentState
from services.response.models import ResponseModel, metadata
from shared.contracts.aftermath import Subject, SubjectKind
from shared.contracts.levels import IncidentLevel, WarningLevel
from shared.db import enum_text
from shared.ids import new_id

incident_numbers = Sequence("incident_numbers", schema="response", metadata=metadata)


class Incident(ResponseModel, kw_only=True):
    """A matter that the organisation responds to.

    `level` is the colour of the warning it grew from, and rises with it; the judged severity stands
    in `incident_level` once somebody assessed it. `version` guards against overwriting each other.
    """

    __tablename__ = "incidents"
    __table_args__ = (
        # One warning opens one incident, however often it is delivered.
        Index(
            "incidents_one_per_warning",
            "warning_id",
            unique=True,
            postgresql_where=text("warning_id IS NOT NULL"),
        ),
        Index("incidents_by_state", "state", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)
    level: Mapped[WarningLevel] = mapped_column(enum_text(WarningLevel))
    state: Mapped[IncidentState] = mapped_column(
        enum_text(IncidentState), default=IncidentState.OPEN
    )
    incident_level: Mapped[IncidentLevel | None] = mapped_column(
        enum_text(IncidentLevel), default=None
    )
    lead_group: Mapped[str | None] = mapped_column(String(64), default=None)
    warning_id: Mapped[UUID | None] = mapped_column(default=None)
    story_id: Mapped[UUID | None] = mapped_column(default=None)
    case_id: Mapped[UUID | None] = mapped_column(default=None)
    drill: Mapped[bool] = mapped_column(Boolean, default=False)
    sample: Mapped[bool] = mapped_column(Boolean, default=False)
    opened_by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    activated_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    stood_down_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    version: Mapped[int] = mapped_column(Integer, init=False)

    __mapper_args__ = {"version_id_col": version}


class IncidentSubject(ResponseModel, kw_only=True):
    """What an incident is about (所涉内容): a story, a warning, a post, or a link.

    `ref`: its id or address as it was named; `now_ref`: the same, or the story that it went into.
    """

    __tablename__ = "incident_subjects"
    __table_args__ = (
        UniqueConstraint("incident_id", "kind", "ref", name="incident_subjects_once"),
        Index("incident_subjects_by_ref", "kind", "now_ref"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("response.incidents.id"))
    kind: Mapped[SubjectKind] = mapped_column(enum_text(SubjectKind))
    ref: Mapped[str] = mapped_column(Text)
    now_ref: Mapped[str] = mapped_column(Text)
    added_by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    added_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )

    @property
    def told(self) -> Subject:
        """It, as the other rooms hear of it."""
        return Subject(kind=self.kind, ref=self.ref)


class Assessment(ResponseModel, kw_only=True):
    """One judgement of an incident. Later ones do not replace earlier ones."""

    __tablename__ = "assessments"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("response.incidents.id"), index=True)
    level: Mapped[IncidentLevel] = mapped_column(enum_text(IncidentLevel))
    what_happened: Mapped[str] = mapped_column(Text)
    impact: Mapped[str] = mapped_column(Text)
    credibility: Mapped[str] = mapped_column(String(16))
    evidence: Mapped[list[str]] = mapped_column(JSONB)
    assessed_by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    assessed_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )


class TimelineEntry(ResponseModel, kw_only=True):
    """One thing that happened (大事记). `kind` names the event, `facts` are what it said."""

    __tablename__ = "timeline"
    __table_args__ = (Index("timeline_of_incident", "incident_id", "happened_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("response.incidents.id"))
    happened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    kind: Mapped[str] = mapped_column(String(64))
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
