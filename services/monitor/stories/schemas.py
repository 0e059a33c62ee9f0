"""Shapes of the stories API."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from shared.contracts.levels import WarningLevel


class ShareOut(BaseModel):
    """A share between 0 and 1 with its 95 % interval."""

    value: float
    low: float
    high: float


class SentimentCounts(BaseModel):
    """Posts by sentiment, of the last 24 hours of the story."""

    positive: int = 0
    neutral: int = 0
    negative: int = 0


class StoryOut(BaseModel):
    """A story (舆情话题) with its newest reading.

    `heat`: posts an hour, decayed; `speed`: how many times as fast as in the hours before, null for
    a story of less than two hours; `spread`: effective number of platforms; `impact`: 0 to 100;
    `trend`: posts in each ten minutes of the last two hours of the story, oldest first.
    """

    id: UUID
    title: str
    keywords: list[str]
    watch_id: UUID
    watch_name: str
    posts: int = Field(description="With words of their own")
    copies: int = Field(description="Reposts and posts in the same words")
    platforms: list[str]
    first_post_at: datetime
    last_post_at: datetime
    level: WarningLevel | None = Field(description="Of its warning, where one is in force")
    warning_id: UUID | None
    heat: float
    speed: float | None
    spread: float
    impact: float
    negative_share: ShareOut | None
    sentiment: SentimentCounts
    trend: list[int]
    merged_into: UUID | None = Field(
        default=None, description="The story that this one went into: look there"
    )


class Rising(BaseModel):
    """The stories that need a look, the most pressing first."""

    items: list[StoryOut]
