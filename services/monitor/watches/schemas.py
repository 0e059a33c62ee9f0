"""Shapes of the watches API."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt

from services.monitor.warnings.schemas import ThresholdsIn
from shared.schemas import Line, RequestShape, ResponseShape

_EXPRESSION = '(云州电力 OR "Yunzhou Power") AND (停电 OR 爆炸) NOT 招聘'


class WatchNew(RequestShape):
    """A keyword strategy (监测方案)."""

    name: Line = Field(examples=["Outages in Yunzhou"])
    expression: str = Field(min_length=1, max_length=2_000, examples=[_EXPRESSION])
    targets: list[Line] = Field(
        default_factory=list, max_length=50, description="Whom or what it is about"
    )
    thresholds: ThresholdsIn | None = Field(
        default=None, description="Only what differs from the defaults"
    )
    enabled: StrictBool = True
    sample: StrictBool = False


class WatchOut(ResponseShape):
    """A watch. Its ETag is `version`."""

    id: UUID
    name: str
    expression: str
    targets: list[str]
    thresholds: dict[str, Any] | None
    enabled: bool
    sample: bool
    version: int
    changed_at: datetime


class PreviewNew(RequestShape):
    """Try an expression on past posts before it goes live."""

    expression: str = Field(min_length=1, max_length=2_000, examples=[_EXPRESSION])
    examine: StrictInt = Field(
        default=2_000, ge=1, le=20_000, description="Newest posts to look at"
    )
    show: StrictInt = Field(default=20, ge=0, le=100, description="Matches to show")


class PreviewMatch(ResponseShape):
    """A past post that the expression matches, and the terms that occur in it."""

    post_id: UUID
    platform: str
    title: str | None
    text: str
    published_at: datetime
    terms: list[str]


class PreviewOut(ResponseShape):
    """How often the expression matches: `matched` of `examined` posts."""

    examined: int
    matched: int
    hit_rate: float
    items: list[PreviewMatch]
