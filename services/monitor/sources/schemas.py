"""Shapes of the sources API."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt

from services.monitor.sources.models import Source, SourceKind
from shared.schemas import Line, RequestShape, ResponseShape, Slug


class SourceState(StrEnum):
    """How a source does, in a word."""

    DISABLED = "disabled"
    NEW = "new"
    OK = "ok"
    FAILING = "failing"


class SourceNew(RequestShape):
    """A place that posts come from (信息源)."""

    name: Line = Field(examples=["City news"])
    kind: SourceKind = Field(default=SourceKind.RSS, description="rss reads RSS and Atom feeds")
    url: str = Field(min_length=1, max_length=2_000, examples=["https://news.example.org/feed.xml"])
    platform: Slug = Field(
        default="rss",
        description="What its posts count as; a bridge to Weibo gives `weibo`",
        examples=["rss"],
    )
    every_minutes: StrictInt = Field(default=5, ge=1, le=1_440, description="Between two readings")
    enabled: StrictBool = True
    sample: StrictBool = False


class HealthOut(ResponseShape):
    """How reading a source goes."""

    next_at: datetime = Field(description="When it is read next")
    paused_until: datetime | None = Field(description="The site asked to be left alone until then")
    last_attempt_at: datetime | None
    last_success_at: datetime | None
    last_error: str | None = Field(description="Why the last reading failed; null after a good one")
    failures: int = Field(description="Failures in a row")
    last_entries: int = Field(description="Entries in the last document")
    last_accepted: int = Field(description="New or changed posts among them")
    last_skipped: int = Field(description="Entries that could not be read or taken")
    posts: int = Field(description="New or changed posts so far")


class SourceOut(ResponseShape):
    """A source and how it does. Its ETag is `version`."""

    id: UUID
    name: str
    kind: SourceKind
    url: str
    platform: str
    every_minutes: int
    enabled: bool
    sample: bool
    version: int
    changed_at: datetime
    state: SourceState
    health: HealthOut

    @classmethod
    def of(cls, source: Source) -> "SourceOut":
        """Read a row."""
        shown = {name: getattr(source, name) for name in cls.model_fields if name != "state"}
        return cls.model_validate(shown | {"state": _state(source)})


def _state(source: Source) -> SourceState:
    if not source.enabled:
        return SourceState.DISABLED
    if source.health.failures:
        return SourceState.FAILING
    return SourceState.OK if source.health.last_success_at else SourceState.NEW


class ReadingOut(ResponseShape):
    """A reading that was queued."""

    source_id: UUID
    status: str = Field(default="queued", examples=["queued"])
