"""Shapes of merging and splitting stories."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.monitor.stories.models import ChangeKind
from shared.contracts.actors import ActorRef
from shared.schemas import Line, Prose, RequestShape, ResponseShape

_ONE = "0199c0de-0000-7000-8000-000000000001"
_TWO = "0199c0de-0000-7000-8000-000000000002"


class MergeNew(RequestShape):
    """Which other story is the same matter: `into` it, or together `with` it into this one."""

    into: UUID | None = Field(default=None, description="The story that goes on", examples=[_ONE])
    with_story: UUID | None = Field(
        default=None, alias="with", description="The story that goes into this one"
    )
    reason: Prose = Field(examples=["Both are about the outage in the east of the city."])

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.into is None) == (self.with_story is None):
            raise ValueError("name either `into` or `with`, the other story")
        return self


class SplitNew(RequestShape):
    """What leaves the story: these posts or those with a word, and what repeats them."""

    post_ids: list[UUID] = Field(default_factory=list, max_length=5_000, examples=[[_TWO]])
    term: Line | None = Field(default=None, description="A word or phrase", examples=["电价"])
    reason: Prose = Field(examples=["The tariff has nothing to do with the outage."])

    @model_validator(mode="after")
    def _something_is_chosen(self) -> Self:
        if bool(self.post_ids) == (self.term is not None):
            raise ValueError("name either `post_ids` or a `term`")
        return self


class UndoNew(RequestShape):
    """Why a change is taken back."""

    reason: Prose = Field(examples=["They are two incidents after all."])


class ChangeOut(ResponseShape):
    """A merge or a split.

    Merged: `other_id` went into `story_id`. Split: posts of `story_id` became `other_id`. `posts`:
    how many were moved. `grounds`: what the system saw, where it acted by rule.
    """

    id: UUID
    kind: ChangeKind
    story_id: UUID
    other_id: UUID
    story_title: str
    other_title: str
    posts: int
    reason: str
    grounds: dict[str, Any] | None
    made_by: ActorRef
    made_at: datetime
    undone_by: ActorRef | None
    undone_at: datetime | None
    undone_reason: str | None


class AlikeOut(BaseModel):
    """A story that may be the same matter, and why: what both speak of, in which time."""

    story_id: UUID
    title: str
    posts: int
    last_post_at: datetime
    likeness: float = Field(description="0 to 1")
    words: list[str] = Field(description="What both speak of, the most telling first")
    hours_apart: float = Field(description="Between the newest posts of the two")
    bridges: int = Field(description="Posts that carry hashtags of both")
    reason: str
    reason_zh: str


class AlikeList(BaseModel):
    """Stories that may be the same matter, the likeliest first."""

    items: list[AlikeOut]


class ExampleOut(BaseModel):
    """A post of a piece."""

    post_id: UUID
    platform: str
    text: str
    published_at: datetime


class PieceOut(BaseModel):
    """Posts of a story that are alike among themselves, and might be another matter.

    `post_ids` splits them off; `along`: how many would go with them, as they repeat or answer them.
    """

    posts: int
    along: int
    words: list[str] = Field(description="What tells them from the others")
    examples: list[ExampleOut]
    post_ids: list[UUID]


class PieceList(BaseModel):
    """What a story might fall into, the largest first. `read`: posts with words of their own that
    were compared, the newest; `stay`: posts that would stay if all of these left."""

    items: list[PieceOut]
    read: int
    stay: int
