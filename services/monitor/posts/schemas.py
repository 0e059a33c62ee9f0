"""Shapes of the posts API."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
)

from services.monitor.posts.models import CopyKind
from shared.contracts.actors import ActorRef
from shared.contracts.labels import Task
from shared.contracts.posts import PostOrigin
from shared.schemas import Moment, ResponseShape

MOST_POSTS = 1_000
_LONGEST_TEXT = 100_000
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
# Clocks of sources differ; a post may say that it is a little ahead of us, not more.
_AHEAD = timedelta(minutes=10)

# Identifiers, not texts: no control characters, so that they fit into logs and addresses.
_Name = Annotated[
    str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]+$")
]
_Platform = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
_Count = Annotated[int, Strict(), Field(ge=0, le=10**12)]


class Engagement(BaseModel):
    """What readers did with a post, as the platform counts it."""

    model_config = ConfigDict(extra="forbid")

    likes: _Count = 0
    reposts: _Count = 0
    comments: _Count = 0
    views: _Count = 0


class PostNew(BaseModel):
    """A post as a connector sends it."""

    model_config = ConfigDict(extra="forbid")

    external_id: _Name = Field(description="The platform's id of the post", examples=["5123"])
    platform: _Platform = Field(examples=["weibo"])
    text: str = Field(
        max_length=_LONGEST_TEXT, examples=["城东又停电了，打客服电话半天没人接。#云州停电#"]
    )
    published_at: Moment = Field(examples=["2026-11-01T21:04:00+08:00"])
    title: str | None = Field(default=None, max_length=1_000)
    url: str | None = Field(default=None, max_length=4_000)
    author: str | None = Field(default=None, max_length=300)
    author_followers: _Count | None = None
    parent_external_id: _Name | None = Field(
        default=None, description="The post that this one reposts or answers"
    )
    language: str | None = Field(default=None, max_length=16, examples=["zh"])
    region: str | None = Field(default=None, max_length=100)
    engagement: Engagement | None = None
    source_id: UUID | None = None


def refusal(post: PostNew, now: datetime) -> str | None:
    """Why a post of the right form is not taken all the same, or None."""
    for name in ("text", "title", "url", "author", "language", "region"):
        value = getattr(post, name)
        if value is not None and "\x00" in value:
            return f"{name} contains the character NUL, which text cannot have"
    if not post.text.strip() and not (post.title or "").strip():
        return "neither text nor title says anything"
    if post.published_at > now + _AHEAD:
        return f"published_at {post.published_at.isoformat()} lies in the future"
    if post.published_at < _OLDEST:
        return f"published_at {post.published_at.isoformat()} lies before 1990"
    return None


class Outcome(StrEnum):
    """What became of a post that was sent."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REVISED = "revised"
    REJECTED = "rejected"


class PostResult(BaseModel):
    """What became of one post. `accepted` and `revised` mean: stored, durably."""

    external_id: str
    platform: str
    status: Outcome
    id: UUID | None = None
    reason: str | None = None


class BulkNew(BaseModel):
    """Up to 1,000 posts."""

    model_config = ConfigDict(extra="forbid")

    posts: list[PostNew] = Field(min_length=1, max_length=MOST_POSTS)


class BulkOut(BaseModel):
    """A result for each post, in the order in which they were sent."""

    accepted: int
    duplicate: int
    revised: int
    rejected: int
    results: list[PostResult]


class ModelVerdict(BaseModel):
    """A label, its probability, and whether the engine is unsure of it."""

    label: str
    confidence: float
    unsure: bool


class VerdictOut(ModelVerdict):
    """The label that counts. Where a person gave it: who, and what the model says."""

    by: ActorRef | None = None
    model: ModelVerdict | None = None


class PersonsLabel(ResponseShape):
    """What a person says of a revision of the post."""

    label_id: UUID
    revision: int
    task: Task
    target: str | None
    label: str
    labelled_by: ActorRef
    labelled_at: datetime


class OpinionOut(BaseModel):
    """What a post feels and who says so."""

    sentiment: VerdictOut
    emotion: VerdictOut
    engine: str
    release: str
    revision: int


class DeletionOut(ResponseShape):
    """The post was deleted where it stood (原帖已删除)."""

    noticed_at: datetime
    cleared_at: datetime | None = Field(description="Since when its words are removed here too")
    kept_for: UUID | None = Field(description="The incident as whose evidence they stay")


class PostOut(ResponseShape):
    """A post as it reads now."""

    id: UUID
    platform: str
    external_id: str
    revision: int
    title: str | None
    text: str
    url: str | None
    author: str | None
    author_followers: int | None
    parent_external_id: str | None
    language: str | None
    region: str | None
    engagement: dict[str, Any] | None
    source_id: UUID | None
    origin: PostOrigin | None = Field(
        default=None, description="The report that brought it; null for what a source brought"
    )
    published_at: datetime
    received_at: datetime
    copy_of: UUID | None = Field(
        default=None, description="The post whose words it repeats, exactly or nearly"
    )
    copy_kind: CopyKind | None = None
    similarity: float | None = Field(default=None, description="To the original, 0.9 to 1")
    copies: int = Field(default=0, description="Posts that repeat it, or its original")
    copy_platforms: int = Field(default=0, description="On how many platforms those are")
    deleted: DeletionOut | None = Field(
        default=None, description="Null while its platform shows it, as far as is known"
    )
    watch_ids: list[UUID] = Field(default_factory=list)
    story_ids: list[UUID] = Field(default_factory=list)
    opinion: OpinionOut | None = None
    labels: list[PersonsLabel] = Field(
        default_factory=list, description="What people say of it, newest first"
    )


class RevisionOut(ResponseShape):
    """How a post read before."""

    revision: int
    title: str | None
    text: str
    replaced_at: datetime


class PostWithHistory(PostOut):
    """A post with its earlier revisions, newest first."""

    revisions: list[RevisionOut] = Field(default_factory=list)


class VolumePoint(BaseModel):
    """Posts published in one stretch of time, by sentiment where that is known."""

    at: datetime
    posts: int
    positive: int
    neutral: int
    negative: int


class Volume(BaseModel):
    """Posts over time, oldest first, `bucket` minutes apart."""

    bucket: int
    points: list[VolumePoint]
