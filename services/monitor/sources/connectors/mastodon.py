"""Mastodon, and servers that speak its API (Pleroma, Akkoma, GoToSocial, Sharkey).

Documentation: https://docs.joinmastodon.org/methods/timelines/ and /methods/search/. Limits: 300
requests in 5 minutes for one address, told in X-RateLimit-Remaining and X-RateLimit-Reset; 40
statuses a page. Many servers show public timelines to signed-in applications only: they need an
access token with the scope read:statuses (search: read:search).

A post: external_id is the status' `uri`, the same on every server that shows it; platform
"mastodon"; author is name@server; a boost is a post of its own whose parent is what it boosts; an
edit is a revision. An answer names its parent where that is on the same page: a status knows the
local number of its parent only. Engagement: favourites, boosts, replies as this server counts them.
What only followers may read, which a person's token would show, is left out.

Newest first, page by page (`max_id`), back to the time that was read before; the newest page shows
edits and counts again. Ids are opaque: only Mastodon's own are numbers.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from pydantic import Field, SecretStr, model_validator

from services.monitor.sources.connectors.api import Api, shaped, walk
from services.monitor.sources.connectors.items import Counts, Item
from services.monitor.sources.connectors.protocol import Harvest, Order
from services.monitor.sources.connectors.rounds import Page, Round
from services.monitor.sources.connectors.values import as_count, as_moment, as_text, at, objects
from services.monitor.sources.plain_text import plain_text
from services.monitor.sources.web import Web
from shared.schemas import RequestShape

PAGE = 40
_PAGES = 12
_FOR_ALL = frozenset({"public", "unlisted"})
# Servers repeat the link of a quoted status in front of the text, for clients that know no quotes.
_QUOTED = re.compile(r'<p class="quote-inline">.*?</p>', re.DOTALL)


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


def parameters(settings: MastodonSettings, where: Round) -> dict[str, str]:
    """The query of the page at which `where` stands."""
    asked = {"limit": str(PAGE)}
    if settings.timeline == "search":
        asked |= {"q": settings.words or "", "type": "statuses"}
    elif settings.local:
        asked["local"] = "true"
    return asked | ({"max_id": where.at} if where.at else {})


def read_page(document: Any, server: str) -> Page:
    """The statuses of a timeline or of an answer to a search.

    Raises:
        ValueError: this is neither.
    """
    listed = at(document, "statuses") if isinstance(document, dict) else document
    if not isinstance(listed, list):
        raise ValueError("The server's answer holds no list of statuses.")
    host = urlsplit(server).hostname or ""
    uris = {as_text(at(status, "id")): as_text(at(status, "uri")) for status in objects(listed)}
    return Page(
        items=[
            _item(status, host, uris) if isinstance(status, dict) else None for status in listed
        ],
        next=as_text(at(listed, -1, "id")),
    )


def _item(
    status: Mapping[str, Any], host: str, uris: Mapping[str | None, str | None]
) -> Item | None:
    uri = as_text(at(status, "uri"))
    if uri is None or as_text(at(status, "visibility")) not in _FOR_ALL:
        return None
    boosted = at(status, "reblog")
    said = boosted if isinstance(boosted, dict) else status
    answered = as_text(at(status, "in_reply_to_id"))
    parent = (
        as_text(at(boosted, "uri"))
        or (uris.get(answered) if answered else None)
        or as_text(at(status, "quote", "quoted_status", "uri"))
    )
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
        plain_text(_QUOTED.sub("", as_text(at(status, "content")) or "")),
        *pictures,
        *choices,
    ]
    return "\n".join(part for part in words if part)


class MastodonConnector:
    """Reads the newest statuses, back to what is known."""

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

        async def page(where: Round) -> tuple[Page, timedelta | None]:
            answer = await api.get(url, parameters(settings, where))
            read = shaped(lambda document: read_page(document, order.url), answer.document)
            return read, answer.pause

        return await walk(api, page, pages=_PAGES)
