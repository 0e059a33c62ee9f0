"""The load of an engine is that of the last minute."""

import pytest

from services.analysis.engines.load import Load


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_an_engine_that_worked_half_of_the_time_was_half_busy(clock: Clock) -> None:
    measured = Load(clock)
    for _ in range(300):
        clock.now += 1
        measured.note(clock.now - 0.5, 20)
    assert measured.share() == pytest.approx(0.5, abs=0.02)
    assert measured.texts_per_second() == pytest.approx(20, rel=0.05)


def test_what_was_more_than_a_minute_ago_is_forgotten(clock: Clock) -> None:
    measured = Load(clock)
    measured.note(clock.now - 1, 20)
    clock.now += 61
    assert measured.share() == 0
    assert measured.texts_per_second() == 0


def test_a_young_engine_is_measured_over_its_own_time(clock: Clock) -> None:
    measured = Load(clock)
    clock.now += 10
    measured.note(clock.now - 5, 50)
    assert measured.share() == pytest.approx(0.5)
    assert measured.texts_per_second() == pytest.approx(5)
