"""Tables of what watches usually bring, and of the surges that were found."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Index, SmallInteger
from sqlalchemy.dialects.postgresql import DOUBLE_PRECISION, JSON
from sqlalchemy.orm import Mapped, mapped_column

from services.monitor.models import MonitorModel
from shared.ids import new_id


class SurgeFeed(MonitorModel, kw_only=True):
    """One row: the first bin that no detector has seen yet, counted from the epoch."""

    __tablename__ = "surge_feed"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, default=1)
    next_bin: Mapped[int] = mapped_column(BigInteger)


class WatchBaseline(MonitorModel, kw_only=True):
    """What a surge detector has learned of a watch.

    `first_bin`: where its history begins; `next_bin`: the first one that it has not seen. Bins
    between that and the feed's had no mention: they are made good when one comes.
    """

    __tablename__ = "watch_baselines"

    watch_id: Mapped[UUID] = mapped_column(primary_key=True)
    first_bin: Mapped[int] = mapped_column(BigInteger)
    next_bin: Mapped[int] = mapped_column(BigInteger)
    # json, not jsonb: only ever read whole.
    state: Mapped[dict[str, Any]] = mapped_column(JSON)


class WatchSurge(MonitorModel, kw_only=True):
    """More mentions of a watch than its own past makes plausible.

    In the `seconds` before `at` came `count` mentions, where `expected` are usual; `evidence` as in
    `scale.py`. `story_id`: the story that carries it, with `story_count` of them; none where it
    falls apart into many.
    """

    __tablename__ = "watch_surges"
    __table_args__ = (Index("watch_surges_of_watch", "watch_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    watch_id: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seconds: Mapped[float] = mapped_column(DOUBLE_PRECISION)
    count: Mapped[float] = mapped_column(DOUBLE_PRECISION)
    expected: Mapped[float] = mapped_column(DOUBLE_PRECISION)
    evidence: Mapped[float] = mapped_column(DOUBLE_PRECISION)
    story_id: Mapped[UUID | None] = mapped_column(default=None)
    story_count: Mapped[int | None] = mapped_column(default=None)
