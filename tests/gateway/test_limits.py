"""Nobody uses more than their share, and who is refused is told when to come again."""

import asyncio
from contextlib import ExitStack

import pytest
from limits import parse
from limits.aio.storage import RedisStorage

from gateway.limits import Occupancy, RateLimiter, open_rate_limiter, parse_rate
from gateway.routes import Lane
from shared.contracts import Room
from shared.engines import Engines
from shared.errors import ConfigurationError, TooMany, Unavailable
from shared.ids import new_id
from tests.gateway.conftest import OpenHouse


class Clock:
    now = 600.0

    def __call__(self) -> float:
        return self.now


def test_share_is_used_up_and_comes_back() -> None:
    clock = Clock()
    limiter = RateLimiter(parse("3/minute"), None, clock)
    clock.now += 40
    for _ in range(3):
        limiter.take("lin")
    with pytest.raises(TooMany) as refused:
        limiter.take("lin")
    assert refused.value.headers["Retry-After"] == "20"
    limiter.take("su")
    clock.now += 20
    limiter.take("lin")


async def test_replicas_count_together(engines: Engines) -> None:
    clock = Clock()
    prefix = f"test:{new_id()}"
    replicas = [
        RateLimiter(
            parse("10/minute"),
            RedisStorage(f"async+{engines.redis_url}", implementation="redispy", key_prefix=prefix),
            clock,
        )
        for _ in range(2)
    ]
    for limiter in replicas:
        for _ in range(5):
            limiter.take("lin")
    for limiter in (*replicas, replicas[0]):
        await limiter.add_up()
    replicas[0].take("su")
    with pytest.raises(TooMany):
        replicas[1].take("lin")
    for limiter in replicas:
        await limiter._storage.bridge.get_connection().aclose()


async def test_without_redis_it_counts_alone() -> None:
    async with open_rate_limiter("2/hour", "redis://127.0.0.1:1/0") as limiter:
        limiter.take("lin")
        await asyncio.sleep(1.2)
        limiter.take("lin")
        with pytest.raises(TooMany):
            limiter.take("lin")


@pytest.mark.parametrize("wrong", ["", "many", "10", "10/fortnight"])
def test_rate_that_does_not_read_well_is_refused_at_the_start(wrong: str) -> None:
    with pytest.raises(ConfigurationError, match="12000/minute"):
        parse_rate(wrong)


def test_posts_leave_places_for_people() -> None:
    occupancy = Occupancy()
    with ExitStack() as full:
        for _ in range(32):
            full.enter_context(occupancy.enter(Room.MONITOR, Lane.POSTS))
        with pytest.raises(Unavailable) as refused:
            full.enter_context(occupancy.enter(Room.MONITOR, Lane.POSTS))
        assert refused.value.headers["Retry-After"] == "1"
        full.enter_context(occupancy.enter(Room.MONITOR, Lane.DESK))
        full.enter_context(occupancy.enter(Room.RESPONSE, Lane.POSTS))
    with occupancy.enter(Room.MONITOR, Lane.POSTS):
        pass


async def test_key_that_asks_too_often_is_told_when_to_come_again(open_house: OpenHouse) -> None:
    house = await open_house(rate_limit="5/hour")
    other = await house.key_of("su", "press_officer")
    posts = [await house.call("POST", "/api/v1/posts/bulk", json={}) for _ in range(6)]
    assert [response.status_code for response in posts] == [200] * 5 + [429]
    assert posts[-1].headers["content-type"] == "application/problem+json"
    assert 1 <= int(posts[-1].headers["retry-after"]) <= 3600
    # What people do is counted apart from posts, and other keys have shares of their own.
    assert (await house.call("GET", "/api/v1/warnings")).status_code == 200
    assert (await house.call("POST", "/api/v1/posts/bulk", other, json={})).status_code == 200
