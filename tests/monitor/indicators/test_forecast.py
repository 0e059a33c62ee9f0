"""A forecast goes on as it was, less and less, and says how sure it is."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitor.indicators.forecast import STEADY_COURSE, band, forecast, quantile
from services.monitor.indicators.trend import Trend, trend

DAY = 96


def test_a_steady_stream_goes_on() -> None:
    for each in forecast([5] * DAY):
        assert each.expected == pytest.approx(20, rel=0.05)
        assert each.low < 20 < each.high


def test_a_rise_goes_on_rising_but_less_and_less() -> None:
    rising = forecast([1] * 88 + [1, 1, 2, 2, 8, 10, 12, 16])
    assert rising[0].expected > 46 * 0.8
    assert rising[5].expected < rising[0].expected


def test_a_fall_ends_at_what_is_usual() -> None:
    falling = forecast([2] * 80 + [60, 60, 50, 40, 30, 20, 15, 12, 8, 6, 4, 3, 2, 2, 2, 2])
    assert falling[0].expected < 20


def test_a_matter_that_has_just_begun_passes_and_what_is_steady_does_not() -> None:
    begun = [12, 20, 22]
    story, watch = forecast(begun), forecast(begun, course=STEADY_COURSE)
    assert story[5].expected < story[0].expected / 4
    assert watch[5].expected > watch[0].expected / 2
    for each, day_old in zip(forecast([0] * 93 + begun), forecast([1] * 93 + begun), strict=True):
        assert each.expected < day_old.expected


def test_less_is_known_of_what_is_young() -> None:
    young, old = forecast([5] * 8, course=STEADY_COURSE), forecast([5] * DAY)
    for one, other in zip(young, old, strict=True):
        assert one.high - one.low > other.high - other.low


def test_the_band_grows_with_every_hour_ahead() -> None:
    widths = [(each.high - each.low) / max(each.expected, 1) for each in forecast([10] * DAY)]
    assert widths == sorted(widths)


def test_nothing_is_expected_of_nothing() -> None:
    assert forecast([]) == []
    assert all((each.low, each.high) == (0, 0) for each in forecast([0] * DAY))


@given(st.floats(0.5, 199), st.floats(0.05, 2))
def test_a_band_holds_four_cases_in_five(rate: float, dispersion: float) -> None:
    size = 1 / dispersion

    def mass(count: int) -> float:
        return math.exp(
            math.lgamma(count + size)
            - math.lgamma(size)
            - math.lgamma(count + 1)
            + size * math.log(size / (size + rate))
            + count * math.log(rate / (size + rate))
        )

    low, high = band(rate, dispersion)
    assert sum(mass(count) for count in range(low, high + 1)) >= 0.8 - 1e-9


def test_quantiles_do_not_jump_where_the_manner_of_counting_changes() -> None:
    for share in (0.1, 0.9):
        below, above = quantile(share, 199.9, 0.3), quantile(share, 200.1, 0.3)
        assert abs(above - below) < 0.2 * below


@given(st.lists(st.integers(0, 10_000), max_size=200))
def test_any_history_gives_a_sound_forecast(quarters: list[int]) -> None:
    for each in forecast(quarters):
        assert math.isfinite(each.expected)
        assert 0 <= each.low <= each.high


@pytest.mark.parametrize(
    ("quarters", "expected"),
    [
        ([], Trend.QUIET),
        ([0] * 95 + [4], Trend.QUIET),
        ([1] * 92 + [5, 5, 5, 5], Trend.RISING),
        ([5] * 92 + [1, 1, 1, 1], Trend.FALLING),
        ([5] * 96, Trend.STEADY),
        ([1] * 88 + [20] * 8, Trend.PEAK),
    ],
)
def test_a_trend_is_told_where_it_is_more_than_chance(quarters: list[int], expected: Trend) -> None:
    assert trend(quarters) is expected
