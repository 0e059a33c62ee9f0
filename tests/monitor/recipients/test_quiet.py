"""Quiet hours: who sleeps is not woken, except by what breaks through."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.monitor.recipients.quiet import Hours, QuietHours
from shared.contracts.levels import WarningLevel

NIGHT = Hours(time(22), time(7), "Asia/Shanghai")


def at(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "ends"),
    [
        ("2026-11-03T21:59", None),
        ("2026-11-03T22:00", "2026-11-04T07:00"),
        ("2026-11-04T03:00", "2026-11-04T07:00"),
        ("2026-11-04T06:59", "2026-11-04T07:00"),
        ("2026-11-04T07:00", None),
    ],
)
def test_hours_reach_past_midnight(moment: str, ends: str | None) -> None:
    assert NIGHT.end_of(at(moment)) == (at(ends) if ends else None)


def test_days_are_those_on_which_the_hours_begin() -> None:
    friday = Hours(time(22), time(7), "Asia/Shanghai", frozenset({"fri"}))
    assert friday.end_of(at("2026-11-07T03:00")) == at("2026-11-07T07:00")
    assert friday.end_of(at("2026-11-08T03:00")) is None


def test_a_change_of_clocks_in_the_night_is_known() -> None:
    night = Hours(time(22), time(7), "Europe/Berlin")
    ends = night.end_of(at("2026-10-24T23:00", "Europe/Berlin"))
    assert ends == datetime(2026, 10, 25, 6, tzinfo=UTC)
    assert night.end_of(datetime(2026, 10, 25, 5, 59, tzinfo=UTC)) == ends


def test_hours_that_begin_and_end_alike_are_the_whole_day() -> None:
    whole = Hours(time(0), time(0), "UTC")
    now = datetime(2026, 11, 3, 12, tzinfo=UTC)
    assert whole.end_of(now) == now + timedelta(hours=12)


@pytest.mark.parametrize("level", WarningLevel)
def test_what_is_grave_enough_breaks_through(level: WarningLevel) -> None:
    quiet = QuietHours(NIGHT, WarningLevel.ORANGE)
    held = quiet.held_until(at("2026-11-04T03:00"), level)
    assert (held is None) == (level >= WarningLevel.ORANGE)
    assert quiet.held_until(at("2026-11-04T12:00"), level) is None


def test_what_has_no_level_waits() -> None:
    assert QuietHours(NIGHT, WarningLevel.BLUE).held_until(at("2026-11-04T03:00"), None)
