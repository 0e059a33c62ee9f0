"""What a source usually brings."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitor.coverage.expectation import HOUR, Usual, hour_of_week, learn

MONDAY = datetime(2026, 9, 7, tzinfo=UTC)


def hours(counts: list[int]) -> list[tuple[datetime, int]]:
    return [(MONDAY + number * HOUR, posts) for number, posts in enumerate(counts)]


def test_a_source_that_writes_by_day_is_expected_by_day() -> None:
    by_day = [6 if 8 <= hour < 20 else 0 for _ in range(28) for hour in range(24)]
    usual = learn(hours(by_day))
    assert usual is not None
    noon, night = MONDAY + 12 * HOUR, MONDAY + 2 * HOUR
    assert usual.expected(noon, noon + HOUR) == pytest.approx(6, rel=0.2)
    assert usual.expected(night, night + HOUR) < 0.3
    assert usual.longest_gap == 12


def test_little_past_is_filled_up_from_the_other_days() -> None:
    two_days = [6 if 8 <= hour < 20 else 0 for _ in range(2) for hour in range(24)]
    usual = learn(hours(two_days))
    assert usual is not None
    friday_noon = MONDAY + timedelta(days=4, hours=12)
    # Never seen, so it lies between the rate of noon and that of all hours.
    assert 3 < usual.expected(friday_noon, friday_noon + HOUR) < 6


def test_bursts_make_silence_likelier() -> None:
    steady = learn(hours([2] * 336))
    bursts = learn(hours(([0] * 9 + [20]) * 33))
    assert steady is not None
    assert bursts is not None
    assert steady.dispersion == 1
    assert bursts.dispersion > 5
    # Of a rate learned from 672 posts.
    assert steady.chance_of_none(10) == pytest.approx((1 + 10 / 672) ** -672)
    assert steady.chance_of_none(10) == pytest.approx(math.exp(-10), rel=0.1)
    assert bursts.chance_of_none(10) > 100 * steady.chance_of_none(10)


@given(
    counts=st.lists(st.integers(0, 30), min_size=1, max_size=400),
    start=st.integers(0, 400 * 60),
    minutes=st.integers(0, 30_000),
    cut=st.integers(0, 30_000),
)
def test_what_is_expected_adds_up(counts: list[int], start: int, minutes: int, cut: int) -> None:
    usual = learn(hours(counts))
    assert usual is not None
    begin = MONDAY + timedelta(minutes=start)
    end = begin + timedelta(minutes=minutes)
    middle = min(begin + timedelta(minutes=cut), end)
    parts = usual.expected(begin, middle) + usual.expected(middle, end)
    assert parts == pytest.approx(usual.expected(begin, end), abs=1e-6)
    assert min(usual.rates) >= 0
    assert 0 <= usual.chance_of_none(parts) <= 1


@given(st.lists(st.integers(0, 30), min_size=1, max_size=400))
def test_it_is_kept_as_it_was_learned(counts: list[int]) -> None:
    usual = learn(hours(counts))
    assert usual is not None
    kept = Usual.from_json(usual.to_json())
    assert kept.rates == pytest.approx(usual.rates, abs=1e-5)
    assert (kept.dispersion, kept.longest_gap) == (usual.dispersion, usual.longest_gap)


def test_nothing_is_learned_from_nothing() -> None:
    assert learn([]) is None
    assert hour_of_week(datetime(2026, 9, 7, 8, tzinfo=UTC)) == 8
