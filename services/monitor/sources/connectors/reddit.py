"""Reddit, by its Data API.

Documentation: https://www.reddit.com/dev/api/ and https://github.com/reddit-archive/reddit/wiki/OAuth2.
An application of one's own (kind "script" or "web app") is needed: client id and secret, by which
a token is had that lives for a day. Limits: 100 requests a minute for one client, told in
X-Ratelimit-Remaining and X-Ratelimit-Reset; 100 entries a page, 1,000 a list. Commercial use needs
Reddit's agreement, and Reddit approves each application. The client names itself in User-Agent as
Reddit asks, with the account that answers for it (`account`).

A post: external_id is the "fullname" (t3_… a submission, t1_… a comment); platform "reddit"; parent
is what a comment answers or what a crosspost repeats; region is left open, the subreddit is part of
the link. Engagement: score and comments. What its author or a moderator removed is skipped; posts
that were kept are looked at again, 100 a reading (/api/info): what was deleted at Reddit must be
deleted here.

Newest first, page by page (`after`), back to the time that was read before. (`before` would be
shorter, and answers nothing at all once the post that it names is deleted.)
"""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from importlib.metadata import version
from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import Field, SecretStr, model_validator

from services.monitor.sources.connectors.api import Api, shaped, walk
from services.monitor.sources.connectors.items import Counts, Item
from services.monitor.sources.connectors.protocol import Harvest, Order
from services.monitor.sources.connectors.rounds import Page, Round
from services.monitor.sources.connectors.sessions import Session, Sessions
from services.monitor.sources.connectors.values import as_count, as_moment, as_text, at, objects
from services.monitor.sources.fetching import FetchError
from services.monitor.sources.web import Web
from shared.schemas import RequestShape

PAGE = 100
_PAGES = 10
_SITE = "https://www.reddit.com"
_REMOVED = frozenset({"[deleted]", "[removed]", "[deleted by user]", "[removed by reddit]"})


class RedditSettings(RequestShape):
    """What is read: the new submissions or comments of a subreddit, or a search for words."""

    read: Literal["new", "comments", "search"] = Field(examples=["new"])
    subreddit: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_]{2,21}(\+[A-Za-z0-9_]{2,21}){0,49}$",
        description="One, or several joined by +",
        examples=["worldnews"],
    )
    words: str | None = Field(
        default=None, min_length=1, max_length=500, description="For `search`", examples=["outage"]
    )
    account: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_-]{3,20}$",
        description="Your account at Reddit, which Reddit asks programs to name",
        examples=["your_account"],
    )

    @model_validator(mode="after")
    def _whole(self) -> "RedditSettings":
        if self.read == "search" and not self.words:
            raise ValueError("name the words to search for")
        if self.read != "search" and not self.subreddit:
            raise ValueError("name the subreddit")
        return self


class RedditCredentials(RequestShape):
    """Those of an application (https://www.reddit.com/prefs/apps)."""

    client_id: SecretStr
    client_secret: SecretStr


def path(settings: RedditSettings) -> str:
    """The path of the list that is read."""
    within = f"/r/{settings.subreddit}" if settings.subreddit else ""
    return f"{within}/{settings.read}"


def parameters(settings: RedditSettings, after: str | None) -> dict[str, str]:
    """The query of one page. `raw_json`: without it texts come with their & < > escaped."""
    asked = {"limit": str(PAGE), "raw_json": "1"}
    if settings.read == "search":
        asked |= {"q": settings.words or "", "sort": "new", "type": "link"}
        if settings.subreddit:
            asked["restrict_sr"] = "true"
    return asked | ({"after": after} if after else {})


def read_page(document: Any) -> Page:
    """The entries of a listing.

    Raises:
        ValueError: this is no listing.
    """
    children = _children(document)
    return Page(
        items=[_item(child) for child in children], next=as_text(at(document, "data", "after"))
    )


def _children(document: Any) -> list[Any]:
    children = at(document, "data", "children")
    if at(document, "kind") != "Listing" or not isinstance(children, list):
        raise ValueError("The answer is no listing of Reddit.")
    return children


