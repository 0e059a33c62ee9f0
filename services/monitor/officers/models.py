"""Tables of opinion officers."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, Integer, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.monitor.models import MonitorModel
from shared.ids import new_id


class Officer(MonitorModel, kw_only=True):
    """An opinion officer (舆情监督员). `user_id` is who they are when they are signed in: what that
    person reports while `active` is an officer's report.

    The columns are all that the register may hold of a person, and its purpose is their office
    alone. `review_by`: until then somebody asks whether the entry still holds. `erased_at`: they
    left, and nothing here names them any more.
    """

    __tablename__ = "officers"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    name: Mapped[str] = mapped_column(Text)
    user_id: Mapped[str | None] = mapped_column(Text, unique=True, default=None)
    unit: Mapped[str] = mapped_column(Text, default="")
    area: Mapped[str] = mapped_column(Text, default="")
    since: Mapped[date | None] = mapped_column(Date, default=None)
    active: Mapped[bool] = mapped_column(default=True)
    sample: Mapped[bool] = mapped_column(default=False)
    added_by: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    review_by: Mapped[date | None] = mapped_column(Date, default=None)
    erased_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    erased_by: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    erased_because: Mapped[str | None] = mapped_column(Text, default=None)
    version: Mapped[int] = mapped_column(Integer, init=False)
    changed_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now(), init=False
    )

    __mapper_args__ = {"version_id_col": version}
