"""How patiently alerts are sent, and how many one by one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitor.alerts.alerting import PERSON, ROBOT, pause_after, told_later
from shared.contracts.levels import WarningLevel

NOW = datetime(2026, 11, 1, 3, tzinfo=UTC)


def test_a_receiver_has_two_hours_to_come_back() -> None:
    pauses = []
    while (pause := pause_after(len(pauses) + 1)) is not None:
        pauses.append(pause)
    assert pauses == sorted(pauses)
    assert sum(pauses[:2], timedelta()) < timedelta(minutes=1)
    assert timedelta(minutes=90) < sum(pauses, timedelta()) < timedelta(hours=2)


def ago(*seconds: float) -> list[datetime]:
    return [NOW - timedelta(seconds=each) for each in seconds]


def test_what_comes_now_and_then_is_told_at_once() -> None:
    assert told_later(ago(1, 2, 3, 4, 5), NOW, PERSON, WarningLevel.BLUE) is None


def test_in_a_storm_the_rest_of_the_minute_is_told_together() -> None:
    assert told_later(ago(*range(6)), NOW, PERSON, WarningLevel.BLUE) == NOW + timedelta(minutes=1)


def test_in_a_long_one_they_are_told_every_five_minutes() -> None:
    hour = ago(*(120 * number for number in range(1, 21)))
    assert told_later(hour, NOW, PERSON, None) == NOW + timedelta(minutes=5)


def test_level_one_has_room_of_its_own() -> None:
    assert told_later(ago(*range(6)), NOW, PERSON, WarningLevel.RED) is None
    assert told_later(ago(*range(10)), NOW, PERSON, WarningLevel.RED) is not None


@pytest.mark.parametrize("level", [*WarningLevel, None])
@given(gaps=st.lists(st.floats(min_value=0, max_value=90), max_size=200))
def test_no_robot_is_told_more_than_it_takes_in_any_minute(
    gaps: list[float], level: WarningLevel | None
) -> None:
    at, told, held = NOW, list[datetime](), list[datetime]()
    for gap in gaps:
        at += timedelta(seconds=gap)
        until = told_later(told, at, ROBOT, level)
        (held if until else told).append(until or at)
    # What was held leaves as one message for each minute in which any was due.
    together = {moment.replace(second=0, microsecond=0) for moment in held}
    for end in told:
        begin = end - timedelta(minutes=1)
        single = sum(begin < each <= end for each in told)
        assert single + sum(begin < each <= end for each in together) <= 20
