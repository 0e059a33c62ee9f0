"""Tables of stories."""

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
    SmallInteger,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import DOUBLE_PRECISION, JSON, JSONB, REAL
from sqlalchemy.orm import Mapped, mapped_column

from services.monitor.models import MonitorModel
from shared.db import enum_text
from shared.ids import new_id


class StoryRecord(MonitorModel, kw_only=True):
    """A story as it is kept (舆情话题).

    `profile` is what grouping needs to recognise the next post, `tally` what indicators count from;
    both are JSON forms of the pure classes. `watch_mentions` counts posts by watch: the watch with
    the most is the story's own. `heat` to `negative_share` repeat the newest reading, for lists.
    `merged_into`: the story that this one went into; it has no posts any more.
    """

    __tablename__ = "stories"
    __table_args__ = (
        Index("stories_by_last_post", "last_post_at"),
        Index("stories_by_heat", "heat"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    watch_id: Mapped[UUID]
    title: Mapped[str] = mapped_column(Text)
    # json, not jsonb: only ever read whole, and written with every batch of posts.
    profile: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    tally: Mapped[dict[str, Any]] = mapped_column(JSON)
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    watch_mentions: Mapped[dict[str, int]] = mapped_column(JSON)
    posts: Mapped[int] = mapped_column(Integer)
    copies: Mapped[int] = mapped_column(Integer)
    platforms: Mapped[list[str]] = mapped_column(JSON)
    first_post_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_post_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    # When the newest post reached us: the story clock runs on from there.
    last_received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    heat: Mapped[float] = mapped_column(DOUBLE_PRECISION, default=0.0)
    spread: Mapped[float] = mapped_column(DOUBLE_PRECISION, default=0.0)
    impact: Mapped[float] = mapped_column(DOUBLE_PRECISION, default=0.0)
    speed: Mapped[float | None] = mapped_column(DOUBLE_PRECISION, default=None)
    negative_share: Mapped[dict[str, float] | None] = mapped_column(JSON, default=None)
    keywords: Mapped[list[str]] = mapped_column(JSON, default_factory=list)
    merged_into: Mapped[UUID | None] = mapped_column(default=None)


class ChangeKind(StrEnum):
    """What was done to the grouping."""

    MERGED = "merged"
    SPLIT = "split"


class StoryChange(MonitorModel, kw_only=True):
    """Stories were put together, or one was taken apart; who did it, why, and who took it back.

    Merged: `other_id` went into `story_id`. Split: posts of `story_id` became `other_id`.
    `posts`: how many were moved; `story_moves` has which. `grounds`: what the system saw, where it
    acted by rule. `warnings`: those of both stories as they were before.
    """

    __tablename__ = "story_changes"
    __table_args__ = (
        Index("story_changes_of_story", "story_id"),
        Index("story_changes_of_other", "other_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    kind: Mapped[ChangeKind] = mapped_column(enum_text(ChangeKind))
    story_id: Mapped[UUID]
    other_id: Mapped[UUID]
    story_title: Mapped[str] = mapped_column(Text)
    other_title: Mapped[str] = mapped_column(Text)
    posts: Mapped[int] = mapped_column(Integer, default=0)
    reason: Mapped[str] = mapped_column(Text)
    grounds: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default_factory=list)
    made_by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )
    undone_by: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    undone_reason: Mapped[str | None] = mapped_column(Text, default=None)

    @property
    def merges(self) -> bool:
        """Whether `other_id` is a part of `story_id` by it."""
        return (self.kind is ChangeKind.MERGED) is (self.undone_at is None)


class StoryMove(MonitorModel, kw_only=True):
    """A post that a change moved from one story to another."""

    __tablename__ = "story_moves"
    __table_args__ = (PrimaryKeyConstraint("change_id", "post_id"),)

    change_id: Mapped[UUID] = mapped_column(
        ForeignKey("monitor.story_changes.id", ondelete="CASCADE")
    )
    post_id: Mapped[UUID]


class AlikeStories(MonitorModel, kw_only=True):
    """Two running stories that may be the same matter, as the last look at them found.

    `one_id` is the smaller id; `likeness` 0 to 1; `grounds`: what they share; `alike_since`: since
    when every look found them alike.
    """

    __tablename__ = "alike_stories"
    __table_args__ = (
        PrimaryKeyConstraint("one_id", "other_id"),
        Index("alike_stories_of_other", "other_id"),
    )

    one_id: Mapped[UUID]
    other_id: Mapped[UUID]
    likeness: Mapped[float] = mapped_column(REAL)
    grounds: Mapped[dict[str, Any]] = mapped_column(JSONB)
    alike_since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Tracking(MonitorModel, kw_only=True):
    """One row: whoever holds it places posts into stories, one writer at a time.

    `token` is new with every batch that was written, so that a worker knows whether the stories in
    its memory are still those of the record; `frequencies` is what grouping learned of the words.
    `base`: the token before the first of the changes `regrouped`, which were made since by others
    than a worker: a memory that has the base needs to read only what those changed.
    """

    __tablename__ = "tracking"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, default=1)
    token: Mapped[UUID | None] = mapped_column(default=None)
    frequencies: Mapped[dict[str, Any] | None] = mapped_column(JSON, default=None)
    base: Mapped[UUID | None] = mapped_column(default=None)
    regrouped: Mapped[list[str] | None] = mapped_column(JSON, default=None)
