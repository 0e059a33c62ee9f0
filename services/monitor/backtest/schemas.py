"""Shapes of the API of back-tests."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import Field, StrictInt, model_validator

from services.monitor.backtest.comparison import Change
from services.monitor.backtest.models import BacktestStatus
from services.monitor.warnings.schemas import ThresholdsIn
from services.monitor.watches.schemas import Expression, WatchFilters
from shared.contracts.actors import ActorRef
from shared.contracts.levels import WarningLevel
from shared.contracts.warnings import Reason
from shared.schemas import Line, RequestShape, ResponseShape

_EXPRESSION = '(云州电力 OR "Yunzhou Power") AND (停电 OR 爆炸) NOT 招聘'


class BacktestChange(RequestShape):
    """What would be different about a watch; what is left out stays as it is."""

    expression: Expression | None = Field(default=None, examples=[_EXPRESSION])
    exclusions: list[Expression] | None = Field(default=None, max_length=100)
    filters: WatchFilters | None = None
    thresholds: ThresholdsIn | None = Field(
        default=None, description="All that shall differ from the defaults"
    )
    days: StrictInt = Field(default=14, ge=1, le=90, description="Posts of the last days")


class BacktestNew(BacktestChange):
    """A watch that is not saved yet."""

    name: Line = Field(default="-", examples=["Outages in Yunzhou"])
    targets: list[Line] = Field(default_factory=list, max_length=50)

    @model_validator(mode="after")
    def _has_words(self) -> Self:
        if self.expression is None:
            raise ValueError("an expression is needed to try a watch that is not saved yet")
        return self


class SideOut(ResponseShape):
    """What one of the two settings would have done.

    `matched` posts; `stories` that it warns of; `alerts`: warnings raised and risen; `levels`:
    stories by the highest level they reach; `median_lead_minutes`: from the first warning of a
    story to the time when it was hottest.
    """

    matched: int
    stories: int
    alerts: int
    alerts_a_week: float
    levels: dict[WarningLevel, int]
    median_lead_minutes: float | None


class StoryWarningOut(ResponseShape):
    """The first warning of a story by one of the settings; `lead_minutes` before its peak, and
    `before_stored_minutes` before the warning on record (below 0: after it)."""

    warned_at: datetime
    level: WarningLevel
    highest_level: WarningLevel
    lead_minutes: float
    before_stored_minutes: float | None = None
    reasons: list[Reason]


class StoredWarningOut(ResponseShape):
    """The warning that was given then."""

    id: UUID
    peak_level: WarningLevel
    raised_at: datetime


class StoryOut(ResponseShape):
    """A story that one of the settings would have warned of."""

    title: str
    first_post_at: datetime
    peak_at: datetime
    peak_heat: float
    posts: int
    change: Change
    stored_story_id: UUID | None
    stored_warning: StoredWarningOut | None = None
    present: StoryWarningOut | None
    draft: StoryWarningOut | None


class ResultOut(ResponseShape):
    """The draft beside the present settings. Opinions of posts, merges and splits are not known."""

    posts: int
    weeks: float
    present: SideOut | None
    draft: SideOut
    changes: dict[Change, int]
    stories: list[StoryOut]


class BacktestOut(ResponseShape):
    """A back-test; `progress` is the part of the time span that was read, 0 to 1."""

    id: UUID
    watch_id: UUID | None
    shadow_id: UUID | None
    name: str
    present: dict[str, Any] | None
    draft: dict[str, Any]
    since: datetime
    until: datetime
    status: BacktestStatus
    progress: float
    posts: int
    result: ResultOut | None
    error: str | None
    created_by: ActorRef
    created_at: datetime
    finished_at: datetime | None
