"""YouTube, by its Data API v3.

Documentation: https://developers.google.com/youtube/v3/docs. A key of one's own is needed, from a
Google Cloud project with that API enabled. Limits: `youtube_quota.py`; the source stops before its
units of the day are used up, and says so. Words are searched for by search.list, channels read from
the list of their uploads (a hundredth of the price), counts by videos.list, comments by
commentThreads.list. YouTube's terms ask that what is kept is refreshed or deleted within 30 days.

A post: external_id is the id of the video or of the comment; platform "youtube"; author is the
channel's name; parent is the video of a comment, or the comment that an answer belongs to.
Engagement: likes, comments, views. Comments are read of the latest `WATCHED` videos, and only of
those whose count of comments has grown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import Field, SecretStr, model_validator

from services.monitor.sources.connectors.items import Counts, Item
from services.monitor.sources.connectors.rounds import Page, Round
from services.monitor.sources.connectors.values import as_count, as_moment, as_text, at, objects
from shared.schemas import RequestShape

# Videos whose comments are followed, the latest ones; one request tells the counts of all.
WATCHED = 50
# A search finds some videos hours after they were published.
_FOUND_WITHIN = timedelta(hours=6)
_LINK = "https://www.youtube.com/watch?v="


class YouTubeSettings(RequestShape):
    """What is read: videos that a search finds, uploads of channels, and what is said below."""

    words: str | None = Field(
        default=None, min_length=1, max_length=200, description='As typed there: "a phrase", -not'
    )
    channels: list[str] = Field(
        default_factory=list,
        max_length=20,
        description="Ids of channels, UC and 22 characters",
        examples=[["UC_x5XG1OV2P6uZZ5FSM9Ttw"]],
    )
    comments: bool = Field(default=True, description="Also what is said below the videos")
    units_a_day: int = Field(
        default=9_000,
        ge=1,
        le=10_000_000,
        description="Requests other than searches that this source may make; a project has 10,000",
        examples=[9_000],
    )
    searches_a_day: int = Field(
        default=90,
        ge=1,
        le=100_000,
        description="Searches that this source may make; a project has 100",
        examples=[90],
    )
    search_every_minutes: int = Field(default=30, ge=5, le=1_440, examples=[30])

    @model_validator(mode="after")
    def _whole(self) -> "YouTubeSettings":
        if not self.words and not self.channels:
            raise ValueError("name words to search for, or channels")
        if any(not _is_channel(channel) for channel in self.channels):
            raise ValueError("a channel's id is UC and 22 letters, digits, - or _")
        return self


def _is_channel(channel: str) -> bool:
    rest = channel.removeprefix("UC")
    return (
        len(channel) == 24 and len(rest) == 22 and rest.replace("-", "").replace("_", "").isalnum()
    )


class YouTubeCredentials(RequestShape):
    """A key of the Data API."""

    key: SecretStr


@dataclass(frozen=True, slots=True)
class Video:
    """A video whose comments are followed: `comments` as they were counted when they were last
    read, `heard` the time of the latest one that was read."""

    id: str
    published_at: datetime
    comments: int = 0
    heard: datetime | None = None

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "id": self.id,
            "published_at": self.published_at.isoformat(),
            "comments": self.comments,
            "heard": self.heard.isoformat() if self.heard else None,
        }

    @classmethod
    def of(cls, kept: Any) -> "Video | None":
        """What `kept` returned; None for anything else."""
        video, published_at = as_text(at(kept, "id")), as_moment(at(kept, "published_at"))
        if video is None or published_at is None:
            return None
        comments = as_count(at(kept, "comments")) or 0
        return cls(video, published_at, comments, as_moment(at(kept, "heard")))


def search_parameters(settings: YouTubeSettings, where: Round) -> dict[str, str]:
    """search.list: videos that hold the words, the latest first."""
    asked = {
        "part": "snippet",
        "type": "video",
        "order": "date",
        "maxResults": "50",
        "q": settings.words or "",
        "safeSearch": "none",
    }
    if where.since:
        asked["publishedAfter"] = (where.since - _FOUND_WITHIN).strftime("%Y-%m-%dT%H:%M:%SZ")
    return asked | ({"pageToken": where.at} if where.at else {})


def uploads_parameters(channel: str) -> dict[str, str]:
    """playlistItems.list: the latest uploads. Their list has the channel's id with UU in front."""
    return {"part": "contentDetails", "maxResults": "20", "playlistId": f"UU{channel[2:]}"}


