"""Bluesky's search for words (app.bsky.feed.searchPosts).

Documentation: https://docs.bsky.app/docs/api/app-bsky-feed-search-posts. 100 posts a page; 3,000
requests in 5 minutes for one address, told in RateLimit-Remaining and RateLimit-Reset. An account
is needed, by an app password (its settings, "App passwords"), and asked is the account's server:
https://bsky.social, or one's own. (The AppView, https://api.bsky.app, answers nobody without an
account at times, and never a second page: 403; so a source without credentials reads the first.)
A session is kept for as long as it holds, for only 300 a day may be opened.

Posts are those of `bluesky.py`, with likes, reposts, replies and the author's handle.
"""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from pydantic import Field, SecretStr

from services.monitor.sources.connectors.api import Api, shaped, walk
from services.monitor.sources.connectors.bluesky import post_item
from services.monitor.sources.connectors.items import Counts, Item
from services.monitor.sources.connectors.protocol import Harvest, Order
from services.monitor.sources.connectors.rounds import Page, Round
from services.monitor.sources.connectors.sessions import Session, Sessions
from services.monitor.sources.connectors.values import as_count, as_moment, as_text, at
from services.monitor.sources.fetching import FetchError
from services.monitor.sources.web import Web
from shared.schemas import RequestShape

PAGE = 100
_PAGES = 10
# An access token lives for two hours; the documentation leaves that to the server.
_LASTS = 3_600


class BlueskySearchSettings(RequestShape):
    """What is searched for."""

    words: str = Field(
        min_length=1,
        max_length=300,
        description='Words, "a phrase", #tag, from:handle, domain:example.org',
        examples=["outage"],
    )
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}$", examples=["en"])


class BlueskyCredentials(RequestShape):
    """An account and one of its app passwords, never its own password."""

    handle: SecretStr
    app_password: SecretStr


def parameters(settings: BlueskySearchSettings, where: Round) -> dict[str, str]:
    """The query of the page at which `where` stands."""
    asked = {"q": settings.words, "sort": "latest", "limit": str(PAGE)}
    if settings.language:
        asked["lang"] = settings.language
    if where.from_time:
        asked["since"] = where.from_time.isoformat().replace("+00:00", "Z")
    return asked | ({"cursor": where.at} if where.at else {})


def read_page(document: Any) -> Page:
    """The posts of an answer.

    Raises:
        ValueError: this is no answer to a search.
    """
    posts = at(document, "posts")
    if not isinstance(posts, list):
        raise ValueError("The answer holds no list of posts.")
    return Page(items=[_item(post) for post in posts], next=as_text(at(document, "cursor")))


def _item(post: Any) -> Item | None:
    uri = (as_text(at(post, "uri")) or "").split("/")
    author = at(post, "author")
    return post_item(
        at(post, "record"),
        did=uri[2] if len(uri) == 5 else None,
        key=uri[-1],
        seen_at=as_moment(at(post, "indexedAt")),
        author=author if isinstance(author, dict) else None,
        counts=Counts(
            likes=as_count(at(post, "likeCount")),
            reposts=as_count(at(post, "repostCount")),
            comments=as_count(at(post, "replyCount")),
        ),
    )


class BlueskySearchConnector:
    """Reads what a search finds, back to what is known; signed in where there are credentials."""

    def __init__(self) -> None:
        self._sessions = Sessions()

    async def collect(self, order: Order, web: Web) -> Harvest | None:
        """Read what is new.

        Raises:
            FetchError: it cannot be had, or the account is not let in.
        """
        settings = order.settings_as(BlueskySearchSettings)
        api = Api(order, web)
        if order.credentials is not None:
            session = await self._sessions.of(api, _sign_in)
            api = api.with_headers({"authorization": f"Bearer {session.token}"})
        address = f"{order.url.rstrip('/')}/xrpc/app.bsky.feed.searchPosts"

        async def page(where: Round) -> tuple[Page, timedelta | None]:
            answer = await api.get(address, parameters(settings, where))
            found = shaped(read_page, answer.document)
            return found if order.credentials else replace(found, next=None), answer.pause

        with self._sessions.ending(order):
            return await walk(api, page, pages=_PAGES)


async def _sign_in(api: Api) -> Session:
    credentials = api.order.credentials_as(BlueskyCredentials)
    said = {
        "identifier": credentials.handle.get_secret_value(),
        "password": credentials.app_password.get_secret_value(),
    }
    document = await api.post(
        f"{api.order.url.rstrip('/')}/xrpc/com.atproto.server.createSession",
        json.dumps(said).encode(),
        {"content-type": "application/json"},
    )
    token = as_text(at(document, "accessJwt"))
    if token is None:
        raise FetchError("The server opened no session for this account.")
    return Session(token, lasts=_LASTS)
