"""Shapes of the rules API."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt, model_validator

from services.monitor.recipients.schemas import Day, Minute, Zone
from services.monitor.routing.plan import MINUTES, About, TargetKind
from shared.contracts.levels import WarningLevel
from shared.schemas import Line, Moment, RequestShape, ResponseShape, Slug


class HoursIn(RequestShape):
    """When a rule holds; past midnight where it ends no later than it begins."""

    begins: Minute = Field(examples=["08:00"])
    ends: Minute = Field(examples=["18:00"])
    days: list[Day] = Field(default_factory=list, description="On which it begins; empty: all")
    zone: Zone = Field(default="Asia/Shanghai", examples=["Asia/Shanghai"])


class TargetIn(RequestShape):
    """Whom a rule names: a channel as a whole, a person, a group, or who of it is on duty."""

    kind: TargetKind = Field(examples=["on_duty"])
    name: Line = Field(description="Of the channel, the person or the group", examples=["g2"])


class LadderIn(RequestShape):
    """A group of which somebody must acknowledge, or the next in order is asked."""

    group: Slug = Field(examples=["g2"])
    minutes: dict[WarningLevel, float] = Field(
        default_factory=lambda: {
            level: float(MINUTES[level]) for level in WarningLevel if level >= WarningLevel.YELLOW
        },
        description="How long each is waited for, by level; a level that is not named asks nobody",
        examples=[{"yellow": 15, "orange": 10, "red": 5}],
    )
    rounds: StrictInt = Field(default=1, ge=1, le=5, description="How often everybody is asked")

    @model_validator(mode="after")
    def _waits_a_while(self) -> Self:
        for level, minutes in self.minutes.items():
            # The clock is looked at every few seconds: less would promise what nobody keeps.
            if not 0.1 <= minutes <= 1_440:
                raise ValueError(f"minutes/{level}: must be between 0.1 and 1440")
        return self


class RuleNew(RequestShape):
    """Who is told of what. All rules that fit apply, and nobody is told twice."""

    name: Line = Field(examples=["Orange and red, day and night"])
    about: About = About.WARNINGS
    level: WarningLevel = Field(default=WarningLevel.BLUE, description="From this level on")
    watches: list[UUID] = Field(default_factory=list, max_length=500, description="Empty: all")
    hours: HoursIn | None = Field(default=None, description="Left out: always")
    tell: list[TargetIn] = Field(default_factory=list, max_length=50, description="Told at once")
    ladder: LadderIn | None = Field(default=None, description="Who must acknowledge")
    enabled: StrictBool = True
    sample: StrictBool = False

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if not self.tell and self.ladder is None:
            raise ValueError("a rule tells somebody, or asks a group to acknowledge")
        if self.ladder is not None and self.about is About.OPERATIONS:
            raise ValueError("ladder: only a warning is acknowledged")
        return self


class RuleOut(ResponseShape):
    """A rule. Its ETag is `version`."""

    slug: str
    name: str
    about: About
    level: WarningLevel
    watches: list[UUID]
    hours: dict[str, Any] | None
    tell: list[dict[str, str]]
    ladder: dict[str, Any] | None
    enabled: bool
    sample: bool
    version: int
    changed_at: datetime


class Rules(ResponseShape):
    """All rules, by slug."""

    items: list[RuleOut]


class PreviewNew(RequestShape):
    """Who would hear of such a warning."""

    about: About = About.WARNINGS
    level: WarningLevel = Field(default=WarningLevel.ORANGE)
    watch_id: UUID | None = Field(default=None, description="Of this watch")
    at: Moment | None = Field(default=None, description="Left out: now")


class ToldOut(ResponseShape):
    """One who would be told on one channel."""

    channel: str
    recipient: str | None = Field(description="None: whoever reads the channel")
    held_until: datetime | None = Field(description="The end of their quiet hours")
    rules: list[str]


class AskedOut(ResponseShape):
    """One who would be asked to acknowledge, and when, if nobody did before."""

    person: str
    role: str
    at: datetime
    channels: list[str]


class LadderOut(ResponseShape):
    """A group of which somebody must acknowledge."""

    group: str
    wait_seconds: int
    asked: list[AskedOut]


class UnreachedOut(ResponseShape):
    """Somebody whom a rule names and nobody can tell."""

    name: str
    why: str = Field(examples=["no_contact"])


class PreviewOut(ResponseShape):
    """Who would be told at once, who would have to acknowledge, and whom nobody can tell."""

    told: list[ToldOut]
    ladders: list[LadderOut]
    unreached: list[UnreachedOut]
