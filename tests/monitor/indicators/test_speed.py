"""Speed: against the subject's own past."""

import pytest

from services.monitor.indicators.speed import speed
from services.monitor.indicators.tally import Tally, TallyPost

NOON = 1_772_337_600.0
HOUR = 3_600.0


def stream(tally: Tally, *, since: float, until: float, per_hour: int) -> None:
    for number in range(round((until - since) / HOUR * per_hour)):
        tally.add(TallyPost(since + 60 + number * HOUR / per_hour, "weibo"))


def test_a_steady_subject_runs_as_fast_as_before() -> None:
    tally = Tally()
    stream(tally, since=NOON - 20 * HOUR, until=NOON, per_hour=20)
    now = speed(tally, NOON)
    assert now.baseline == pytest.approx(20, rel=0.05)
    assert now.multiple == pytest.approx(1, rel=0.05)
    assert now.quarter == pytest.approx(20)


def test_a_surge_is_told_by_its_multiple() -> None:
    tally = Tally()
    stream(tally, since=NOON - 20 * HOUR, until=NOON - HOUR, per_hour=4)
    stream(tally, since=NOON - HOUR, until=NOON, per_hour=60)
    assert speed(tally, NOON).multiple == pytest.approx((60 + 2) / (4 + 2), rel=0.05)


def test_three_posts_after_silence_are_no_surge_of_infinite_speed() -> None:
    tally = Tally()
    tally.add(TallyPost(NOON - 30 * HOUR, "weibo"))
    stream(tally, since=NOON - HOUR, until=NOON, per_hour=3)
    assert speed(tally, NOON).multiple == pytest.approx(2.5)


def test_a_subject_without_a_past_has_no_multiple() -> None:
    tally = Tally()
    stream(tally, since=NOON - 1.5 * HOUR, until=NOON, per_hour=100)
    now = speed(tally, NOON)
    assert now.hour == pytest.approx(100)
    assert now.baseline is None
    assert now.multiple is None


def test_the_past_of_a_young_subject_is_as_long_as_it_is() -> None:
    tally = Tally()
    stream(tally, since=NOON - 3 * HOUR, until=NOON, per_hour=60)
    assert speed(tally, NOON).baseline == pytest.approx(60, rel=0.05)


def test_nothing_runs_at_no_speed() -> None:
    assert speed(Tally(), NOON).hour == 0
