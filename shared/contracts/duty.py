"""Groups and who of them is on duty, told by the response room to whoever alerts people."""

from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from shared.contracts.event import Event


class Shift(BaseModel):
    """A stretch of time and who is on duty in it, the first of them first; nobody where empty."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    starts_at: datetime
    ends_at: datetime
    people: tuple[str, ...] = ()


class DutyRosterChanged(Event):
    """A group or its duty roster changed, or time went on: the whole of it as it stands now.

    People are user names. `shifts` come one after the other up to `until`, weeks ahead: time zones,
    rotations, substitutes are worked out. `members` and `deputies` tell who is asked after those.
    """

    ordered_by: ClassVar[str | None] = "group"
    live: ClassVar[bool] = False

    group: str
    name: str
    name_zh: str
    chair: str | None = None
    members: tuple[str, ...] = ()
    deputies: dict[str, str] = {}
    shifts: tuple[Shift, ...] = ()
    until: datetime
