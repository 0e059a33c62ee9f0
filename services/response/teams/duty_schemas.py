"""Shapes of the duty API."""

from datetime import date, datetime, time
from typing import Annotated, Literal, Self
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from services.response.teams.rota import Rota, WeeklyShift
from shared.contracts.actors import ActorRef
from shared.schemas import Line, Moment, RequestShape, ResponseShape


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("must be a time zone like Asia/Shanghai") from error
    return name


Zone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_zone)]
Minute = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class ShiftIn(RequestShape):
    """A shift of the week; past midnight where it ends no later than it begins."""

    days: list[Day] = Field(min_length=1, max_length=7, examples=[["mon", "tue", "wed"]])
    begins: Minute = Field(examples=["20:00"])
    ends: Minute = Field(examples=["08:00"])
    turns: list[Annotated[list[Line], Field(max_length=20)]] = Field(
        min_length=1,
        max_length=53,
        description="User names, the first of a turn first; several turns follow week by week",
        examples=[[["chen"], ["xu"]]],
    )


class RotaNew(RequestShape):
    """The weekly rota of a group as an administrator describes it."""

    zone: Zone = Field(default="Asia/Shanghai", examples=["Asia/Shanghai"])
    starts_on: date = Field(
        description="Nobody is on duty before; the first turns are those of its week"
    )
    shifts: list[ShiftIn] = Field(max_length=100)

    def rota(self) -> Rota:
        """The rota as rules read it."""
        return Rota(
            zone=self.zone,
            starts_on=self.starts_on,
            shifts=tuple(
                WeeklyShift(
                    days=frozenset(shift.days),
                    begins=time.fromisoformat(shift.begins),
                    ends=time.fromisoformat(shift.ends),
                    turns=tuple(tuple(turn) for turn in shift.turns),
                )
                for shift in self.shifts
            ),
        )


class _Stretch(RequestShape):
    starts_at: Moment
    ends_at: Moment

    @model_validator(mode="after")
    def _goes_forward(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise ValueError("ends_at: must be after starts_at")
        return self


class SubstitutionNew(_Stretch):
    """Other people for a stretch of time: a day off, an illness, a reinforced shift."""

    people: list[Line] = Field(max_length=20, examples=[["xu"]])
    instead_of: Line | None = Field(
        default=None, description="In the place of this person; left out: of everybody"
    )
    reason: Line | None = None


class SwapHalf(_Stretch):
    """What one of two people gives away."""

    person: Line = Field(examples=["chen"])


class SwapNew(RequestShape):
    """Two people take each other's stretch of duty."""

    first: SwapHalf
    second: SwapHalf
    reason: Line | None = None


class SubstitutionOut(ResponseShape):
    """Other people for a stretch of time, and who said so."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    people: list[str]
    instead_of: str | None
    reason: str | None
    by: ActorRef


class StretchOut(ResponseShape):
    """Who is on duty from when to when."""

    starts_at: datetime
    ends_at: datetime
    people: list[str]


class OnDutyOut(ResponseShape):
    """A group: who is on duty now and until when, and when nobody is in the coming weeks."""

    group: str
    name: str
    name_zh: str
    chair: str | None
    deputies: dict[str, str]
    members: list[str]
    now: list[str] = Field(description="On duty now, the first of them first")
    until: datetime | None = Field(description="When that changes")
    gaps: list[StretchOut] = Field(description="When nobody is on duty; none without a rota")
    has_rota: bool


class OnDuty(ResponseShape):
    """Every group and who of it is on duty now."""

    items: list[OnDutyOut]


class RosterOut(OnDutyOut):
    """The duty roster (值班表) of a group. The rota's ETag is `version`; 0 where there is none."""

    zone: str | None
    starts_on: date | None
    shifts: list[ShiftIn]
    substitutions: list[SubstitutionOut]
    stretches: list[StretchOut] = Field(description="Worked out for the time that was asked for")
    version: int
    edition: str = Field(description="The version as text, for forms that compare it")


class Substitutions(ResponseShape):
    """What was put in place."""

    items: list[SubstitutionOut]
