"""How much may come in: requests of one key in a window of time, and requests under way at once."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from limits import RateLimitItem, parse
from limits.aio.storage import RedisStorage
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from gateway.routes import Lane
from shared.contracts.rooms import Room
from shared.errors import ConfigurationError, TooMany, Unavailable
from shared.log import get_logger

log = get_logger(__name__)

# Asking Redis for every request would cost more than the request (about 250 microseconds). Counting
# here and adding up every second lets n replicas pass at most n seconds' worth too much.
_ADD_UP_SECONDS = 1.0

# Requests under way to one room. Beyond this they would only wait for each other: better to say so
# at once. Posts have less, so that a flood of them leaves room for people.
_AT_ONCE = {Lane.POSTS: 32, Lane.DESK: 128}


@dataclass(slots=True)
class _Count:
    """`all` is what every replica counted until we last added up, `own` what we counted since."""

    all: int = 0
    own: int = 0


class RateLimiter:
    """A fixed window per share, counted here, added up in Redis.

    Without Redis each replica counts alone: too generous by the number of replicas, never closed.
    """

    def __init__(
        self,
        rate: RateLimitItem,
        storage: RedisStorage | None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._storage = storage
        self._most = rate.amount
        self._seconds = rate.get_expiry()
        self._clock = clock
        self._window = 0
        self._counts: dict[str, _Count] = {}

    def take(self, share: str) -> None:
        """Count one request.

        Raises:
            TooMany: the share is used up; says when the next window begins.
        """
        now = self._clock()
        window = int(now // self._seconds)
        if window != self._window:
            self._window = window
            self._counts.clear()
        count = self._counts.get(share)
        if count is None:
            count = self._counts[share] = _Count()
        if count.all + count.own >= self._most:
            again = max(1, round((window + 1) * self._seconds - now))
            raise TooMany(
                f"More than {self._most} requests in {self._seconds} s with one key. "
                f"Come again in {again} s.",
                retry_after=again,
            )
        count.own += 1

    async def add_up(self) -> None:
        """Tell Redis what was counted here, and learn what all replicas counted."""
        if self._storage is None:
            return
        window = self._window
        for share, count in list(self._counts.items()):
            if window != self._window:
                return
            if count.own:
                told = count.own
                count.all = await self._storage.incr(
                    f"{window}/{share}", 2 * self._seconds, amount=told
                )
                count.own -= told


@asynccontextmanager
async def open_rate_limiter(rate: str, redis_url: str) -> AsyncIterator[RateLimiter]:
    """A limiter that adds up with the other replicas while it is open.

    Raises:
        ConfigurationError: the rate does not read like `12000/minute`.
    """
    pool = ConnectionPool.from_url(redis_url, socket_timeout=2, socket_connect_timeout=1)
    storage = RedisStorage(
        f"async+{redis_url}",
        implementation="redispy",
        key_prefix="groundswell:rate",
        connection_pool=pool,  # type: ignore[arg-type] # documented, and not in its types
    )
    limiter = RateLimiter(parse_rate(rate), storage)
    adding = asyncio.create_task(_keep_adding_up(limiter))
    try:
        yield limiter
    finally:
        adding.cancel()
        await asyncio.gather(adding, return_exceptions=True)
        await pool.aclose()


def parse_rate(rate: str) -> RateLimitItem:
    """Read a rate like `12000/minute`.

    Raises:
        ConfigurationError: it reads differently.
    """
    try:
        return parse(rate)
    except ValueError as error:
        raise ConfigurationError(
            f"GROUNDSWELL_RATE_LIMIT is {rate!r}: write it like 12000/minute."
        ) from error


async def _keep_adding_up(limiter: RateLimiter) -> None:
    silent = False
    while True:
        await asyncio.sleep(_ADD_UP_SECONDS)
        try:
            await limiter.add_up()
            silent = False
        except (RedisError, OSError, TimeoutError) as error:
            if not silent:
                log.warning("rates_counted_alone", error=repr(error))
            silent = True


class Occupancy:
    """How many requests each room is working on for us."""

    def __init__(self) -> None:
        self._under_way: dict[tuple[Room, Lane], int] = {}

    @contextmanager
    def enter(self, room: Room, lane: Lane) -> Iterator[None]:
        """Take a place for the time of the block.

        Raises:
            Unavailable: all places are taken.
        """
        place = (room, lane)
        taken = self._under_way.get(place, 0)
        if taken >= _AT_ONCE[lane]:
            raise Unavailable(
                f"The room {room} has {taken} requests under way and takes no more now.",
                retry_after=1,
            )
        self._under_way[place] = taken + 1
        try:
            yield
        finally:
            self._under_way[place] -= 1
