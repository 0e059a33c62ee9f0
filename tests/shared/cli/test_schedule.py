"""When a replayed post is sent, and which time it carries."""

import pytest

from shared.cli.recordings import Recording
from shared.cli.schedule import Schedule, plan

STARTED = 1_800_000_000.0


def recording(first: float, last: float) -> Recording:
    return Recording("event", False, first, last, 2, lambda: iter(()))


def test_the_whole_takes_forty_seconds() -> None:
    schedule = plan(recording(0, 7200), speed=None, started=STARTED)
    assert schedule.due(0) == STARTED
    assert schedule.due(7200) == STARTED + 40


def test_a_short_event_is_not_stretched() -> None:
    schedule = plan(recording(0, 8), speed=None, started=STARTED)
    assert schedule.due(8) == STARTED + 8


def test_speed_is_simulated_seconds_per_second() -> None:
    schedule = plan(recording(100, 700), speed=60, started=STARTED)
    assert schedule.due(700) == STARTED + 10


def test_speed_zero_is_at_once() -> None:
    schedule = plan(recording(0, 7200), speed=0, started=STARTED)
    assert schedule.due(0) == schedule.due(7200) == STARTED
    assert schedule.published(7200, STARTED) == STARTED
    assert schedule.published(0, STARTED) == STARTED - 7200


@pytest.mark.parametrize("speed", [0, 0.5, 1, 3, 180, None])
def test_nothing_is_published_after_it_is_sent(speed: float | None) -> None:
    schedule = plan(recording(0, 7200), speed=speed, started=STARTED)
    for at in range(0, 7201, 60):
        assert schedule.published(at, schedule.due(at)) <= schedule.due(at)


def test_distances_in_time_stay_and_the_last_post_is_published_now() -> None:
    schedule = plan(recording(0, 7200), speed=180, started=STARTED)
    times = [schedule.published(at, schedule.due(at)) for at in (0, 600, 7200)]
    assert [later - times[0] for later in times] == [0, 600, 7200]
    assert times[-1] == schedule.due(7200)


def test_unshifted_times_stay_as_recorded() -> None:
    schedule = Schedule(first=1e9, last=2e9, speed=0, started=STARTED, shifted=False)
    assert schedule.published(1.5e9, STARTED) == 1.5e9
