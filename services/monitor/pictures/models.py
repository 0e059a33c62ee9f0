"""Tables of pictures."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Integer, LargeBinary, String, func
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
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    received_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )
