"""What was usual hour by hour, and whether the last day is."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from services.monitor.surge.hours import HOUR, LEAST_HOURS, Standing, hours_of
from tests.conftest import RoomClient
from tests.monitor.surge.series import by_hour
from tests.monitor.surge.test_surges import watch

WEEKS = 5 * 168


def told(counts: list[int]) -> list[Any]:
    return list(hours_of((number * HOUR, count) for number, count in enumerate(counts)))


@pytest.mark.parametrize("rate", [0.3, 4.0, 60.0, 5_000.0])
def test_nine_hours_in_ten_lie_within_the_band(rate: float) -> None:
    hours = told(by_hour(WEEKS, rate, seed=1))[2 * 168 :]
    above = sum(hour.mentions > hour.normal.high for hour in hours) / len(hours)
    below = sum(hour.mentions < hour.normal.low for hour in hours) / len(hours)
    assert above < 0.08
    assert below < 0.08
    days = [hour.standing for hour in hours[::24]]
    assert days.count(Standing.USUAL) >= 0.7 * len(days)


def test_the_first_days_only_teach() -> None:
    hours = told(by_hour(LEAST_HOURS + 25, 5.0, seed=2))
    assert [hour.normal is None for hour in hours] == [True] * LEAST_HOURS + [False] * 25
    assert {hour.standing for hour in hours[:-1]} == {Standing.LEARNING}
    assert hours[-1].standing is not Standing.LEARNING


def test_a_loud_and_a_dead_day_are_seen() -> None:
    ordinary = by_hour(WEEKS, 20.0, seed=3)
    assert told([*ordinary, *[60] * 24])[-1].standing is Standing.ABOVE
    assert told([*ordinary, *[0] * 24])[-1].standing is Standing.BELOW


@given(
    counts=st.lists(st.integers(0, 10_000), min_size=LEAST_HOURS, max_size=200),
    cut=st.integers(LEAST_HOURS, 200),
)
def test_the_band_knows_nothing_later_and_holds_what_is_expected(
    counts: list[int], cut: int
) -> None:
    whole = told(counts)
    assert told(counts[:cut]) == whole[:cut]
    for hour in whole[LEAST_HOURS:]:
        assert 0 <= hour.normal.low <= hour.normal.expected <= hour.normal.high
        assert hour.day == sum(counts[hour.at // HOUR - 23 : hour.at // HOUR + 1])


async def count(room: RoomClient, watch_id: UUID, by_hours_ago: dict[int, int]) -> None:
    """So many posts of the watch in each hour, as the history of indicators keeps them."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    async with room.transaction() as session:
        for ago, posts in by_hours_ago.items():
            await session.execute(
                text(
                    "INSERT INTO monitor.indicator_bins VALUES"
                    " (:watch, :at, 60, :posts, 0, 0, 0, 0, 0, 0, 0, '{}', '{}', '{}', '{}')"
                ),
                {"watch": watch_id, "at": hour - timedelta(hours=ago), "posts": posts},
            )


async def test_the_hours_of_a_watch_through_the_api(monitor: RoomClient) -> None:
    power = await watch(monitor, "云州电力")
    path = f"/api/v1/watches/{power}/hours"
    assert (await monitor.get(path)).json() == {
        "standing": "learning",
        "mentions_24h": 0,
        "normal_24h": None,
        "history_hours": 0,
        "items": [],
    }
    generator = random.Random(5)
    await count(monitor, power, {ago: generator.randint(2, 6) for ago in range(25, 600)})
    await count(monitor, power, dict.fromkeys(range(25), 30))
    shown = (await monitor.get(path)).json()
    assert (shown["standing"], shown["mentions_24h"], shown["history_hours"]) == ("above", 720, 599)
    assert shown["normal_24h"]["high"] < 200
    assert len(shown["items"]) == 7 * 24
    surged = [hour["mentions"] > hour["normal"]["high"] for hour in shown["items"]]
    assert surged[-24:] == [True] * 24
    assert sum(surged[:-24]) < 20
    assert len((await monitor.get(f"{path}?days=1")).json()["items"]) == 24
    assert (await monitor.get(f"{path}?days=0")).status_code == 422
    assert (await monitor.get(f"/api/v1/watches/{uuid4()}/hours")).status_code == 404
