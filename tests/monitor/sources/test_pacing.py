"""A source that fails is left alone for longer each time, never for ever."""

from datetime import timedelta

from services.monitor.sources.pacing import pause_after_failure, pause_after_success

EVERY = timedelta(minutes=5)
DAY = timedelta(days=1)


def test_a_good_reading_is_followed_by_the_usual_pause() -> None:
    assert pause_after_success(EVERY) == EVERY


def test_the_pause_doubles_from_the_second_failure_on_up_to_a_day() -> None:
    pauses = [pause_after_failure(EVERY, failures) for failures in (1, 2, 3, 4, 9, 10_000)]
    assert pauses == [EVERY, EVERY * 2, EVERY * 4, EVERY * 8, EVERY * 256, DAY]


def test_what_the_site_asks_for_is_kept_up_to_a_day() -> None:
    assert pause_after_failure(EVERY, 1, timedelta(hours=1)) == timedelta(hours=1)
    assert pause_after_failure(EVERY, 1, timedelta(seconds=1)) == EVERY
    assert pause_after_failure(EVERY, 1, timedelta(days=9_000)) == DAY
