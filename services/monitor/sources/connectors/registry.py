"""How each kind of source is read: one row a kind."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from services.monitor.sources.connectors.bluesky_search import (
    BlueskyCredentials,
    BlueskySearchConnector,
    BlueskySearchSettings,
)
from services.monitor.sources.connectors.feed import FeedConnector, FeedSettings
from services.monitor.sources.connectors.hacker_news import HackerNewsConnector, HackerNewsSettings
from services.monitor.sources.connectors.jetstream import JetstreamSettings
from services.monitor.sources.connectors.jetstream_reading import JetstreamConnector
from services.monitor.sources.connectors.json_api import (
    JsonApiConnector,
    JsonApiCredentials,
    JsonApiSettings,
)
from services.monitor.sources.connectors.mail_tokens import MailboxCredentials
from services.monitor.sources.connectors.mailbox import MailboxConnector, MailboxSettings
from services.monitor.sources.connectors.mastodon import (
    MastodonConnector,
    MastodonCredentials,
    MastodonSettings,
)
from services.monitor.sources.connectors.protocol import Connector, NoSettings
from services.monitor.sources.connectors.reddit import (
    RedditConnector,
    RedditCredentials,
    RedditSettings,
)
from services.monitor.sources.connectors.webhook import WebhookCredentials, WebhookSettings
from services.monitor.sources.connectors.youtube import YouTubeCredentials, YouTubeSettings
from services.monitor.sources.connectors.youtube_reading import YouTubeConnector
from services.monitor.sources.kinds import SourceKind


@dataclass(frozen=True)
class Kind:
    """A kind of source, for the API, for the console's form and for the worker.

    `title` and `hint` are for people, in English; the console has the Chinese. `platform` is what
    posts count as where the person does not say otherwise. `address`: the URL where the person
    names none; None if they must; `schemes` are those that it may have. `settings` is the shape of
    its settings, `credentials` that of what it signs in with: flat, each a `SecretStr`.
    `robots`: whether robots.txt is asked unless the person decides otherwise; documented APIs are
    meant for programs. `hears_all`: it is told what watches ask for, and keeps that. `looks_again`:
    it is told some of the posts that it brought, and says which are gone. `pushed`: it sends by
    itself and is never read.
    """

    title: str
    hint: str
    connector: Connector | None
    platform: str
    address: str | None = None
    schemes: frozenset[str] = frozenset({"http", "https"})
    settings: type[BaseModel] = NoSettings
    credentials: type[BaseModel] | None = None
    credentials_needed: bool = False
    robots: bool = False
    hears_all: bool = False
    looks_again: bool = False
    every_minutes: int = 5

    @property
    def pushed(self) -> bool:
        """Whether it sends by itself."""
        return self.connector is None


KINDS: Mapping[SourceKind, Kind] = {
    SourceKind.RSS: Kind(
        title="Feed",
        hint="RSS, Atom or JSON Feed, of the site itself or of a bridge such as RSSHub",
        connector=FeedConnector(),
        platform="rss",
        settings=FeedSettings,
        robots=True,
    ),
    SourceKind.JSON_API: Kind(
        title="JSON API",
        hint="Any API that answers with lists in JSON: say where the parts of a post are",
        connector=JsonApiConnector(),
        platform="web",
        settings=JsonApiSettings,
        credentials=JsonApiCredentials,
    ),
    SourceKind.WEBHOOK: Kind(
        title="Webhook",
        hint="Another system sends posts by itself, signed",
        connector=None,
        platform="webhook",
        settings=WebhookSettings,
        credentials=WebhookCredentials,
    ),
    SourceKind.MAILBOX: Kind(
        title="Mailbox",
        hint="The messages that come into a folder, by IMAP; nothing in it is changed",
        connector=MailboxConnector(),
        platform="mail",
        schemes=frozenset({"imap", "imaps"}),
        settings=MailboxSettings,
        credentials=MailboxCredentials,
        credentials_needed=True,
    ),
    SourceKind.MASTODON: Kind(
        title="Mastodon",
        hint="A hashtag, the public timeline or a search on one server",
        connector=MastodonConnector(),
        platform="mastodon",
        settings=MastodonSettings,
        credentials=MastodonCredentials,
    ),
    SourceKind.BLUESKY_SEARCH: Kind(
        title="Bluesky search",
        hint="Posts on Bluesky that hold words",
        connector=BlueskySearchConnector(),
        platform="bluesky",
        address="https://bsky.social",
        settings=BlueskySearchSettings,
        credentials=BlueskyCredentials,
        credentials_needed=True,
    ),
    SourceKind.BLUESKY: Kind(
        title="Bluesky",
        hint="Every new post of the network; what a watch matches is kept",
        connector=JetstreamConnector(),
        platform="bluesky",
        address="wss://jetstream2.us-east.bsky.network/subscribe",
        schemes=frozenset({"ws", "wss"}),
        settings=JetstreamSettings,
        hears_all=True,
        every_minutes=1,
    ),
    SourceKind.REDDIT: Kind(
        title="Reddit",
        hint="New submissions or comments of a subreddit, or a search",
        connector=RedditConnector(),
        platform="reddit",
        address="https://oauth.reddit.com",
        settings=RedditSettings,
        credentials=RedditCredentials,
        credentials_needed=True,
        looks_again=True,
    ),
    SourceKind.YOUTUBE: Kind(
        title="YouTube",
        hint="Videos of a search or of channels, and what is said below them",
        connector=YouTubeConnector(),
        platform="youtube",
        address="https://www.googleapis.com",
        settings=YouTubeSettings,
        credentials=YouTubeCredentials,
        credentials_needed=True,
        every_minutes=10,
    ),
    SourceKind.HACKER_NEWS: Kind(
        title="Hacker News",
        hint="Stories and comments that hold words",
        connector=HackerNewsConnector(),
        platform="hackernews",
        address="https://hn.algolia.com",
        settings=HackerNewsSettings,
    ),
}
