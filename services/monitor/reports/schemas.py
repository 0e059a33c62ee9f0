"""Shapes of the reports API."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StrictInt, model_validator
from pydantic_core import PydanticCustomError

from services.monitor.pictures.schemas import PictureOut, PicturesNew
from services.monitor.reports.links import find_link
from services.monitor.reports.models import ReportState, Urgency
from shared.contracts.actors import ActorRef
from shared.contracts.posts import OriginKind
from shared.schemas import Line, Moment, Note, Prose, RequestShape, ResponseShape

# A link, or what an app wrote around it when the post was shared.
Pasted = Annotated[Note, Field(max_length=4_000)]


class ReportNew(RequestShape):
    """What somebody saw: a link, words, or a picture; one of them is enough."""

    link: Pasted = Field(
        default="",
        description="A link, or all of what an app copied when the post was shared",
        examples=["https://weibo.com/1234567890/N5abcdEfg"],
    )
    text: Note = Field(
        default="", description="What it says", examples=["城东又停电了，打客服没人接。"]
    )
    concerns: Line | None = Field(
        default=None, description="What it concerns", examples=["客服热线"]
    )
    urgency: Urgency = Urgency.NORMAL
    pictures: PicturesNew = Field(default_factory=list)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.link or self.text or self.pictures):
            raise PydanticCustomError(
                "nothing_told", "say what you saw: a link, a text or a picture"
            )
        if self.link and not self.text and find_link(self.link) is None:
            raise PydanticCustomError(
                "no_link", "link: there is no link in this; put words into text"
            )
        return self


class PastedLinkNew(RequestShape):
    """A link that becomes a post."""

    link: Annotated[Pasted, Field(min_length=1)] = Field(
        description="A link, or all of what an app copied when the post was shared",
        examples=["https://news.example.org/2026/11/01/outage.html"],
    )
    title: Line | None = None
    text: Note = Field(
        default="",
        description="What it says. Without it the page is read, which sites with a sign-in refuse",
        examples=["城东停电六小时，居民追问原因。"],
    )

    @model_validator(mode="after")
    def _has_link(self) -> Self:
        if find_link(self.link) is None:
            raise PydanticCustomError("no_link", "link: there is no link in this")
        return self


class ReceiptOut(ResponseShape):
    """What became of what was sent, at once."""

    report_id: UUID
    telling_id: UUID | None = Field(description="Yours; null for the unknown")
    post_id: UUID | None = Field(description="The post that it is now; null for a picture alone")
    platform: str = Field(examples=["weibo"])
    folded: bool = Field(description="Others had reported it before")
    reporters: int = Field(description="Known people who reported it, you included")
    anonymous: int
    state: ReportState


class TellingOut(ResponseShape):
    """What one person told."""

    id: UUID
    kind: OriginKind
    told_by: ActorRef | None
    officer_id: UUID | None
    link: str | None
    text: str
    concerns: str | None
    urgency: Urgency
    pictures: list[PictureOut]
    told_at: datetime


class ReportOut(ResponseShape):
    """A matter that people told of, and what became of it."""

    id: UUID
    kind: OriginKind
    state: ReportState
    platform: str
    link: str | None
    text: str
    urgency: Urgency = Field(description="The highest that anybody felt")
    reporters: int = Field(description="Known people who told of it")
    anonymous: int = Field(description="Times that it was told without a name")
    first_told_at: datetime
    last_told_at: datetime
    tellings: list[TellingOut] = Field(description="Who told what; the earliest 50")
    post_id: UUID | None
    watch_ids: list[UUID] = Field(description="Watches that its post is a mention of")
    story_ids: list[UUID] = Field(description="Stories that its post went into by itself")
    story_id: UUID | None = Field(description="The story that a person linked it to")
    warning_id: UUID | None
    reason: str | None = Field(description="Why it is not relevant")
    handled_by: ActorRef | None
    handled_at: datetime | None


class OwnReportOut(ResponseShape):
    """What I told, and what became of it."""

    id: UUID
    report_id: UUID
    told_at: datetime
    link: str | None
    text: str
    concerns: str | None
    urgency: Urgency
    platform: str
    pictures: list[UUID] = Field(description="Those that were not erased")
    reporters: int
    anonymous: int
    watched: bool = Field(description="A watch asked for it by itself")
    state: ReportState
    reason: str | None
    handled_at: datetime | None


class TakeUpNew(RequestShape):
    """That somebody looks into it."""

    text: Note = Field(
        default="", description="What the picture says, where nobody wrote it down yet"
    )


class ReportDismissalNew(RequestShape):
    """Why a report is not relevant; whoever told of it reads this."""

    reason: Prose = Field(examples=["That post is about a company of the same name."])


class ReportLinkingNew(RequestShape):
    """What a report belongs to: one of the two."""

    story_id: UUID | None = None
    warning_id: UUID | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.story_id is None) == (self.warning_id is None):
            raise ValueError("name either story_id or warning_id")
        return self


class Medium(StrEnum):
    """What is read, heard or seen outside the network."""

    PRESS = "press"
    RADIO = "radio"
    TELEVISION = "television"


class MediaNew(RequestShape):
    """A piece of press, radio or television, entered by hand."""

    medium: Medium
    outlet: Line = Field(description="Paper, station or programme", examples=["云州晚报 A5"])
    title: Line = Field(examples=["城东停电六小时，居民追问原因"])
    text: Note = Field(default="", description="Text or transcript")
    published_at: Moment
    reach: StrictInt | None = Field(
        default=None, ge=0, le=10**12, description="Readers or listeners, estimated"
    )
    region: Line | None = None
    link: Pasted = ""
    pictures: PicturesNew = Field(default_factory=list)


class PublicReportNew(ReportNew):
    """What somebody tells who is not signed in. Sent by the page behind the link."""

    token: Line = Field(description="The secret part of the link")
    sender: Line | None = Field(
        default=None,
        description="Tells senders apart for their quota; kept for a day, as a keyed hash",
    )
    pictures: PicturesNew = Field(default_factory=list, max_length=1)


class OpenLinkOut(ResponseShape):
    """A link that is open."""

    open: bool = True


class ReportLinkNew(RequestShape):
    """A new link; the one before it ends."""

    hourly_limit: StrictInt = Field(
        default=60, ge=1, le=10_000, description="Reports an hour that it takes from all together"
    )


class ReportLinkOut(ResponseShape):
    """The link that is open."""

    id: UUID
    path: str = Field(description="Of the page, at this system's address", examples=["/r/AZ2k…"])
    hourly_limit: int
    used_last_hour: int
    opened_by: ActorRef
    opened_at: datetime
