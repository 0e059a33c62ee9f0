"""Shapes of the history of indicators."""

from datetime import datetime

from pydantic import BaseModel, Field

from services.monitor.indicators.rolling import Resolution
from services.monitor.indicators.trend import Trend


class HistoryPoint(BaseModel):
    """What was said in one stretch of time, from `at` on.

    `heat`: posts an hour, decayed, at the end of the stretch; `platforms`, `sources`, `regions` and
    `authors`: how many different ones (above 64 within 13 %); `reach`: followers of all who spoke,
    once for each post; `voice`: of the largest; `negative_share`: of the posts with an opinion.
    """

    at: datetime
    posts: int
    copies: int
    positive: int
    neutral: int
    negative: int
    negative_share: float | None
    heat: float
    platforms: int
    sources: int
    regions: int
    authors: int
    reach: int
    voice: int


class WholeSpread(BaseModel):
    """How far it went over all that is shown: numbers of different ones, and impact, 0 to 100."""

    platforms: int
    sources: int
    regions: int
    authors: int
    reach: int
    voice: int
    impact: float


class ForecastPoint(BaseModel):
    """Posts and copies of the hour that begins at `at`; four times in five within the band."""

    at: datetime
    expected: float
    low: int
    high: int


class HistoryOut(BaseModel):
    """The indicators of a story or a watch over time, oldest first, one point for each stretch.

    `forecast` tells of the next six hours, from now on; it is empty where the last day has no post.
    """

    resolution: Resolution
    minutes: int = Field(description="How long one stretch is")
    points: list[HistoryPoint]
    whole: WholeSpread
    trend: Trend
    forecast: list[ForecastPoint]
