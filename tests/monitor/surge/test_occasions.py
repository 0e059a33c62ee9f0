"""Weeks that people know from experience: what is told in them, and what is not."""

import random
from collections.abc import Callable

import pytest

from services.monitor.surge.detector import SurgeDetector
from tests.monitor.surge.series import bursty, usual_rate

HOUR_BINS, DAY_BINS, WEEK_BINS = 12, 288, 2_016
COOL_DOWN = DAY_BINS

Rate = Callable[[int], float]


def told(counts: list[int], begin: int, end: int | None = None) -> list[int]:
    """The bins from `begin` on that a person hears of: after an alarm, nothing more for a day."""
    detector, found = SurgeDetector(), []
    for number, count in enumerate(counts[:end]):
        surge = detector.add(number * 300.0, count)
        silent = number < begin or (found and number - found[-1] < COOL_DOWN)
        if surge and surge.alarm and not silent:
            found.append(number)
    return found


def weeks(rate: Rate, number: int, seed: int, dispersion: float = 1.0) -> list[int]:
    """Counts of bins; `rate`: mentions in the hour of a bin."""
    generator = random.Random(seed)
    return [bursty(generator, rate(each) / 12, dispersion) for each in range(number * WEEK_BINS)]


def ordinary(an_hour: float) -> Rate:
    return lambda number: usual_rate(number // HOUR_BINS, an_hour)


@pytest.mark.parametrize("dispersion", [1.0, 3.0])
@pytest.mark.parametrize("an_hour", [0.1, 1.0, 3.0, 100.0, 50_000.0])
def test_watches_of_any_size_are_told_of_less_than_once_a_week(
    an_hour: float, dispersion: float
) -> None:
    found = sum(
        len(told(weeks(ordinary(an_hour), 5, seed, dispersion), WEEK_BINS)) for seed in (1, 2)
    )
    assert found <= 4 if dispersion > 1 else found == 0


@pytest.mark.parametrize("an_hour", [30.0, 5_000.0])
def test_neither_a_holiday_nor_the_return_from_it_is_a_surge(an_hour: float) -> None:
    def rate(number: int) -> float:
        return ordinary(an_hour)(number) * (0.3 if number // WEEK_BINS == 5 else 1.0)

    assert told(weeks(rate, 7, seed=3), 5 * WEEK_BINS) == []


@pytest.mark.parametrize("an_hour", [3.0, 5_000.0])
def test_a_change_of_the_clock_is_no_surge(an_hour: float) -> None:
    def rate(number: int) -> float:
        day, hour = divmod(number // HOUR_BINS, 24)
        changed = number >= 5 * WEEK_BINS
        return usual_rate(day * 24 + (hour - changed) % 24, an_hour)

    assert told(weeks(rate, 6, seed=4), 5 * WEEK_BINS) == []


@pytest.mark.parametrize("seed", range(6))
def test_forty_posts_in_two_hours_are_told_where_ten_a_day_are_usual(seed: int) -> None:
    begin = 3 * WEEK_BINS + 12 * HOUR_BINS

    def rate(number: int) -> float:
        return 20.0 if 0 <= number - begin < 2 * HOUR_BINS else ordinary(10 / 24)(number)

    found = told(weeks(rate, 4, seed), WEEK_BINS)
    assert len(found) == 1
    assert found[0] - begin < HOUR_BINS


def test_a_planned_day_each_month_is_told_that_day_once_and_leaves_the_next_days_alone() -> None:
    campaign = [week * WEEK_BINS + 3 * DAY_BINS + 9 * HOUR_BINS for week in (2, 6)]

    def rate(number: int) -> float:
        during = any(begin <= number < begin + 12 * HOUR_BINS for begin in campaign)
        return ordinary(60.0)(number) * (4.0 if during else 1.0)

    found = told(weeks(rate, 8, seed=5), WEEK_BINS)
    assert [number // DAY_BINS for number in found] == [begin // DAY_BINS for begin in campaign]


def test_a_slow_rise_over_weeks_is_no_surge() -> None:
    def rate(number: int) -> float:
        return ordinary(40.0)(number) * (1 + number / (4 * WEEK_BINS))

    assert told(weeks(rate, 6, seed=6), WEEK_BINS) == []


@pytest.mark.parametrize(
    ("an_hour", "within_an_hour"), [(0.05, 40), (1.0, 40), (10.0, 100), (1_000.0, 4_000)]
)
def test_a_burst_is_told_while_it_lasts_from_the_fourth_day_on(
    an_hour: float, within_an_hour: int
) -> None:
    counts = weeks(ordinary(an_hour), 1, seed=7)[: 4 * DAY_BINS]
    began = 3 * DAY_BINS + 10 * HOUR_BINS
    for number in range(within_an_hour):
        counts[began + number * HOUR_BINS // within_an_hour] += 1
    found = told(counts, 3 * DAY_BINS)
    assert found
    assert began <= found[0] < began + HOUR_BINS


def test_a_source_that_stops_for_a_day_and_goes_on_as_before_is_no_surge() -> None:
    def rate(number: int) -> float:
        return 0.0 if number // DAY_BINS == 17 else ordinary(40.0)(number)

    assert told(weeks(rate, 3, seed=8), 16 * DAY_BINS) == []
