"""Shapes of the watches API."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, Field, StrictBool, StrictInt, StringConstraints

from services.monitor.warnings.schemas import ThresholdsIn
from services.monitor.watches.lint import Remark
from services.monitor.watches.mistakes import Mistake
from services.monitor.watches.strategy import Filters
from services.monitor.watches.tokens import MAX_LENGTH
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


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("must be the name of a time zone, like Asia/Shanghai")
    return name


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

    part: str
    start: int
    end: int


class ClauseOut(ResponseShape):
    """A part of a watch, whether it holds, and where what it asks for stands.

    `kind`: term, near, period, not, and, or, at_least; `says` is its expression.
    """

    says: str
    kind: str
    holds: bool
    spans: list[SpanOut]
    operands: list["ClauseOut"]


class PostTried(RequestShape):
    """A post that need not be stored."""

    text: str = Field(max_length=100_000, examples=["城东又停电了，打客服电话投诉半天没人接。"])
    title: str = Field(default="", max_length=1_000)
    author: str = Field(default="", max_length=300)
    platform: str = Field(default="", max_length=64)
    region: str = Field(default="", max_length=100)
    language: str = Field(default="", max_length=16)
    source: str = Field(default="", max_length=300)
    published_at: Moment | None = None


class ExplainNew(RequestShape):
    """Why does this watch match this post, or not? Give a stored watch by `watch_id` or what it
    looks for by `strategy`, and a stored post by `post_id` or one by `post`."""

    watch_id: UUID | None = None
    strategy: StrategyIn | None = None
    post_id: UUID | None = None
    post: PostTried | None = None


class ExplainOut(BaseModel):
    """Whether the watch matches, every clause of it, and the places to highlight."""

    matches: bool
    clause: ClauseOut
    highlights: list[SpanOut]
    title: str
    text: str


class FindingOut(BaseModel):
    """A remark on a watch. `severity` is error (it cannot be saved) or warning; `pointer` names the
    part, `position` the character in it; `values` stand in the sentence.

    Of what cannot be read (`code` is unreadable), `mistake` says why and `suggestion` how that part
    could be written.
    """

    code: Remark
    severity: Literal["error", "warning"]
    message: str
    pointer: str
    position: int
    values: dict[str, str]
    mistake: Mistake | None = None
    suggestion: str | None = None


class LintOut(BaseModel):
    """What is probably not meant. `hit_rate`: of the `examined` newest posts."""

    savable: bool
    findings: list[FindingOut]
    examined: int
    matched: int
    hit_rate: float


class PreviewNew(StrategyIn):
    """Try a watch on past posts before it goes live."""

    watch_id: UUID | None = Field(default=None, description="The saved watch to compare with")
    examine: StrictInt = Field(
        default=2_000, ge=1, le=20_000, description="Newest posts to look at"
    )
    show: StrictInt = Field(default=20, ge=0, le=100, description="Matches to show")
    time_zone: Annotated[str, AfterValidator(_known_zone)] = Field(
        default="UTC", description="In which days are counted", examples=["Asia/Shanghai"]
    )

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which days are counted."""
        return ZoneInfo(self.time_zone)


class PreviewMatch(BaseModel):
    """A past post that the expression matches, the terms that occur in it, and where.

    `text` is cut at 5,000 characters. `change`: `new` where the saved watch does not match it,
    `lost` where only the saved one does.
    """

    post_id: UUID
    platform: str
    title: str | None
    text: str
    published_at: datetime
    terms: list[str]
    highlights: list[SpanOut]
    change: str | None = None


class PlatformHits(BaseModel):
    """How often it matches on one platform."""

    platform: str
    examined: int
    matched: int


class DayHits(BaseModel):
    """How often it matches of the posts of one day."""

    day: date
    examined: int
    matched: int


class Comparison(BaseModel):
    """Against the saved watch: what it matches of the same posts, what would be new or lost."""

    matched: int
    new: int
    lost: int


class PreviewOut(BaseModel):
    """How often the expression matches: `matched` of `examined` posts."""

    examined: int
    matched: int
    hit_rate: float
    platforms: list[PlatformHits]
    days: list[DayHits]
    compared: Comparison | None
    items: list[PreviewMatch]
    lost_items: list[PreviewMatch]


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
