"""Shapes of trying a watch: explained, linted, previewed."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, Field, StrictInt

from services.monitor.watches.clauses import Role
from services.monitor.watches.lint import Remark
from services.monitor.watches.mistakes import Mistake
from services.monitor.watches.schemas import SpanOut, StrategyIn
from shared.schemas import Moment, RequestShape, ResponseShape


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("must be the name of a time zone, like Asia/Shanghai")
    return name


class ClauseOut(ResponseShape):
    """A part of a watch, whether it holds, and where what it asks for stands. `says` is its
    expression."""

    says: str
    kind: Literal["term", "near", "period", "not", "and", "or", "at_least"]
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
    `lost` where only the saved one does. `taken_away_by`: of a post that has what the watch asks
    for and does not match, the exclusions and filters without which it would.
    """

    post_id: UUID
    platform: str
    title: str | None
    text: str
    published_at: datetime
    terms: list[str]
    highlights: list[SpanOut]
    change: Literal["new", "lost"] | None = None
    taken_away_by: list[str] = Field(default_factory=list)


class ClauseHits(BaseModel):
    """What a part of the watch does. `role`: it asks, excludes or filters.

    `matched`: of what asks, the matching posts that have it; of what excludes or filters, the posts
    that it takes away. `alone`: those for which it alone decides. `says` is its expression.
    """

    says: str
    role: Role
    pointer: str
    matched: int
    alone: int


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
    """How often the expression matches: `matched` of `examined` posts, about `per_day` a day.

    `clauses` were tried on the newest `clauses_counted` posts that have what the watch asks for;
    `near_items` are those of them that exclusions and filters take away.
    """

    examined: int
    matched: int
    hit_rate: float
    per_day: float | None
    platforms: list[PlatformHits]
    days: list[DayHits]
    compared: Comparison | None
    clauses_counted: int
    clauses: list[ClauseHits]
    items: list[PreviewMatch]
    lost_items: list[PreviewMatch]
    near_items: list[PreviewMatch]
