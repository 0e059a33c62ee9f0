"""Hacker News, by the search of Algolia.

Documentation: https://hn.algolia.com/api. No key. Limits: 10,000 requests an hour for one address,
1,000 hits a query. (The Firebase API answers one item a request: a thousand requests where this
needs one.)

A post: external_id is the item's number; platform "hackernews"; a story has its title and text, a
comment its text with the story's title left out; parent is what a comment answers. Engagement:
points and comments of a story. Items that were deleted have no author and no text, and are skipped.

Newest first, by `created_at_i`; a page is asked for by the time of the last hit before it, so that
the limit of 1,000 hits is never met and items that come in meanwhile shift nothing.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pydantic import Field

from services.monitor.sources.connectors.api import Api, shaped, walk
from services.monitor.sources.connectors.items import Counts, Item
from services.monitor.sources.connectors.protocol import Harvest, Order
from services.monitor.sources.connectors.rounds import Page, Round
from services.monitor.sources.connectors.values import as_count, as_moment, as_text, at, objects
from services.monitor.sources.plain_text import plain_text
from services.monitor.sources.web import Web
from shared.schemas import RequestShape

PAGE = 100
_PAGES = 10
_ITEM = "https://news.ycombinator.com/item?id="


class HackerNewsSettings(RequestShape):
    """What is read: items that hold the words, or all."""

    words: str = Field(
        default="",
        max_length=200,
        description='Empty for everything; "in quotes" for a phrase',
        examples=["groundswell"],
    )
    read: Literal["all", "stories", "comments"] = Field(default="all", examples=["all"])


_TAGS = {"all": "(story,comment,poll)", "stories": "(story,poll)", "comments": "comment"}


def parameters(settings: HackerNewsSettings, where: Round) -> dict[str, str]:
    """The query of the page at which `where` stands."""
    bounds = []
    if where.from_time:
        bounds.append(f"created_at_i>={int(where.from_time.timestamp())}")
    if where.at:
        bounds.append(f"created_at_i<={where.at}")
    asked = {
        "query": settings.words,
        "tags": _TAGS[settings.read],
        "hitsPerPage": str(PAGE),
        # Whoever asks for "bank" does not mean "bark", nor "banking".
        "typoTolerance": "false",
        "queryType": "prefixNone",
    }
    return asked | ({"numericFilters": ",".join(bounds)} if bounds else {})


def read_page(document: Any) -> Page:
    """The hits, and the time of the last one as the token of the next page.

    Raises:
        ValueError: this is no answer to a search.
    """
    hits = at(document, "hits")
    if not isinstance(hits, list):
        raise ValueError("The answer holds no list of hits.")
    times = [
        time for hit in objects(hits) if (time := as_count(at(hit, "created_at_i"))) is not None
    ]
    more = len(hits) >= PAGE and times and min(times) < max(times)
    return Page(
        items=[_item(hit) if isinstance(hit, dict) else None for hit in hits],
        next=str(min(times)) if more else None,
    )


def _item(hit: Mapping[str, Any]) -> Item | None:
    number = as_text(at(hit, "objectID"))
    author = as_text(at(hit, "author"))
    if number is None or not number.isdigit() or author is None:
        return None
    words = as_text(at(hit, "comment_text")) or as_text(at(hit, "story_text")) or ""
    return Item(
        id=number,
        title=as_text(at(hit, "title")),
        text=plain_text(words),
        url=_ITEM + number,
        author=author,
        parent=as_text(at(hit, "parent_id")),
        counts=Counts(
            likes=as_count(at(hit, "points")), comments=as_count(at(hit, "num_comments"))
        ),
        published_at=_moment(at(hit, "created_at_i")) or as_moment(at(hit, "created_at")),
    )


def _moment(seconds: Any) -> datetime | None:
    count = as_count(seconds)
    return datetime.fromtimestamp(count, UTC) if count and count < 10**11 else None


class HackerNewsConnector:
    """Reads what a search finds, back to what is known."""

    async def collect(self, order: Order, web: Web) -> Harvest | None:
        """Read what is new.

        Raises:
            FetchError: it cannot be had.
        """
        settings = order.settings_as(HackerNewsSettings)
        api = Api(order, web)
        address = f"{order.url.rstrip('/')}/api/v1/search_by_date"

        async def page(where: Round) -> tuple[Page, timedelta | None]:
            answer = await api.get(address, parameters(settings, where))
            return shaped(read_page, answer.document), answer.pause

        return await walk(api, page, pages=_PAGES)
