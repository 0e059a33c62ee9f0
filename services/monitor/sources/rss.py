"""The connector of RSS and Atom feeds."""

from services.monitor.sources.connectors import Harvest, Order
from services.monitor.sources.entries import Origin, to_posts
from services.monitor.sources.feed_reading import read_feed_apart
from services.monitor.sources.feeds import FeedRefusedError
from services.monitor.sources.fetching import Fetcher, FetchError


class RssConnector:
    """Reads RSS 0.9x, 1.0, 2.0 and Atom."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    async def collect(self, order: Order) -> Harvest | None:
        """Fetch and parse the feed.

        Raises:
            FetchError: it cannot be had, or is no feed.
        """
        document = await self._fetcher.fetch(order.url, order.known)
        if document is None:
            return None
        try:
            entries = await read_feed_apart(document.body, document.content_type)
        except FeedRefusedError as error:
            raise FetchError(str(error)) from error
        origin = Origin(source_id=order.source_id, platform=order.platform, url=document.url)
        return Harvest(posts=to_posts(entries, origin, order.now), validators=document.validators)
