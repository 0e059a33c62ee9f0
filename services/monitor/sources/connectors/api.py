"""A JSON API as one reading uses it: within its time, and with errors in words."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import httpx

from services.monitor.sources.connectors.items import Item, to_posts
from services.monitor.sources.connectors.limits import pause_after, until_reset
from services.monitor.sources.connectors.protocol import Harvest, Order
from services.monitor.sources.connectors.rounds import Page, Round
from services.monitor.sources.connectors.values import NoJsonError, as_text, at, read_json
from services.monitor.sources.entries import Origin, Posts
from services.monitor.sources.fetching import NOTHING_KNOWN, Ask, Document, FetchError, Validators
from services.monitor.sources.web import Web

T = TypeVar("T")

# Errors that APIs explain in their body; a redirect or a success never gets here.
_EXPLAINED = frozenset({400, 401, 403, 404, 410, 422, 429, 503})
# A page that was named yesterday is gone today: the round begins anew.
_LOST_PAGE = frozenset({400, 404, 410, 422})
# No request is begun when less than this is left of a reading, in seconds.
_BREATH = 2.0
_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What an API answered. Names of headers are in lower case; `pause` is the one it asks for."""

    document: Any
    headers: Mapping[str, str]
    url: str
    validators: Validators
    pause: timedelta | None


class ApiError(FetchError):
    """An API refused a request. `document` is what it said, where that is JSON."""

    document: Any = None


class Api:
    """The API that a source is read from, for the time of one reading."""

    def __init__(self, order: Order, web: Web, headers: Mapping[str, str] | None = None) -> None:
        self.order = order
        self._web = web
        self._headers = {"accept": "application/json"} | dict(headers or {})
        self._ends_at = time.monotonic() + web.seconds

    def with_headers(self, headers: Mapping[str, str]) -> "Api":
        """The same reading, with more headers."""
        api = Api(self.order, self._web, self._headers | dict(headers))
        api._ends_at = self._ends_at
        return api

    @property
    def has_time(self) -> bool:
        """Whether another request may be begun."""
        return self._ends_at - time.monotonic() > _BREATH

    async def get(self, url: str, parameters: Mapping[str, str]) -> Answer:
        """Ask for a document.

        Raises:
            FetchError: it cannot be had, or is no JSON.
        """
        answer = await self.get_changed(url, parameters, NOTHING_KNOWN)
        if answer is None:
            raise FetchError("The site says that nothing changed, which it was not asked.")
        return answer

    async def get_changed(
        self, url: str, parameters: Mapping[str, str], known: Validators
    ) -> Answer | None:
        """Ask for a document; None if it is the one that `known` describes.

        Raises:
            FetchError: it cannot be had, or is no JSON.
        """
        address = str(httpx.URL(url).copy_merge_params(parameters)) if parameters else url
        return await self._ask(
            Ask(address, headers=self._headers, known=known, explained=_EXPLAINED)
        )

    async def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> Any:
        """Send something, for a session; the document of the answer.

        Raises:
            FetchError: as `get`.
        """
        answer = await self._ask(
            Ask(
                url,
                headers=self._headers | dict(headers),
                method="POST",
                content=content,
                explained=_EXPLAINED,
            )
        )
        return answer.document if answer else None

    async def _ask(self, ask: Ask) -> Answer | None:
        left = self._ends_at - time.monotonic()
        try:
            async with asyncio.timeout(max(left, 0)):
                document = await self._web.fetch(ask, obeys_robots=self.order.obeys_robots)
        except TimeoutError as error:
            raise FetchError("The site did not answer in time.") from error
        if document is None:
            return None
        if document.status in _EXPLAINED:
            raise self._refused(document)
        try:
            read = read_json(document.body)
        except NoJsonError as error:
            raise FetchError(str(error)) from error
        return Answer(
            document=read,
            headers=document.headers,
            url=document.url,
            validators=document.validators,
            pause=pause_after(document.headers, self.order.now),
        )

    def _refused(self, document: Document) -> ApiError:
        try:
            said = read_json(document.body)
        except NoJsonError:
            said = None
        asked = until_reset(document.headers, self.order.now) if document.status == 429 else None
        error = ApiError(
            _words(document.status, self.order.credentials is not None, _reason(said)),
            retry_after=document.retry_after or (asked.total_seconds() if asked else None),
            status=document.status,
        )
        error.document = said
        return error


def _words(status: int, signed_in: bool, reason: str) -> str:
    match status:
        case 401 | 403 if signed_in:
            said = f"The site does not accept these credentials ({status})"
        case 401 | 403:
            said = f"The site wants credentials, or does not let us read this ({status})"
        case 429:
            said = "The site was asked too often (429)"
        case _:
            said = f"The site answered {status}"
    return f"{said}: {reason}" if reason else f"{said}."


def _reason(document: Any) -> str:
    """What an API says of an error: in one line, wherever it usually stands."""
    places: tuple[tuple[str, ...], ...] = (
        ("error", "message"),
        ("error_description",),
        ("message",),
        ("detail",),
        ("error",),
        ("reason",),
    )
    for place in places:
        if text := as_text(at(document, *place)):
            return " ".join(text.split())[:_LONGEST_REASON]
    return ""


ReadPage = Callable[[Round], Awaitable[tuple[Page, timedelta | None]]]


async def walk(api: Api, read: ReadPage, *, pages: int, oldest_first: bool = False) -> Harvest:
    """Read up to `pages` pages from where the last reading left the round; what was read before one
    fails is kept. The cursor holds where the round stands then.

    Raises:
        FetchError: the first page fails. One that an earlier reading was told of may have gone:
            then the round begins anew.
    """
    order = api.order
    where = Round.of(at(order.cursor, "round"))
    items: list[Item | None] = []
    pause = None
    for number in range(pages):
        if number and not api.has_time:
            break
        try:
            page, pause = await read(where)
        except FetchError as error:
            if number:
                # It is tried again at the next reading, not at once.
                pause = timedelta(seconds=error.retry_after or 1)
                break
            if not (where.begun and error.status in _LOST_PAGE):
                raise
            where = Round(since=where.since)
            page, pause = await read(where)
        items += page.items
        where = where.after(page, order.now, oldest_first=oldest_first)
        if pause is not None or not where.begun:
            break
    return Harvest(
        posts=posts_of(items, order),
        cursor={"round": where.kept()},
        more=where.begun and pause is None,
        pause=pause,
    )


def posts_of(items: Sequence[Item | None], order: Order) -> Posts:
    """The posts in what a source told."""
    origin = Origin(source_id=order.source_id, platform=order.platform, url=order.url)
    return to_posts(items, origin, order.now)


def shaped(read: Callable[[Any], T], document: Any) -> T:
    """What `read` makes of a document.

    Raises:
        FetchError: it is not what `read` expects.
    """
    try:
        return read(document)
    except ValueError as error:
        raise FetchError(str(error)) from error
