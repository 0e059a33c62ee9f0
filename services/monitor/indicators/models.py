"""Table of the history of indicators."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    DateTime,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
)
from sqlalchemy.dialects.postgresql import DOUBLE_PRECISION
from sqlalchemy.orm import Mapped, mapped_column

from services.monitor.models import MonitorModel


class IndicatorBin(MonitorModel, kw_only=True):
    """What happened to a subject, a story or a watch, in `minutes` minutes from `at` on.

    Every post is counted in one row of a subject: rows are minutes for a day, then quarter-hours,
    hours and days. `authors` and `sources` are sketches of sets (`indicators/distinct.py`).
    """

    __tablename__ = "indicator_bins"
    __table_args__ = (
        PrimaryKeyConstraint("subject_id", "at", "minutes"),
        Index("indicator_bins_by_age", "minutes", "at"),
    )

    subject_id: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    minutes: Mapped[int] = mapped_column(SmallInteger)
    posts: Mapped[int] = mapped_column(Integer)
    copies: Mapped[int] = mapped_column(Integer)
    negative: Mapped[int] = mapped_column(Integer)
    neutral: Mapped[int] = mapped_column(Integer)
    positive: Mapped[int] = mapped_column(Integer)
    reach: Mapped[int] = mapped_column(BigInteger)
    weight: Mapped[float] = mapped_column(DOUBLE_PRECISION)
    voice: Mapped[int] = mapped_column(BigInteger)
    platforms: Mapped[list[str]] = mapped_column(ARRAY(Text))
    regions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    sources: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    authors: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
