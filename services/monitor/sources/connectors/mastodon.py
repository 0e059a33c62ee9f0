"""Mastodon, and servers that speak its API (Pleroma, Akkoma, GoToSocial, Sharkey).

Documentation: https://docs.joinmastodon.org/methods/timelines/ and /methods/search/. Limits: 300
requests in 5 minutes for one address, told in X-RateLimit-Remaining and X-RateLimit-Reset; 40
statuses a page. Many servers show public timelines to signed-in applications only: they need an
access token with the scope read:statuses (search: read:search).

A post: external_id is the status' `uri`, the same on every server that shows it; platform
"mastodon"; author is name@server; a boost is a post of its own whose parent is what it boosts; an
edit is a revision. An answer names its parent where that is on the same page: a status knows the
local number of its parent only. Engagement: favourites, boosts, replies as this server counts them.

The newest page is read each time: it shows edits and counts again. What came in between that page
and the last reading is read forwards from there (`min_id`), page by page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from pydantic import Field, SecretStr, model_validator

from services.monitor.sources.connectors.api import Api, posts_of, shaped
from services.monitor.sources.connectors.items import Counts, Item
from services.monitor.sources.connectors.protocol import Harvest, Order
from services.monitor.sources.connectors.values import (
    as_count,
    as_moment,
    as_number,
    as_text,
    at,
    objects,
)
from services.monitor.sources.plain_text import plain_text
from services.monitor.sources.web import Web
from shared.schemas import RequestShape

PAGE = 40
_PAGES = 12


class MastodonSettings(RequestShape):
    """What is read of a server: a hashtag, its public timeline, or a search for words."""

    timeline: Literal["hashtag", "public", "search"] = Field(examples=["hashtag"])
    hashtag: str | None = Field(
        default=None,
        pattern=r"^[^\s#/?&]{1,100}$",
        description="Without the #; for `hashtag`",
        examples=["云州停电"],
    )
    words: str | None = Field(
        default=None, min_length=1, max_length=200, description="For `search`", examples=["停电"]
    )
    local: bool = Field(default=False, description="Only posts of this server's own people")

    @model_validator(mode="after")
    def _whole(self) -> "MastodonSettings":
        if self.timeline == "hashtag" and not self.hashtag:
            raise ValueError("name the hashtag")
        if self.timeline == "search" and not self.words:
            raise ValueError("name the words to search for")
        return self


class MastodonCredentials(RequestShape):
    """An access token of an application (Preferences, Development)."""

    token: SecretStr


@dataclass(frozen=True, slots=True)
class Statuses:
    """One page of statuses; `ids` are their numbers on this server, the newest first."""

    items: Sequence[Item | None]
    ids: Sequence[int]


def address(server: str, settings: MastodonSettings) -> str:
    """The API address of what is to be read."""
    base = server.rstrip("/")
    match settings.timeline:
        case "hashtag":
            return f"{base}/api/v1/timelines/tag/{quote(settings.hashtag or '', safe='')}"
        case "public":
            return f"{base}/api/v1/timelines/public"
        case "search":
            return f"{base}/api/v2/search"


def parameters(settings: MastodonSettings, *, min_id: int | None = None) -> dict[str, str]:
    """The query of one page: the newest, or the one that follows `min_id`."""
    asked = {"limit": str(PAGE)}
    if settings.timeline == "search":
        asked |= {"q": settings.words or "", "type": "statuses"}
    elif settings.local:
        asked["local"] = "true"
    if min_id is not None:
        asked["min_id"] = str(min_id)
    return asked


def read_page(document: Any, server: str) -> Statuses:
    """The statuses of a timeline or of an answer to a search.

    Raises:
        ValueError: this is neither.
    """
    listed = at(document, "statuses") if isinstance(document, dict) else document
    if not isinstance(listed, list):
        raise ValueError("The server's answer holds no list of statuses.")
    host = urlsplit(server).hostname or ""
    uris = {
        number: uri
        for status in objects(listed)
        if (uri := as_text(at(status, "uri"))) and (number := as_number(at(status, "id")))
    }
    return Statuses(
        items=[
            _item(status, host, uris) if isinstance(status, dict) else None for status in listed
        ],
        ids=sorted(uris, reverse=True),
    )


def _item(status: Mapping[str, Any], host: str, uris: Mapping[int, str]) -> Item | None:
    uri = as_text(at(status, "uri"))
    if uri is None:
        return None
    boosted = at(status, "reblog")
    said = boosted if isinstance(boosted, dict) else status
    parent = as_text(at(boosted, "uri")) or uris.get(as_number(at(status, "in_reply_to_id")) or 0)
    name = as_text(at(status, "account", "acct"))
    return Item(
        id=uri,
        text=_text(said),
        url=as_text(at(status, "url")) or as_text(at(said, "url")),
        author=f"{name}@{host}" if name and "@" not in name else name,
        followers=as_count(at(status, "account", "followers_count")),
        parent=parent,
        language=as_text(at(said, "language")),
        counts=Counts(
            likes=as_count(at(said, "favourites_count")),
            reposts=as_count(at(said, "reblogs_count")),
            comments=as_count(at(said, "replies_count")),
        ),
        published_at=as_moment(at(status, "created_at")),
    )


def _text(status: Mapping[str, Any]) -> str:
    """The words of a status: the warning in front of it, itself, what its pictures show, and the
    choices of its poll."""
    pictures = (as_text(at(one, "description")) for one in objects(at(status, "media_attachments")))
    choices = (as_text(at(one, "title")) for one in objects(at(status, "poll", "options")))
    words = [
        as_text(at(status, "spoiler_text")),
        plain_text(as_text(at(status, "content")) or ""),
        *pictures,
        *choices,
    ]
    return "\n".join(part for part in words if part)


class MastodonConnector:
    """Reads the newest statuses, and those between them and what is known."""

    async def collect(self, order: Order, web: Web) -> Harvest | None:
        """Read what is new.

        Raises:
            FetchError: it cannot be had.
        """
        settings = order.settings_as(MastodonSettings)
        api = Api(order, web)
        if order.credentials is not None:
            token = order.credentials_as(MastodonCredentials).token.get_secret_value()
            api = api.with_headers({"authorization": f"Bearer {token}"})
        url = address(order.url, settings)

        async def page(min_id: int | None) -> tuple[Statuses, timedelta | None]:
            answer = await api.get(url, parameters(settings, min_id=min_id))
            read = shaped(lambda document: read_page(document, order.url), answer.document)
            return read, answer.pause

        newest, pause = await page(None)
        items = list(newest.items)
        # Everything up to this number was read.
        known = as_number(at(order.cursor, "known"))
        pages = 1
        while known is not None and _gap(known, newest.ids) and pause is None:
            if pages == _PAGES or not api.has_time:
                break
            between, pause = await page(known)
            items += between.items
            pages += 1
            # A server that does not move on has nothing between.
            known = between.ids[0] if between.ids and between.ids[0] > known else newest.ids[0]
        more = known is not None and _gap(known, newest.ids)
        known = known if more else max([*newest.ids, known or 0])
        return Harvest(
            posts=posts_of(items, order),
            cursor={"known": known} if known else None,
            more=more and pause is None,
            pause=pause,
        )


def _gap(known: int, newest: Sequence[int]) -> bool:
    """Whether there may be statuses between what is known and the newest page."""
    return len(newest) >= PAGE and newest[-1] > known
