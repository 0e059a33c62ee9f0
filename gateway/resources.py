"""What the gateway holds open while it runs."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from gateway.identity.callers import Callers
from gateway.limits import RateLimiter, open_rate_limiter
from gateway.live.feed import Feed, open_feed
from gateway.openapi import Reference
from gateway.proxy import Rooms, open_rooms
from shared.contracts.rooms import Room
from shared.db import Database
from shared.settings import Settings


@dataclass(frozen=True)
class GatewayResources:
    """One of each, for one process."""

    callers: Callers
    limiter: RateLimiter
    rooms: Rooms
    feed: Feed
    reference: Reference


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncIterator[GatewayResources]:
    """Open it all.

    The door and the live stream have few connections of their own: a console full of busy people
    does not keep anybody from being let in.
    """
    url = settings.database_url.get_secret_value()
    door = Database(url, pool=4, application=f"groundswell-{Room.GATEWAY}-door")
    live = Database(url, pool=2, application=f"groundswell-{Room.GATEWAY}-live")
    async with AsyncExitStack() as stack:
        stack.push_async_callback(door.close)
        stack.push_async_callback(live.close)
        rooms = await stack.enter_async_context(open_rooms(settings))
        limiter = await stack.enter_async_context(
            open_rate_limiter(settings.rate_limit, settings.redis_url.get_secret_value())
        )
        feed = await stack.enter_async_context(open_feed(live))
        yield GatewayResources(
            callers=Callers(door),
            limiter=limiter,
            rooms=rooms,
            feed=feed,
            reference=Reference(rooms),
        )
