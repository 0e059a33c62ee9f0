"""Tables of labels."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Date,
    DateTime,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, REAL
from sqlalchemy.orm import Mapped, mapped_column

from services.analysis.models import AnalysisModel
from shared.contracts.labels import Task
from shared.db import enum_text
from shared.ids import new_id


class LabelState(StrEnum):
    """A label counts until its author gives another one or takes it back."""

    CURRENT = "current"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


class Label(AnalysisModel, kw_only=True):
    """What one person said of one revision of a post, and what the model had said.

    Never changed but for its end: a later label of the same person is a row of its own. `sampled`:
    the post was drawn at random, the person did not choose it. The model's part is empty where it
    had not been asked: a stance is judged when the text has come.
    """

    __tablename__ = "labels"
    __table_args__ = (
        Index(
            "labels_once_per_person",
            "post_id",
            "labelled_by_id",
            "task",
            "target",
            unique=True,
            postgresql_where=text("state = 'current'"),
            postgresql_nulls_not_distinct=True,
        ),
        Index("labels_of_post", "post_id", "id"),
        Index("labels_by_task", "task", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    post_id: Mapped[UUID]
    revision: Mapped[int] = mapped_column(Integer)
    task: Mapped[Task] = mapped_column(enum_text(Task))
    target: Mapped[str | None] = mapped_column(Text, default=None)
    label: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text, default=None)
    sampled: Mapped[bool] = mapped_column(Boolean, default=False)
    labelled_by_id: Mapped[str] = mapped_column(Text)
    labelled_by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    labelled_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    state: Mapped[LabelState] = mapped_column(enum_text(LabelState), default=LabelState.CURRENT)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    model_label: Mapped[str | None] = mapped_column(Text, default=None)
    model_confidence: Mapped[float | None] = mapped_column(REAL, default=None)
    model_unsure: Mapped[bool | None] = mapped_column(Boolean, default=None)
    engine: Mapped[str | None] = mapped_column(Text, default=None)
    release: Mapped[str | None] = mapped_column(Text, default=None)


class LabelledText(AnalysisModel, kw_only=True):
    """The words that were labelled, as the monitor told them: only those, of no other post."""

    __tablename__ = "labelled_texts"
    __table_args__ = (PrimaryKeyConstraint("post_id", "revision"),)

    post_id: Mapped[UUID]
    revision: Mapped[int] = mapped_column(Integer)
    title: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(Text)
    platform: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    told_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )


class LabelDraw(AnalysisModel, kw_only=True):
    """A post drawn at random on a day, for people to label without seeing the model's answer."""

    __tablename__ = "label_draws"
    __table_args__ = (
        PrimaryKeyConstraint("day", "task", "post_id"),
        Index("draws_of_post", "post_id"),
    )

    day: Mapped[date] = mapped_column(Date)
    task: Mapped[Task] = mapped_column(enum_text(Task))
    post_id: Mapped[UUID]
    revision: Mapped[int] = mapped_column(Integer)
    place: Mapped[int] = mapped_column(Integer)
