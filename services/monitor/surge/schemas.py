"""Shapes of the surges API."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from services.monitor.surge.hours import Standing
from shared.schemas import ResponseShape


class SurgeOut(ResponseShape):
    """More mentions of a watch than its own past makes plausible (突增)."""

    id: UUID
    watch_id: UUID
    at: datetime = Field(description="End of the span that stands out")
    seconds: float = Field(description="Length of that span", examples=[2700.0])
    count: float = Field(description="Mentions in it", examples=[87])
    expected: float = Field(
        description="Mentions that are usual at that hour and weekday", examples=[11.8]
    )
    evidence: float = Field(
        description="-log10 of how rarely this watch goes so far beyond; alarms have 2.5 and more",
        examples=[3.1],
    )
    story_id: UUID | None = Field(description="The story that carries it, if one does")
    story_title: str | None = Field(default=None, description="What that story is called now")
    story_count: int | None = Field(description="Mentions of that story in the span")


class UsualOut(ResponseShape):
    """What a watch usually brings, as it has learned so far."""

    history_days: float = Field(description="Below 3 nothing is told yet", examples=[41.5])
    began: datetime = Field(description="Start of the first hour")
    hours: list[float] = Field(
        description="Usual mentions in each of 24 hours from then on", examples=[[3.5] * 24]
    )


class NormalOut(ResponseShape):
    """What is usual: nine times in ten, from `low` to `high`."""

    expected: float = Field(examples=[11.8])
    low: float = Field(examples=[6.0])
    high: float = Field(examples=[19.0])


class HourOut(ResponseShape):
    """An hour of a watch."""

    at: datetime
    mentions: int = Field(description="Copies included", examples=[14])
    normal: NormalOut | None = Field(
        description="What was usual, by what was known before; none in the first three days"
    )


class HoursOut(ResponseShape):
    """Mentions of a watch hour by hour, beside what was usual."""

    standing: Standing = Field(
        description="How the last 24 full hours stand: usual, above, below; learning in the first "
        "four days"
    )
    mentions_24h: int = Field(description="Mentions in the last 24 full hours", examples=[212])
    normal_24h: NormalOut | None
    history_hours: int = Field(
        description="Full hours since the first mention, at most five weeks before these days",
        examples=[996],
    )
    items: list[HourOut] = Field(description="Full hours, oldest first")
