"""Times as people and exports write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from services.monitor.imports.times import read_time

SHANGHAI = ZoneInfo("Asia/Shanghai")
NINE_PM = datetime(2026, 11, 1, 21, 4, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-01T21:04:00+08:00",
        "2026-11-01T13:04:00Z",
        "2026-11-01 13:04:00 UTC",
        "2026-11-01 21:04",
        "2026/11/1 21:04",
        "2026.11.01 21:04:00",
        "2026年11月1日 21:04",
        "2026年11月01日21时04分",
        "2026年11月1日 21时04分00秒",
        "2026-11-01 21:04:00.000000",
        "Sun, 01 Nov 2026 13:04:00 GMT",
        "Sun, 01 Nov 2026 21:04:00 +0800",
        "Sun Nov 01 21:04:00 +0800 2026",
        "1793538240",
        "1793538240000",
        1793538240,
        1793538240.0,
        "  2026-11-01 21:04  ",
        "46327.8777777778",
        46327.8777777778,
    ],
)
def test_all_of_these_are_four_past_nine_in_shanghai(written: str | float) -> None:
    assert read_time(written, SHANGHAI) == NINE_PM


def test_a_day_alone_begins_at_midnight() -> None:
    assert read_time("2026-11-01", UTC) == datetime(2026, 11, 1, tzinfo=UTC)


def test_a_time_that_names_no_zone_is_read_in_the_one_that_is_given() -> None:
    hours = read_time("2026-11-01 21:04", UTC) - read_time("2026-11-01 21:04", SHANGHAI)
    assert hours.total_seconds() == 8 * 3600


@pytest.mark.parametrize(
    "written",
    [
        "",
        "yesterday",
        "昨天 21:04",
        "11/1/2026",
        "2026-13-01",
        "2026-02-30 10:00",
        "2026-11-01 25:00",
        "2026-11-01 21:04 +99:99",
        "12",
        "9" * 80,
        "99999999999999",
        "１７９３５３８２４０",
        True,
        float("nan"),
        float("inf"),
        "Sun, 99 Nov 2026 13:04:00 GMT",
        "\x00",
    ],
)
def test_what_names_no_moment_is_refused(written: str | float) -> None:
    with pytest.raises(ValueError, match="no time"):
        read_time(written, SHANGHAI)
