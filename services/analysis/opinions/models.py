"""Tables of opinions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Index, Integer, PrimaryKeyConstraint, Text, func
from sqlalchemy.dialects.postgresql import REAL
from sqlalchemy.orm import Mapped, mapped_column

from services.analysis.models import AnalysisModel


class _OpinionColumns(AnalysisModel, kw_only=True):
    """What an opinion says."""

    __abstract__ = True

    post_id: Mapped[UUID]
    revision: Mapped[int] = mapped_column(Integer)
    engine: Mapped[str] = mapped_column(Text)
    release: Mapped[str] = mapped_column(Text)
    sentiment: Mapped[str] = mapped_column(Text)
    sentiment_confidence: Mapped[float] = mapped_column(REAL)
    sentiment_unsure: Mapped[bool]
    emotion: Mapped[str] = mapped_column(Text)
    emotion_confidence: Mapped[float] = mapped_column(REAL)
    emotion_unsure: Mapped[bool]


class Opinion(_OpinionColumns, kw_only=True):
    """The opinion in one revision of a post: exactly one set, with the release that made it."""

    __tablename__ = "opinions"
    __table_args__ = (
        PrimaryKeyConstraint("post_id", "revision"),
        Index("opinions_by_release", "engine", "release"),
    )

    computed_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )


class EarlierOpinion(_OpinionColumns, kw_only=True):
    """An opinion that was replaced by that of a later release: what was known before can be looked
    up."""

    __tablename__ = "earlier_opinions"
    __table_args__ = (PrimaryKeyConstraint("post_id", "revision", "computed_at"),)

    computed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