def videos_parameters(ids: Iterable[str]) -> dict[str, str]:
    """videos.list: texts and counts of up to 50 videos."""
    return {"part": "snippet,statistics", "maxResults": "50", "id": ",".join(ids)}


def threads_parameters(video: str, page: str | None) -> dict[str, str]:
    """commentThreads.list: the latest comments below a video, each with its first answers."""
    asked = {
        "part": "snippet,replies",
        "maxResults": "100",
        "order": "time",
        "textFormat": "plainText",
        "videoId": video,
    }
    return asked | ({"pageToken": page} if page else {})


def _items_of(document: Any) -> list[Any]:
    items = at(document, "items")
    if not isinstance(items, list):
        raise ValueError("The answer holds no list of items.")
    return items


def read_found(document: Any) -> tuple[list[str], Page]:
    """The ids of the videos that a search found, and where its next page is.

    Raises:
        ValueError: this is no answer to a search.
    """
    found = [(as_text(at(one, "id", "videoId")), one) for one in _items_of(document)]
    stubs = [
        Item(id=video, text="", published_at=as_moment(at(one, "snippet", "publishedAt")))
        for video, one in found
        if video
    ]
    page = Page(items=stubs, next=as_text(at(document, "nextPageToken")))
    return [stub.id for stub in stubs], page


def read_uploads(document: Any) -> list[str]:
    """The ids of a channel's latest videos.

    Raises:
        ValueError: this is no list of uploads.
    """
    ids = (as_text(at(one, "contentDetails", "videoId")) for one in _items_of(document))
    return [video for video in ids if video]


def read_videos(document: Any) -> list[tuple[Item, Video]]:
    """Videos as items, and what must be known to follow their comments.

    Raises:
        ValueError: this is no list of videos.
    """
    read = []
    for one in _items_of(document):
        video, snippet, counts = as_text(at(one, "id")), at(one, "snippet"), at(one, "statistics")
        moment = as_moment(at(snippet, "publishedAt"))
        if video is None or moment is None:
            continue
        item = Item(
            id=video,
            title=as_text(at(snippet, "title")),
            text=as_text(at(snippet, "description")) or "",
            url=_LINK + video,
            author=as_text(at(snippet, "channelTitle")),
            language=as_text(at(snippet, "defaultAudioLanguage"))
            or as_text(at(snippet, "defaultLanguage")),
            counts=Counts(
                likes=as_count(at(counts, "likeCount")),
                comments=as_count(at(counts, "commentCount")),
                views=as_count(at(counts, "viewCount")),
            ),
            published_at=moment,
        )
        read.append((item, Video(video, moment, as_count(at(counts, "commentCount")) or 0)))
    return read


def read_threads(document: Any) -> Page:
    """Comments below a video, with their answers.

    Raises:
        ValueError: this is no list of threads.
    """
    items: list[Item | None] = []
    for thread in _items_of(document):
        video = as_text(at(thread, "snippet", "videoId"))
        top = at(thread, "snippet", "topLevelComment")
        items.append(_comment(top, video, video))
        replies = objects(at(thread, "replies", "comments"))
        items += [_comment(reply, video, as_text(at(top, "id"))) for reply in replies]
    return Page(items=items, next=as_text(at(document, "nextPageToken")))


def _comment(comment: Mapping[str, Any], video: str | None, parent: str | None) -> Item | None:
    number, snippet = as_text(at(comment, "id")), at(comment, "snippet")
    if number is None or video is None:
        return None
    text = as_text(at(snippet, "textOriginal")) or as_text(at(snippet, "textDisplay"))
    return Item(
        id=number,
        text=text or "",
        url=f"{_LINK}{video}&lc={number}",
        author=as_text(at(snippet, "authorDisplayName")),
        parent=parent,
        counts=Counts(likes=as_count(at(snippet, "likeCount"))),
        published_at=as_moment(at(snippet, "publishedAt")),
    )
