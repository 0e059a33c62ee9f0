"""Tables of releases."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    DateTime,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, REAL
from sqlalchemy.orm import Mapped, mapped_column

from services.analysis.models import AnalysisModel
from services.analysis.sources import SourceKind
from shared.contracts.labels import Task
from shared.db import enum_text
from shared.ids import new_id


class ReleaseState(StrEnum):
    """Whether a release answers, did so once, or never yet."""

    CANDIDATE = "candidate"
    LIVE = "live"
    RETIRED = "retired"


class Release(AnalysisModel, kw_only=True):
    """One model in one revision, for one task.

    `location` is a folder below the models folder, the name of a shipped model, or the address of
    a server; `revision` is what opinions keep; `origin` is where it came from, with the commit
    where it came from a hub; `files_hash` is SHA-256 over the registered files.
    """

    __tablename__ = "releases"
    __table_args__ = (UniqueConstraint("task", "name", "revision", name="releases_once"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    name: Mapped[str] = mapped_column(Text)
    task: Mapped[Task] = mapped_column(enum_text(Task))
    kind: Mapped[SourceKind] = mapped_column(enum_text(SourceKind))
    location: Mapped[str] = mapped_column(Text)
    revision: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text)
    labels: Mapped[dict[str, str]] = mapped_column(JSONB, default_factory=dict)
    files_hash: Mapped[str | None] = mapped_column(Text, default=None)
    state: Mapped[ReleaseState] = mapped_column(
        enum_text(ReleaseState), default=ReleaseState.CANDIDATE
    )
    registered_by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    registered_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )


class EvaluationRecord(AnalysisModel, kw_only=True):
    """How a release did on a labelled file, beside the model that was live then."""

    __tablename__ = "evaluations"
    __table_args__ = (Index("evaluations_by_release", "release_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    release_id: Mapped[UUID] = mapped_column(ForeignKey("analysis.releases.id"))
    file_name: Mapped[str] = mapped_column(Text)
    file_hash: Mapped[str] = mapped_column(Text)
    rows: Mapped[int] = mapped_column(Integer)
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB)
    # The live model it was compared with; none where it was measured alone. No id: the model of the
    # settings.
    baseline_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("analysis.releases.id"), default=None
    )
    baseline_name: Mapped[str | None] = mapped_column(Text, default=None)
    baseline_revision: Mapped[str | None] = mapped_column(Text, default=None)
    passed: Mapped[bool]
    findings: Mapped[list[str]] = mapped_column(JSONB)
    report: Mapped[str] = mapped_column(Text, deferred=True, deferred_raiseload=True)
    evaluated_by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    evaluated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )


class Promotion(AnalysisModel, kw_only=True):
    """A change of the model that answers for a task, and who made it.

    `release_id` none stands for the model of the settings; `replaced_id` is the promotion that was
    in force before, to which a roll-back returns; `undone_id` is set on a roll-back.
    """

    __tablename__ = "promotions"
    __table_args__ = (Index("promotions_by_task", "task", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    task: Mapped[Task] = mapped_column(enum_text(Task))
    release_id: Mapped[UUID | None] = mapped_column(ForeignKey("analysis.releases.id"))
    replaced_id: Mapped[UUID | None] = mapped_column(ForeignKey("analysis.promotions.id"))
    undone_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("analysis.promotions.id"), default=None
    )
    evaluation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("analysis.evaluations.id"), default=None
    )
    passed: Mapped[bool] = mapped_column(default=False)
    findings: Mapped[list[str]] = mapped_column(JSONB, default_factory=list)
    reason: Mapped[str | None] = mapped_column(Text, default=None)
    promoted_by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    promoted_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )


class LiveRelease(AnalysisModel, kw_only=True):
    """The promotion in force for a task: the row that every process looks at."""

    __tablename__ = "live_releases"

    task: Mapped[Task] = mapped_column(enum_text(Task), primary_key=True)
    release_id: Mapped[UUID | None] = mapped_column(ForeignKey("analysis.releases.id"))
    promotion_id: Mapped[UUID | None] = mapped_column(ForeignKey("analysis.promotions.id"))


class ShadowRun(AnalysisModel, kw_only=True):
    """A release that judges a share of the posts beside the live one, and is not heard."""

    __tablename__ = "shadow_runs"
    __table_args__ = (
        Index(
            "shadow_runs_one_at_a_time",
            "task",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("shadow_runs_by_release", "release_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    release_id: Mapped[UUID] = mapped_column(ForeignKey("analysis.releases.id"))
    task: Mapped[Task] = mapped_column(enum_text(Task))
    share: Mapped[float] = mapped_column(REAL)
    judged: Mapped[int] = mapped_column(Integer, default=0)
    started_by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    started_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)


class ShadowVerdict(AnalysisModel, kw_only=True):
    """What the live model and the shadow said of one revision of a post."""

    __tablename__ = "shadow_verdicts"
    __table_args__ = (
        PrimaryKeyConstraint("run_id", "post_id", "revision"),
        Index(
            "shadow_verdicts_that_differ",
            "run_id",
            "post_id",
            postgresql_where=text("live_label <> shadow_label"),
        ),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey("analysis.shadow_runs.id", ondelete="CASCADE"))
    post_id: Mapped[UUID]
    revision: Mapped[int] = mapped_column(Integer)
    live_label: Mapped[str] = mapped_column(Text)
    live_confidence: Mapped[float] = mapped_column(REAL)
    shadow_label: Mapped[str] = mapped_column(Text)
    shadow_confidence: Mapped[float] = mapped_column(REAL)


class RecomputationState(StrEnum):
    """How far a recomputation got."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"


class Recomputation(AnalysisModel, kw_only=True):
    """Opinions that are given anew by the models that are live now.

    `position` is the last post that was looked at; `judged` counts those that were judged, the
    others had an opinion of the live models already.
    """

    __tablename__ = "recomputations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    state: Mapped[RecomputationState] = mapped_column(
        enum_text(RecomputationState), default=RecomputationState.QUEUED
    )
    position: Mapped[UUID | None] = mapped_column(default=None)
    total: Mapped[int | None] = mapped_column(Integer, default=None)
    done: Mapped[int] = mapped_column(Integer, default=0)
    judged: Mapped[int] = mapped_column(Integer, default=0)
    asked_by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    asked_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)


class ModelProcess(AnalysisModel, kw_only=True):
    """What one process of the room runs, told by itself every few seconds."""

    __tablename__ = "model_processes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(Text)
    host: Mapped[str] = mapped_column(Text)
    pid: Mapped[int] = mapped_column(Integer)
    told: Mapped[dict[str, Any]] = mapped_column(JSONB)
    seen_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.clock_timestamp(), init=False
    )
