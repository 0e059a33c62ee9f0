"""Shapes of the statistics of a source, and of what is covered."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from shared.contracts.sources import SilenceCause
from shared.schemas import ResponseShape


class DayOut(ResponseShape):
    """A day (UTC) of a source."""

    day: date
    posts: int = Field(description="New posts; those of a first reading are not counted")
    known: int = Field(description="Posts that had come before")
    readings: int = Field(description="Readings that went well")
    failures: int = Field(description="Readings that failed")


class LagOut(ResponseShape):
    """Seconds from when a post was published until it was here."""

    median: float
    p90: float


class UsualOut(ResponseShape):
    """What a source usually brings, learned from its past eight weeks."""

    rates: list[float] = Field(
        description="Posts an hour, for each hour of the week from Monday 0 o'clock UTC"
    )
    dispersion: float = Field(description="Variance over mean of an hour's posts; 1: Poisson")
    longest_gap: int = Field(description="The most hours without a post")
    hours: int = Field(description="Hours from which it was learned")
    posts: int = Field(description="Posts from which it was learned")
    learned_at: datetime


class AlarmOut(ResponseShape):
    """A time in which a source was silent."""

    cause: SilenceCause
    since: datetime
    began_at: datetime
    ended_at: datetime | None
    reason: str
    reason_zh: str


class StatisticsOut(ResponseShape):
    """How a source does. Shares and lags are those of its newest posts, `sampled` of them."""

    source_id: UUID
    days: list[DayOut]
    posts_a_day: float | None = Field(description="Over the days since it was first read")
    sampled: int
    mentions_share: float | None = Field(description="Posts that a watch matched, of 1")
    copies_share: float | None = Field(description="Posts whose words had come before, of 1")
    lag: LagOut | None
    first_reports: int = Field(description="Stories whose first post came from here")
    usual: UsualOut | None
    alarms: list[AlarmOut]


class PlatformOut(ResponseShape):
    """What is covered of a platform, and how fresh it is."""

    platform: str
    sources: int = Field(description="In service")
    ok: int
    failing: int
    silent: int
    disabled: int
    posts_24h: int
    usual_24h: float | None = Field(description="Posts to be expected in these 24 hours")
    last_post_at: datetime | None = Field(description="When the newest post came")
    stalest_at: datetime | None = Field(
        description="The last good reading of the source that waits longest for one"
    )


class CoverageOut(ResponseShape):
    """What is covered, by platform."""

    items: list[PlatformOut]


class VolumeOut(ResponseShape):
    """New posts of a source, day by day (UTC), the oldest first; today is the last."""

    source_id: UUID
    posts: list[int]


class VolumesOut(ResponseShape):
    """New posts of all sources that were read in these days."""

    days: int
    items: list[VolumeOut]
