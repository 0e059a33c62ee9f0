"""Shapes of the sources API."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field, SecretStr, StrictBool, StrictInt

from services.monitor.posts.schemas import PostNew
from services.monitor.sources.bridges import Bridge
from services.monitor.sources.connectors.registry import Kind
from services.monitor.sources.kinds import SourceKind
from services.monitor.sources.models import Source
from shared.contracts.sources import SilenceCause
from shared.schemas import Line, RequestShape, ResponseShape, Slug


class SourceState(StrEnum):
    """How a source does, in a word."""

    DISABLED = "disabled"
    NEW = "new"
    OK = "ok"
    FAILING = "failing"
    SILENT = "silent"


class SourceNew(RequestShape):
    """A place that posts come from (信息源)."""

    name: Line = Field(examples=["City news"])
    kind: SourceKind = Field(
        default=SourceKind.RSS, description="How it is read; `GET /sources/kinds` tells of each"
    )
    url: str | None = Field(
        default=None,
        min_length=1,
        max_length=2_000,
        description="Where; may be left out where the kind has an address of its own",
        examples=["https://news.example.org/feed.xml"],
    )
    platform: Slug | None = Field(
        default=None,
        description="What its posts count as; a bridge to Weibo gives `weibo`. By default as its "
        "kind says",
        examples=["rss"],
    )
    settings: dict[str, Any] = Field(
        default_factory=dict, description="Of the shape that its kind names", examples=[{}]
    )
    credentials: dict[str, SecretStr] | None = Field(
        default=None,
        max_length=20,
        description="What it signs in with, of the shape that its kind names. Kept sealed, never "
        "shown. On a change: null keeps what there is, {} forgets it",
        examples=[None],
    )
    every_minutes: StrictInt | None = Field(
        default=None, ge=1, le=1_440, description="Between two readings", examples=[5]
    )
    robots_reason: Line | None = Field(
        default=None,
        description="Why the site's robots.txt is not obeyed here: an agreement, a feed made for "
        "programs. Null: it is obeyed",
    )
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
    last_new_at: datetime | None = Field(description="When its newest post came")
    moved_to: str | None = Field(
        description="The site says that it is there from now on; write that address into `url`"
    )
    alarm: SilenceCause | None = Field(description="Why people were told that it is silent")
    alarm_since: datetime | None = Field(description="Since when it is silent")


class SourceOut(ResponseShape):
    """A source and how it does. Its ETag is `version`."""

    id: UUID
    name: str
    kind: SourceKind
    url: str
    platform: str
    settings: dict[str, Any]
    has_credentials: bool
    robots_reason: str | None
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
        derived = {
            "state": state_of(source),
            "has_credentials": source.credentials is not None,
        }
        shown = {name: getattr(source, name) for name in cls.model_fields if name not in derived}
        return cls.model_validate(shown | derived)


def state_of(source: Source) -> SourceState:
    """How a source does, in a word."""
    if not source.enabled:
        return SourceState.DISABLED
    if source.health.alarm is SilenceCause.SILENT:
        return SourceState.SILENT
    if source.health.failures:
        return SourceState.FAILING
    return SourceState.OK if source.health.last_success_at else SourceState.NEW


class ReadingOut(ResponseShape):
    """A reading that was queued."""

    source_id: UUID
    status: str = Field(default="queued", examples=["queued"])


class PreviewOut(ResponseShape):
    """What a source would bring. Nothing of it was stored."""

    error: str | None = Field(description="Why it cannot be read; null: it can")
    found: int = Field(description="Posts that it has now")
    undated: int = Field(description="Those of them that tell no time")
    skipped: int = Field(description="Entries that say nothing or cannot be a post")
    posts: list[PostNew] = Field(description="The first ten")


class KindOut(ResponseShape):
    """A kind of source: what it reads, and what it must be told."""

    kind: SourceKind
    title: str
    hint: str
    platform: str = Field(description="What its posts count as by default")
    address: str | None = Field(description="Where it reads by default; null: you must say")
    pushed: bool = Field(description="It sends by itself and is never read")
    robots: bool = Field(description="Whether the site's robots.txt is asked")
    every_minutes: int
    settings: dict[str, Any] = Field(description="JSON Schema of `settings`")
    credentials: dict[str, Any] | None = Field(
        description="JSON Schema of `credentials`; null: it signs in nowhere"
    )
    credentials_needed: bool

    @classmethod
    def of(cls, name: SourceKind, kind: Kind) -> "KindOut":
        """Read a row of the registry."""
        derived = {
            "kind": name,
            "settings": kind.settings.model_json_schema(),
            "credentials": kind.credentials.model_json_schema() if kind.credentials else None,
        }
        shown = {field: getattr(kind, field) for field in cls.model_fields if field not in derived}
        return cls.model_validate(shown | derived)


class KindsOut(ResponseShape):
    """All kinds of sources."""

    items: list[KindOut]


class BridgesOut(ResponseShape):
    """All presets, and where the house has its RSSHub."""

    items: list[Bridge]
    rsshub_url: str | None = Field(description="Where presets of RSSHub read unless a source says")


class PushOut(ResponseShape):
    """What became of a message that a source sent."""

    entries: int = Field(description="Posts that were read from it", examples=[1])
    skipped: int = Field(description="Entries that are no post", examples=[0])
    known: bool = Field(description="A message with this id was taken before", examples=[False])


class SecretOut(ResponseShape):
    """A secret that is shown once."""

    secret: str = Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
