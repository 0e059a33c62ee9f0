"""Tables of stories."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, Integer, SmallInteger, Text
from sqlalchemy.dialects.postgresql import DOUBLE_PRECISION, JSON
from sqlalchemy.orm import Mapped, mapped_column

from services.monitor.models import MonitorModel


class StoryRecord(MonitorModel, kw_only=True):
    """A story as it is kept (舆情话题).

    `profile` is what grouping needs to recognise the next post, `tally` what indicators count from;
    both are JSON forms of the pure classes. `watch_mentions` counts posts by watch: the watch with
    the most is the story's own. `heat` to `negative_share` repeat the newest reading, for lists.
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


class Tracking(MonitorModel, kw_only=True):
    """One row: whoever holds it places posts into stories, one writer at a time.

    `token` is new with every batch that was written, so that a worker knows whether the stories in
    its memory are still those of the record; `frequencies` is what grouping learned of the words.
    """

    __tablename__ = "tracking"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, default=1)
    token: Mapped[UUID | None] = mapped_column(default=None)
    frequencies: Mapped[dict[str, Any] | None] = mapped_column(JSON, default=None)
