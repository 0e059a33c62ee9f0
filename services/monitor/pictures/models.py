"""Tables of pictures."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.monitor.models import MonitorModel
from shared.ids import new_id


class Picture(MonitorModel, kw_only=True):
    """A picture as it is kept: drawn anew from what was sent, without what a camera wrote into it.

    `sha256` is of `content`; `sent_sha256` of the file as it came, so that whoever still has that
    can show that this is it.
    """

    __tablename__ = "pictures"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    media_type: Mapped[str] = mapped_column(String(32))
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    sent_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    content: Mapped[bytes | None] = mapped_column(
        LargeBinary, deferred=True, deferred_raiseload=True
    )
    received_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )
    erased_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    erased_by: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    erased_because: Mapped[str | None] = mapped_column(Text, default=None)


class PictureView(MonitorModel, kw_only=True):
    """Somebody looked at a picture; once for each person and hour."""

    __tablename__ = "picture_views"
    __table_args__ = (Index("views_of_picture", "picture_id", "viewer", "seen_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    picture_id: Mapped[UUID] = mapped_column(ForeignKey("monitor.pictures.id", ondelete="CASCADE"))
    viewer: Mapped[str] = mapped_column(Text)
    seen_by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    seen_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )
