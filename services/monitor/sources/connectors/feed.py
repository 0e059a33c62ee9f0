"""The connector of feeds."""

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StrictBool

from services.monitor.sources.bridges import BridgeWish
from services.monitor.sources.connectors.protocol import Harvest, Order
from services.monitor.sources.entries import Origin, to_posts
from services.monitor.sources.feed_reading import read_feed_apart
from services.monitor.sources.feeds import FeedRefusedError, in_zone
from services.monitor.sources.fetching import NOTHING_KNOWN, Ask, FetchError
from services.monitor.sources.full_text import fill
from services.monitor.sources.web import Web
from shared.schemas import RequestShape

_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7"
)


def _zone(name: str | None) -> str | None:
    try:
        ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("there is no such time zone; write it as Asia/Shanghai") from error
    return name


class FeedSettings(RequestShape):
    """The settings of a feed."""

    full_text: StrictBool = Field(
        default=False,
        title="Full text",
        description="Fetch the page behind each entry and keep its text, where the feed tells only "
        "the beginning",
    )
    bridge: BridgeWish | None = Field(
        default=None,
        description="A preset of `GET /sources/bridges` in the place of `url`: the address follows",
        # The console asks for it by the parameters of the preset.
        json_schema_extra={"x-own-form": True},
    )
    time_zone: Annotated[str | None, AfterValidator(_zone)] = Field(
        default=None,
        max_length=64,
        title="Time zone",
        description="Of times that name none; left out: UTC",
        examples=["Asia/Shanghai"],
    )


class FeedConnector:
    """Reads RSS 0.9x, 1.0, 2.0, Atom and JSON Feed."""

    async def collect(self, order: Order, web: Web) -> Harvest | None:
        """Fetch and parse the feed.

        Raises:
            FetchError: it cannot be had, or is no feed.
        """
        ask = Ask(order.url, headers={"accept": _ACCEPT}, known=order.known)
        document = await web.fetch(ask, obeys_robots=order.obeys_robots)
        if document is None:
            return None
        try:
            entries = await read_feed_apart(document.body, document.content_type)
        except FeedRefusedError as error:
            raise FetchError(str(error)) from error
        settings = order.settings_as(FeedSettings)
        if settings.time_zone:
            zone = ZoneInfo(settings.time_zone)
            entries = [in_zone(entry, zone) for entry in entries]
        origin = Origin(source_id=order.source_id, platform=order.platform, url=document.url)
        posts = to_posts(entries, origin, order.now)
        if not settings.full_text:
            return Harvest(posts=posts, validators=document.validators, moved_to=document.moved_to)
        filled = await fill(posts, order.cursor, web, obeys_robots=order.obeys_robots)
        return Harvest(
            posts=filled.posts,
            cursor=filled.cursor,
            # While entries wait, the same document must come again.
            validators=NOTHING_KNOWN if filled.more else document.validators,
            more=filled.more,
            moved_to=document.moved_to,
        )
