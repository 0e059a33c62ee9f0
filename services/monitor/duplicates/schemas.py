"""Shapes of copies and of the spread of stories."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from services.monitor.posts.models import CopyKind
from shared.contracts.actors import ActorRef
from shared.schemas import Page, Prose, RequestShape, ResponseShape


class PlatformCopies(ResponseShape):
    """How one text went over one platform. The original is not counted."""

    platform: str = Field(examples=["weibo"])
    copies: int
    first_at: datetime = Field(description="When the first copy was published there")


class CopyOut(ResponseShape):
    """A post that repeats another."""

    post_id: UUID
    kind: CopyKind
    similarity: float = Field(description="Part of the shorter text that is in the longer, 0.9–1")
    platform: str
    author: str | None
    author_followers: int | None
    url: str | None
    text: str
    published_at: datetime
    separated: bool = Field(description="People judged that it is no copy")


class CopiesPage(Page[CopyOut]):
    """The copies of a text, newest first, and its way over the platforms, first seen first."""

    original_id: UUID
    total: int
    platforms: list[PlatformCopies]


class SeparationNew(RequestShape):
    """Why a post is no copy."""

    reason: Prose | None = Field(default=None, examples=["另一处变电站，不是同一件事"])


class JudgementOut(ResponseShape):
    """What a person judged: whether a post is a copy of another."""

    post_id: UUID
    original_id: UUID
    is_copy: bool
    reason: str | None
    by: ActorRef
    at: datetime


class Carrier(ResponseShape):
    """Who carried a story on a platform: posts of one author, copies and answers included."""

    author: str
    posts: int
    followers: int | None


class PlatformSpread(ResponseShape):
    """A story on one platform: `posts` with words of their own, `copies` of other posts, exact or
    near, and `answers`: reposts and answers; the accounts with most followers first."""

    platform: str = Field(examples=["weibo"])
    posts: int
    copies: int
    answers: int
    first_at: datetime
    first_post_id: UUID
    carriers: list[Carrier]


class SpreadOut(ResponseShape):
    """Where a story went (传播范围): its platforms, the one where it began first."""

    platforms: list[PlatformSpread]
