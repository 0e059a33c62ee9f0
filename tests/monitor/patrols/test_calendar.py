"""When rounds are due: on the wall, across summer time, and never twice."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.monitor.patrols.calendar import Calendar, due_times, next_due

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def test_nine_in_shanghai_is_one_in_utc_every_day() -> None:
    calendar = Calendar(SHANGHAI, START, times=(time(9),))
    assert due_times(calendar, at(1, 0), at(3, 12)) == [at(1, 1), at(2, 1), at(3, 1)]


def test_after_is_left_out_and_until_is_taken_in() -> None:
    calendar = Calendar(SHANGHAI, START, times=(time(9),))
    assert due_times(calendar, at(1, 1), at(2, 1)) == [at(2, 1)]


def test_weekdays_are_those_of_the_place() -> None:
    # 2026-11-02 is a Monday; at half past midnight in Shanghai it is still Sunday in UTC.
    calendar = Calendar(SHANGHAI, START, times=(time(0, 30),), weekdays=frozenset({1}))
    assert due_times(calendar, at(1, 0), at(8, 0)) == [at(1, 16, 30)]


def test_nine_stays_nine_when_the_clock_is_turned() -> None:
    calendar = Calendar(BERLIN, START, times=(time(9),))
    spring = due_times(calendar, at(28, 0, month=3), at(30, 0, month=3))
    assert spring == [at(28, 8, month=3), at(29, 7, month=3)]


def test_a_time_that_the_clock_leaves_out_is_due_an_hour_later_once() -> None:
    calendar = Calendar(BERLIN, START, times=(time(2, 30), time(3, 30)))
    assert due_times(calendar, at(29, 0, month=3), at(29, 12, month=3)) == [at(29, 1, 30, 3)]


def test_a_time_that_the_clock_shows_twice_is_due_the_first_time() -> None:
    calendar = Calendar(BERLIN, START, times=(time(2, 30),))
    assert due_times(calendar, at(25, 0, month=10), at(25, 12, month=10)) == [at(25, 0, 30, 10)]


def test_every_two_hours_counts_from_the_start_and_ends() -> None:
    calendar = Calendar(BERLIN, at(1, 0, 15), every=timedelta(hours=2), ends_at=at(1, 5), times=())
    assert due_times(calendar, START, at(9, 0)) == [at(1, 0, 15), at(1, 2, 15), at(1, 4, 15)]
    assert next_due(calendar, at(1, 4, 15), DAY) is None


moments = st.integers(0, 365 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
calendars = st.builds(
    Calendar,
    zone=st.sampled_from([SHANGHAI, BERLIN, ZoneInfo("America/New_York"), ZoneInfo("UTC")]),
    starts_at=moments,
    times=st.lists(st.builds(time, st.integers(0, 23), st.integers(0, 59)), max_size=4),
    weekdays=st.frozensets(st.integers(1, 7), max_size=7),
    every=st.none() | st.builds(timedelta, hours=st.integers(1, 60)),
    ends_at=st.none() | moments,
)


@given(calendars, moments, st.integers(0, 200), st.integers(0, 200))
def test_asking_in_two_steps_gives_what_asking_once_gives(
    calendar: Calendar, after: datetime, first: int, second: int
) -> None:
    between = after + timedelta(hours=first)
    until = between + timedelta(hours=second)
    whole = due_times(calendar, after, until)
    steps = due_times(calendar, after, between) + due_times(calendar, between, until)
    assert whole == steps
    assert whole == sorted(set(whole))
    assert all(after < due <= until and due >= calendar.starts_at for due in whole)
