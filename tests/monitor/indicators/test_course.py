"""The course of a subject: how the posts of the last day came."""

import pytest

from services.monitor.indicators.course import course
from services.monitor.indicators.tally import Tally, TallyPost

NOON = 1_772_337_600.0
HOUR = 3_600.0


def posted(*seconds: float) -> Tally:
    tally = Tally()
    for number, second in enumerate(seconds):
        tally.add(TallyPost(NOON + second, "weibo", f"u{number % 3}"))
    return tally


def test_nothing_has_no_course() -> None:
    found = course(Tally(), NOON)
    assert (found.posts, found.age, found.authors, found.slow, found.fast) == (0, 0, 0, 0, 0)


def test_a_steady_stream_settles_at_its_rate_whatever_the_half_life() -> None:
    found = course(posted(*(number * 60.0 for number in range(1_440))), NOON + 86_340)
    assert found.posts == 1_440
    assert found.fast == pytest.approx(60, rel=0.05)
    assert found.medium == pytest.approx(60, rel=0.05)
    assert found.slow == pytest.approx(60, rel=0.05)
    assert found.authors == 3


def test_what_quickens_is_faster_in_the_shorter_half_lives() -> None:
    found = course(
        posted(*(HOUR * 3 * (number / 100) ** 0.5 for number in range(100))), NOON + 10_800
    )
    assert found.fast > found.medium > found.slow > 0


def test_a_day_is_all_that_counts() -> None:
    found = course(posted(0.0, 30 * HOUR), NOON + 30 * HOUR)
    assert (found.posts, found.age) == (1, 24 * HOUR)
