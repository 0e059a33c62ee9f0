"""A reading of YouTube: what is asked for, in which order, and when it is enough for today."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from services.monitor.sources.connectors.api import Api, ApiError, posts_of, shaped
from services.monitor.sources.connectors.items import Item
from services.monitor.sources.connectors.protocol import Harvest, Order
from services.monitor.sources.connectors.rounds import Round
from services.monitor.sources.connectors.values import as_moment, as_text, at, objects
from services.monitor.sources.connectors.youtube import (
    WATCHED,
    Video,
    YouTubeCredentials,
    YouTubeSettings,
    read_found,
    read_threads,
    read_uploads,
    read_videos,
    search_parameters,
    threads_parameters,
    uploads_parameters,
    videos_parameters,
)
from services.monitor.sources.connectors.youtube_quota import Quota, next_day
from services.monitor.sources.fetching import FetchError
from services.monitor.sources.web import Web

T = TypeVar("T")

# Of the comments that are new below one video, at most so many pages of 100 in one reading.
_PAGES_OF_COMMENTS = 3
_AT_ONCE = 50
_SPENT = frozenset({"quotaExceeded", "dailyLimitExceeded"})
# A video without comments is no fault of the source.
_SILENT = frozenset({"commentsDisabled", "videoNotFound", "forbidden"})


class QuotaSpentError(FetchError):
    """The units of the day are used up."""


class YouTubeConnector:
    """Reads videos and what is said below them, within the units of a day."""

    async def collect(self, order: Order, web: Web) -> Harvest | None:
        """Read what is new.

        Raises:
            FetchError: nothing can be had.
        """
        key = order.credentials_as(YouTubeCredentials).key.get_secret_value()
        # As a header: an address with a key in it ends up in logs.
        visit = _Visit(Api(order, web, {"x-goog-api-key": key}))
        pause = None
        try:
            await visit.look_around()
        except QuotaSpentError:
            pause = next_day(order.now)
        except FetchError:
            if not visit.answered:
                raise
        return Harvest(
            posts=posts_of(visit.items, order),
            cursor=visit.kept(),
            pause=pause,
            gone=frozenset(visit.gone),
        )


class _Visit:
    """One reading. What it has learned so far is kept, however it ends."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._order = api.order
        self._settings = api.order.settings_as(YouTubeSettings)
        cursor = api.order.cursor
        self._quota = Quota.of(at(cursor, "quota"), api.order.now)
        self._round = Round.of(at(cursor, "round"))
        self._searched_at = as_moment(at(cursor, "searched_at"))
        videos = (Video.of(kept) for kept in objects(at(cursor, "videos")))
        self._watched = {video.id: video for video in videos if video}
        self.items: list[Item | None] = []
        self.gone: set[str] = set()
        self.answered = False

    def kept(self) -> dict[str, Any]:
        """The cursor."""
        latest = sorted(self._watched.values(), key=lambda video: video.published_at)[-WATCHED:]
        return {
            "quota": self._quota.kept(),
            "round": self._round.kept(),
            "searched_at": self._searched_at.isoformat() if self._searched_at else None,
            "videos": [video.kept() for video in latest],
        }

    async def look_around(self) -> None:
        """Search, look at the channels, count, and read the comments that came."""
        found = [*(await self._search()), *(await self._uploads())]
        grown = await self._count(dict.fromkeys([*found, *self._watched]))
        if self._settings.comments:
            for video in grown:
                await self._hear(video)

    async def _search(self) -> list[str]:
        left = self._settings.searches_a_day - self._quota.searches
        if not self._settings.words or left <= 0 or not self._search_is_due():
            return []
        asked = search_parameters(self._settings, self._round)
        try:
            ids, page = await self._get("search", asked, read_found)
        except QuotaSpentError:
            # Searches have a quota of their own: what was found before can still be looked at.
            self._quota = self._quota.searched(left)
            return []
        self._quota = self._quota.searched()
        self._round = self._round.after(page, self._order.now)
        self._searched_at = self._order.now
        return ids

    def _search_is_due(self) -> bool:
        every = timedelta(minutes=self._settings.search_every_minutes)
        return (
            self._round.begun
            or self._searched_at is None
            or self._order.now - self._searched_at >= every
        )

    async def _uploads(self) -> list[str]:
        ids: list[str] = []
        for channel in self._settings.channels:
            asked = uploads_parameters(channel)
            ids += await self._get("playlistItems", asked, read_uploads)
        return ids

    async def _count(self, wanted: Iterable[str]) -> list[Video]:
        """Read texts and counts; those below which there is something new to be read. A video that
        is asked for and not told of was deleted, or is not public any more."""
        grown = []
        ids = list(wanted)
        for start in range(0, len(ids), _AT_ONCE):
            asked = ids[start : start + _AT_ONCE]
            told = await self._get("videos", videos_parameters(asked), read_videos)
            absent = set(asked) - {item.id for item, _ in told}
            self.gone |= absent
            for video in absent:
                self._watched.pop(video, None)
            for item, counted in told:
                self.items.append(item)
                known = self._watched.setdefault(counted.id, replace(counted, comments=0))
                if counted.comments > known.comments:
                    grown.append(replace(counted, heard=known.heard))
        return grown

    async def _hear(self, video: Video) -> None:
        """Read the comments below a video, back to the latest one that was read before."""
        heard, token = video.heard, None
        for _ in range(_PAGES_OF_COMMENTS if video.heard else 1):
            if not self._api.has_time:
                return
            try:
                asked = threads_parameters(video.id, token)
                page = await self._get("commentThreads", asked, read_threads)
            except ApiError as error:
                if _reasons(error.document).isdisjoint(_SILENT):
                    raise
                break
            self.items += page.items
            moments = [item.published_at for item in page.items if item and item.published_at]
            heard = max([*moments, *filter(None, [heard])], default=None)
            token = page.next
            if token is None or not moments or (video.heard and min(moments) <= video.heard):
                break
        self._watched[video.id] = replace(video, heard=heard)

    async def _get(self, what: str, asked: Mapping[str, str], read: Callable[[Any], T]) -> T:
        if what != "search":
            if self._quota.used >= self._settings.units_a_day:
                raise QuotaSpentError("The source has used its units of the day.")
            self._quota = self._quota.spent()
        try:
            answer = await self._api.get(f"{self._order.url.rstrip('/')}/youtube/v3/{what}", asked)
        except ApiError as error:
            if not _reasons(error.document).isdisjoint(_SPENT):
                raise QuotaSpentError(str(error)) from error
            raise
        found = shaped(read, answer.document)
        self.answered = True
        return found


def _reasons(document: Any) -> set[str]:
    """Why Google refused something: https://developers.google.com/youtube/v3/docs/errors"""
    reasons = (as_text(at(one, "reason")) for one in objects(at(document, "error", "errors")))
    return {reason for reason in reasons if reason}
