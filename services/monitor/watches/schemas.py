"""Shapes of the watches API."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StrictBool, StringConstraints

from services.monitor.warnings.schemas import ThresholdsIn
from services.monitor.watches.strategy import Filters
from services.monitor.watches.tokens import MAX_LENGTH
from shared.contracts.actors import ActorRef
from shared.schemas import Line, Moment, RequestShape, ResponseShape

_EXPRESSION = '(@云州电力 OR "Yunzhou Power") AND (停电 NEAR/10 投诉 OR 爆炸) NOT title:招聘'
Expression = Annotated[str, StringConstraints(min_length=1, max_length=MAX_LENGTH)]
_AliasName = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=100,
        pattern=r"^[^\s()（）|｜\"“”＂「」『』,，、;；*]+$",
    ),
]


class WatchFilters(RequestShape):
    """Only posts of these count; an empty list lets all through.

    A post that does not tell its language is taken by its script: zh, ja, ko, else en.
    """

    languages: list[Line] = Field(default_factory=list, max_length=50, examples=[["zh"]])
    platforms: list[Line] = Field(default_factory=list, max_length=50, examples=[["weibo"]])
    regions: list[Line] = Field(default_factory=list, max_length=50)
    sources: list[Line] = Field(
        default_factory=list,
        max_length=50,
        description="Words in the name of the source or the host of the link",
    )
    since: Moment | None = Field(default=None, description="Published at or after")
    until: Moment | None = Field(default=None, description="Published before")

    def conditions(self) -> Filters:
        """The filters as matching takes them."""
        return Filters(
            languages=self.languages,
            platforms=self.platforms,
            regions=self.regions,
            sources=self.sources,
            since=self.since.timestamp() if self.since else None,
            until=self.until.timestamp() if self.until else None,
        )


class StrategyIn(RequestShape):
    """What a watch looks for."""

    expression: Expression = Field(examples=[_EXPRESSION])
    exclusions: list[Expression] = Field(
        default_factory=list,
        max_length=100,
        description="Expressions of posts that never count",
        examples=[["演习", "author:云州电力招聘"]],
    )
    filters: WatchFilters | None = None


class WatchNew(StrategyIn):
    """A keyword strategy (监测方案)."""

    name: Line = Field(examples=["Outages in Yunzhou"])
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
    exclusions: list[str]
    filters: WatchFilters | None
    targets: list[str]
    thresholds: dict[str, Any] | None
    enabled: bool
    sample: bool
    version: int
    changed_at: datetime


class WatchSettings(ResponseShape):
    """What people keep of a watch."""

    name: str
    expression: str
    exclusions: list[str]
    filters: WatchFilters | None
    targets: list[str]
    thresholds: dict[str, Any] | None
    enabled: bool
    sample: bool


class VersionOut(ResponseShape):
    """A watch as it was from `changed_at` on. `changes`: which settings differ from the version
    before; `restored`: the version that it took over; `changed_by` is null where it is unknown."""

    version: int
    settings: WatchSettings
    changes: list[str]
    restored: int | None
    changed_by: ActorRef | None
    changed_at: datetime


class AliasNew(RequestShape):
    """The spellings of a target; expressions name them as `@name`, which finds the name too."""

    name: _AliasName = Field(examples=["云州电力"])
    spellings: list[Line] = Field(max_length=50, examples=[["云电", "Yunzhou Power"]])


class AliasOut(ResponseShape):
    """An alias. Its ETag is `version`."""

    id: UUID
    name: str
    spellings: list[str]
    version: int
    changed_at: datetime


class SpanOut(ResponseShape):
    """A place in `title` or `text` as written: Unicode characters from `start` up to `end`."""

    part: Literal["title", "text"]
    start: int
    end: int


class MentionOut(BaseModel):
    """A post that the watch matched, with the places that made it match as the watch reads now.

    `text` is cut at 5,000 characters.
    """

    post_id: UUID
    story_id: UUID
    platform: str
    title: str | None
    text: str
    published_at: datetime
    terms: list[str]
    highlights: list[SpanOut]
