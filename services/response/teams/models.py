"""Tables of the working groups."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, ForeignKey, Index, Integer, String, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.response.models import ResponseModel
from shared.ids import new_id


class Group(ResponseModel, kw_only=True):
    """A working group (工作组): data that an administrator edits, never a fixed list.

    `members` holds user names in the order in which they are called; `deputies` who stands in for
    whom; `chair` is asked last.
    """

    __tablename__ = "groups"

    slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    name_zh: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text, default="")
    members: Mapped[list[str]] = mapped_column(JSONB, default_factory=list)
    chair: Mapped[str | None] = mapped_column(Text, default=None)
    deputies: Mapped[dict[str, str]] = mapped_column(
        JSONB, default_factory=dict, server_default=text("'{}'")
    )
    sample: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(Integer, init=False)
    changed_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now(), init=False
    )

    __mapper_args__ = {"version_id_col": version}


class DutyRota(ResponseModel, kw_only=True):
    """The weekly rota of a group (值班表); `shifts` as `duty_schemas.ShiftIn`."""

    __tablename__ = "duty_rotas"

    group: Mapped[str] = mapped_column(
        "group_slug", String(64), ForeignKey("response.groups.slug"), primary_key=True
    )
    zone: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date] = mapped_column(Date)
    shifts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(Integer, init=False)
    changed_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now(), init=False
    )

    __mapper_args__ = {"version_id_col": version}


class DutySubstitution(ResponseModel, kw_only=True):
    """Other people on duty for a stretch of time; `instead_of` one person, or (none) everybody."""

    __tablename__ = "duty_substitutions"
    __table_args__ = (Index("duty_substitutions_of_group", "group_slug", "ends_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    group: Mapped[str] = mapped_column("group_slug", String(64), ForeignKey("response.groups.slug"))
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    people: Mapped[list[str]] = mapped_column(JSONB)
    instead_of: Mapped[str | None] = mapped_column(Text, default=None)
    reason: Mapped[str | None] = mapped_column(Text, default=None)
    by: Mapped[dict[str, Any]] = mapped_column(JSONB)