def _item(child: Any) -> Item | None:
    data = at(child, "data")
    name = as_text(at(data, "name"))
    author = as_text(at(data, "author"))
    title = as_text(at(data, "title"))
    text = as_text(at(data, "selftext")) or as_text(at(data, "body"))
    if (
        name is None
        or not name.startswith(("t1_", "t3_"))
        or _is_removed(data, author, title, text)
    ):
        return None
    link = as_text(at(data, "permalink")) or ""
    return Item(
        id=name,
        title=title if name.startswith("t3_") else None,
        text=text or "",
        url=_SITE + link if link.startswith("/") else None,
        author=author,
        parent=as_text(at(data, "crosspost_parent")) or as_text(at(data, "parent_id")),
        counts=Counts(
            likes=as_count(at(data, "score")),
            reposts=as_count(at(data, "num_crossposts")),
            comments=as_count(at(data, "num_comments")),
        ),
        published_at=as_moment(at(data, "created_utc")),
    )


def _is_removed(data: Any, *said: str | None) -> bool:
    marked = at(data, "removed_by_category") is not None
    return marked or any(text is not None and text.strip().lower() in _REMOVED for text in said)


def read_removed(document: Any, asked: Iterable[str]) -> frozenset[str]:
    """Those of the entries that were asked for by name which are not there any more.

    What is not told of at all counts only where most are: nearly nothing is a fault of the server.

    Raises:
        ValueError: this is no listing.
    """
    told = {as_text(at(child, "data", "name")) for child in objects(_children(document))}
    there = {item.id for item in read_page(document).items if item}
    wanted = frozenset(asked)
    return wanted - there if 2 * len(told & wanted) >= len(wanted) else (wanted & told) - there


class RedditConnector:
    """Reads a listing back to what is known, in the name of an application."""

    def __init__(self) -> None:
        self._sessions = Sessions()

    async def collect(self, order: Order, web: Web) -> Harvest | None:
        """Read what is new.

        Raises:
            FetchError: it cannot be had, or the application is not known.
        """
        settings = order.settings_as(RedditSettings)
        api = Api(order, web, {"user-agent": _agent(settings.account)})
        session = await self._sessions.of(api, _sign_in)
        signed_in = api.with_headers({"authorization": f"Bearer {session.token}"})

        async def page(where: Round) -> tuple[Page, timedelta | None]:
            asked = parameters(settings, where.at)
            answer = await signed_in.get(order.url.rstrip("/") + path(settings), asked)
            return shaped(read_page, answer.document), answer.pause

        with self._sessions.ending(order):
            harvest = await walk(signed_in, page, pages=_PAGES)
            if not order.kept or harvest.pause or not signed_in.has_time:
                return harvest
            asked = {"id": ",".join(order.kept), "raw_json": "1"}
            found = await signed_in.get(f"{order.url.rstrip('/')}/api/info", asked)
        gone = shaped(lambda document: read_removed(document, order.kept), found.document)
        return replace(harvest, gone=gone, pause=found.pause)


def _agent(account: str | None) -> str:
    """https://support.reddithelp.com/hc/en-us/articles/16160319875092-Reddit-Data-API-Wiki"""
    answerable = f" (by /u/{account})" if account else ""
    return f"server:groundswell:{version('groundswell')}{answerable}"


async def _sign_in(api: Api) -> Session:
    """A token for an application without a user (grant type client_credentials)."""
    order = api.order
    credentials = order.credentials_as(RedditCredentials)
    pair = (
        f"{credentials.client_id.get_secret_value()}:{credentials.client_secret.get_secret_value()}"
    )
    document = await api.post(
        # Lists are read from oauth.reddit.com, tokens are had from www.reddit.com.
        order.url.rstrip("/").replace("://oauth.", "://www.", 1) + "/api/v1/access_token",
        urlencode({"grant_type": "client_credentials"}).encode(),
        {
            "authorization": f"Basic {b64encode(pair.encode()).decode()}",
            "content-type": "application/x-www-form-urlencoded",
        },
    )
    token = as_text(at(document, "access_token"))
    if token is None:
        raise FetchError("Reddit gave no token for these credentials.")
    return Session(token, lasts=as_count(at(document, "expires_in")) or 3_600)
