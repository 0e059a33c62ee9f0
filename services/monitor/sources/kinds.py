"""The kinds of sources. How each is read stands in `connectors/registry.py`."""

from enum import StrEnum


class SourceKind(StrEnum):
    """How a source is read; each has its connector."""

    RSS = "rss"
    JSON_API = "json_api"
    WEBHOOK = "webhook"
    MAILBOX = "mailbox"
    MASTODON = "mastodon"
    BLUESKY = "bluesky"
    BLUESKY_SEARCH = "bluesky_search"
    REDDIT = "reddit"
    YOUTUBE = "youtube"
    HACKER_NEWS = "hacker_news"
