"""When a matter is back, and when it only lingers."""

from hypothesis import given
from hypothesis import strategies as st

from services.monitor.aftermath.resurgence import QUIET, returned

DAY = 86_400.0


def back(
    times: list[float],
    now: float,
    *,
    accounts: int = 9,
    heat_then: float = 0.0,
    peak: float = 0.0,
) -> bool:
    found = returned(times, now, accounts=accounts, began_at=0.0, heat_then=heat_then, peak=peak)
    return found is not None


def test_five_posts_within_minutes_after_a_quiet_day_are_a_return() -> None:
    assert back([DAY + 60 * minute for minute in range(5)], DAY + 300)
    assert not back([DAY, DAY + 60], DAY + 300)


def test_two_accounts_bring_nothing_back_however_much_they_write() -> None:
    many = [DAY + 10 * number for number in range(60)]
    assert not back(many, DAY + 600, accounts=2)
    assert back(many, DAY + 600, accounts=3)


def test_of_a_large_matter_a_tenth_of_its_busiest_hour_is_needed() -> None:
    seven = [DAY + 60 * minute for minute in range(7)]
    assert not back(seven, DAY + 400, peak=400)
    assert back([DAY + 6 * second for second in range(70)], DAY + 430, peak=400)


def test_what_is_still_said_in_the_first_hours_is_no_return() -> None:
    assert not back([3_600.0 + 60 * minute for minute in range(30)], 5_400.0, heat_then=100)


def test_a_matter_that_never_went_quiet_does_not_come_back() -> None:
    steady = [600.0 * number for number in range(int(2 * DAY / 600))]
    assert not back(steady, 2 * DAY)


def test_the_return_tells_how_much_it_is() -> None:
    times = [DAY + 60 * minute for minute in range(8)]
    found = returned(times, DAY + 480, accounts=8, began_at=0.0, heat_then=0.0, peak=20)
    assert found is not None
    assert found.posts == 8
    assert found.heat >= found.threshold > 0


@given(st.lists(st.floats(0, DAY), max_size=50), st.floats(0, QUIET - 1))
def test_nothing_is_back_before_it_was_quiet_long_enough(times: list[float], now: float) -> None:
    assert not back(times, now)
