"""Posts on their way through the house."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.actors import ActorRef
from shared.contracts.event import Event


class OriginKind(StrEnum):
    """Who brought a post, where no source did."""

    STAFF_REPORT = "staff_report"
    OFFICER_REPORT = "officer_report"
    PUBLIC_REPORT = "public_report"
    PATROL = "patrol"
    BY_HAND = "by_hand"


class PostOrigin(BaseModel):
    """Where a post that people brought comes from; `reference` is their report.

    Who they are stands in the report alone, for those who handle reports: posts are read by many.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: OriginKind
    reference: UUID | None = None


class CollectedPost(BaseModel):
    """A stored revision of a post, with all that tracking and analysis need of it.

    `published_at` is the author's clock, `received_at` ours; `interactions` sums likes, reposts and
    comments; posts of one `text_hash` say the same in the same words.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    revision: int = 1
    platform: str
    external_id: str
    text: str
    title: str | None = None
    url: str | None = None
    author: str | None = None
    author_followers: int | None = None
    parent_external_id: str | None = None
    language: str | None = None
    region: str | None = None
    interactions: int = 0
    text_hash: str | None = None
    published_at: datetime
    received_at: datetime
    # Left out for what a source brought, which is nearly all, and by older versions.
    origin: PostOrigin | None = Field(default=None, exclude_if=lambda origin: origin is None)
    # Left out for posts that were pushed, and by older versions.
    source_id: UUID | None = Field(default=None, exclude_if=lambda source: source is None)


class PostsCollected(Event):
    """New posts, or new revisions of posts, were stored. Up to 1,000 of one request."""

    posts: tuple[CollectedPost, ...]
    # False for imported history: it feeds statistics, and raises no warning.
    warn: bool = True

    def live_view(self) -> dict[str, Any]:
        """Only how many and the newest few: the stream tells, the API shows."""
        newest = self.posts[-3:]
        return {"count": len(self.posts), "newest": [str(post.id) for post in newest]}


class CopyJudged(Event):
    """A person judged whether a post is a copy of another: `is_copy` false separates the two."""

    ordered_by: ClassVar[str | None] = "post_id"

    post_id: UUID
    original_id: UUID
    is_copy: bool
    reason: str | None = None
    by: ActorRef


class SourceDue(Event):
    """It is time to read a source again."""

    live: ClassVar[bool] = False

    source_id: UUID


class ImportQueued(Event):
    """A stretch of an uploaded file waits to be read, from row `offset` on."""

    live: ClassVar[bool] = False

    import_id: UUID
    offset: int = 0


class Verdict(BaseModel):
    """One task's answer for one text: the label, its probability, and whether it is too close."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    label: str
    confidence: float = Field(ge=0, le=1)
    unsure: bool = False


class AnalysedPost(BaseModel):
    """The opinion in one revision of a post."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    revision: int
    sentiment: Verdict
    emotion: Verdict


class PostsAnalysed(Event):
    """Opinions of posts were computed; `engine` and `release` name what computed them."""

    engine: str
    release: str
    posts: tuple[AnalysedPost, ...]

    def live_view(self) -> dict[str, Any]:
        """Counts by sentiment, and who computed them."""
        counts: dict[str, int] = {}
        for post in self.posts:
            counts[post.sentiment.label] = counts.get(post.sentiment.label, 0) + 1
        return {"engine": self.engine, "release": self.release, "sentiment": counts}


class OpinionsOutdated(Event):
    """Opinions are to be given anew, by the models that are live now: the monitor sends the next
    posts after `after` (by id, none from the start) of those published in [since, until) and
    received before `received_before`.
    """

    live: ClassVar[bool] = False

    recomputation_id: UUID
    since: datetime | None = None
    until: datetime | None = None
    received_before: datetime
    after: UUID | None = None


class PostsResubmitted(Event):
    """Posts that were analysed before come again, in the order of their ids, after `after`.

    `total` is how many there are in all, told with the first; `last`: none come after these.
    """

    live: ClassVar[bool] = False

    recomputation_id: UUID
    posts: tuple[CollectedPost, ...]
    after: UUID | None = None
    total: int | None = None
    last: bool
