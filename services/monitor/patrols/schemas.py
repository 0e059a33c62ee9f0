"""Shapes of the patrols API."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from services.monitor.patrols.calendar import Calendar
from services.monitor.patrols.models import Finding, PatrolPlan, Priority, RoundState
from services.monitor.pictures.schemas import PicturesNew
from services.monitor.reports.links import find_link
from services.monitor.reports.models import Urgency
from services.monitor.reports.schemas import Pasted
from shared.contracts.actors import ActorRef
from shared.schemas import Line, Moment, Note, RequestShape, ResponseShape, Slug


def _known_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        raise ValueError("there is no such time zone; write it as Asia/Shanghai") from None


Zone = Annotated[str, Field(max_length=64, examples=["Asia/Shanghai"]), AfterValidator(_known_zone)]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class SiteNew(RequestShape):
    """A key site (重点网站), as the register knows it."""

    name: Line = Field(examples=["云州论坛 · 民生版"])
    url: Line = Field(pattern=r"^https?://", examples=["https://bbs.example.org/minsheng"])
    platform: Slug = Field(default="forum", examples=["forum"])
    why: Note = Field(default="", max_length=2_000, examples=["停水停电的帖子先出现在这里"])
    how: Note = Field(default="", max_length=2_000, examples=["按“最新回复”排序，看前三页"])
    priority: Priority = Priority.NORMAL
    contact: Note = Field(default="", max_length=300, description="Whom to call there")
    active: StrictBool = True
    sample: StrictBool = False


class SiteOut(ResponseShape):
    """A key site. Its ETag is `version`."""

    id: UUID
    name: str
    url: str
    platform: str
    why: str
    how: str
    priority: Priority
    contact: str
    active: bool
    sample: bool
    version: int
    changed_at: datetime


class Assignee(RequestShape):
    """Whose duty a round is."""

    id: Line = Field(examples=["user:officer"])
    name: Line = Field(examples=["officer"])


class PlanNew(RequestShape):
    """A kind of round: where, what to ask there, when, and whose duty it is.

    Without `times` and `every_hours` its rounds are opened by hand.
    """

    name: Line = Field(examples=["早间巡查"])
    sites: list[UUID] = Field(
        default_factory=list, max_length=200, description="None means every active site"
    )
    checklist: list[Line] = Field(
        default_factory=list,
        max_length=50,
        description="What to look for besides, once a round",
        examples=[["搜索“停电”“云州电力”，按时间排序"]],
    )
    times: list[TimeOfDay] = Field(
        default_factory=list, max_length=24, examples=[["09:00", "15:00"]]
    )
    weekdays: list[Annotated[StrictInt, Field(ge=1, le=7)]] = Field(
        default_factory=list,
        max_length=7,
        description="Monday is 1; none means every day; for `times`",
    )
    every_hours: StrictInt | None = Field(default=None, ge=1, le=168)
    timezone: Zone = "Asia/Shanghai"
    minutes: StrictInt = Field(
        default=60, ge=5, le=1_440, description="How long a round may take before it is late"
    )
    assignee: Assignee | None = None
    duty_group: Slug | None = Field(
        default=None,
        description="A working group: whoever of it is on duty when a round is due has the round",
        examples=["monitoring"],
    )
    starts_at: Moment | None = Field(default=None, description="From now on, where not said")
    ends_at: Moment | None = Field(default=None, description="An incident's rounds end some day")
    active: StrictBool = True
    sample: StrictBool = False

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends_at and self.starts_at and self.ends_at <= self.starts_at:
            raise ValueError("ends_at must be later than starts_at")
        return self


class PlanOut(ResponseShape):
    """A plan of rounds. Its ETag is `version`."""

    id: UUID
    name: str
    sites: list[UUID]
    checklist: list[str]
    times: list[str]
    weekdays: list[int]
    every_hours: int | None
    timezone: str
    minutes: int
    assignee: Assignee | None
    duty_group: str | None
    starts_at: datetime
    ends_at: datetime | None
    active: bool
    sample: bool
    version: int
    changed_at: datetime


def calendar_of(plan: PatrolPlan) -> Calendar:
    """When the rounds of a plan are due."""
    return Calendar(
        zone=ZoneInfo(plan.timezone),
        starts_at=plan.starts_at.astimezone(UTC),
        times=tuple(time.fromisoformat(at) for at in plan.times),
        weekdays=frozenset(plan.weekdays),
        every=timedelta(hours=plan.every_hours) if plan.every_hours else None,
        ends_at=plan.ends_at,
    )


class CheckOut(ResponseShape):
    """A place or a question of a round, and what was seen there."""

    id: UUID
    site_id: UUID | None
    name: str
    url: str | None
    how: str | None
    finding: Finding | None
    note: str | None
    report_id: UUID | None = Field(description="The report of what was found")
    ticked_by: ActorRef | None
    ticked_at: datetime | None


class RoundOut(ResponseShape):
    """A round and how far it got. It is late after `late_at`, and missed after `closes_at`."""

    id: UUID
    plan_id: UUID
    name: str
    due_at: datetime
    late_at: datetime
    closes_at: datetime
    assignee: Assignee | None
    state: RoundState
    late: bool = Field(description="Done late, or not done although it is late by now")
    places: int
    looked: int = Field(description="Places that were ticked")
    finds: int
    note: str | None
    done_by: ActorRef | None
    done_at: datetime | None
    sample: bool
    checks: list[CheckOut]


class RoundNew(RequestShape):
    """A round by hand, now."""

    plan_id: UUID


class TickNew(RequestShape):
    """What was seen at a place; what was found becomes a report, and a post."""

    finding: Finding
    note: Note = Field(default="", max_length=2_000)
    link: Pasted = ""
    text: Note = Field(default="", examples=["有人发帖说缴费后仍被停电，已有 40 多条回复。"])
    urgency: Urgency = Urgency.NORMAL
    pictures: PicturesNew = Field(default_factory=list)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        told = bool(self.link or self.text or self.pictures)
        if self.finding is Finding.FOUND and not told:
            raise PydanticCustomError(
                "nothing_told", "say what you found: a link, a text or a picture"
            )
        if self.finding is Finding.NOTHING and told:
            raise ValueError("there is a link, a text or a picture: then something was found")
        if self.link and not self.text and find_link(self.link) is None:
            raise PydanticCustomError(
                "no_link", "link: there is no link in this; put words into text"
            )
        return self


class CompletionNew(RequestShape):
    """The end of a round."""

    note: Note = Field(
        default="", max_length=2_000, description="Needed where places were not looked at: why"
    )


class SiteCoverage(ResponseShape):
    """How well a key site is looked at, over the last `days`."""

    site_id: UUID
    name: str
    platform: str
    priority: Priority
    active: bool
    last_looked_at: datetime | None = Field(description="Ever; null for never")
    looks: int
    finds: int


class PlanCoverage(ResponseShape):
    """How the rounds of a plan went, over the last `days`."""

    plan_id: UUID
    name: str
    active: bool
    rounds: int
    on_time: int
    late: int
    missed: int
    open: int
    finds: int


class Coverage(ResponseShape):
    """Sites, those that nobody looked at for longest first; and plans."""

    days: int
    sites: list[SiteCoverage]
    plans: list[PlanCoverage]
