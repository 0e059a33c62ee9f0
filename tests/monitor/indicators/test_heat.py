"""Heat: posts an hour, fading."""

import pytest

from services.monitor.indicators.heat import Heat

HOUR = 3_600.0


def test_a_steady_stream_settles_at_its_rate() -> None:
    heat = Heat()
    for number in range(24 * 30):
        heat.add(number * HOUR / 30)
    assert heat.value(24 * HOUR) == pytest.approx(30, rel=0.02)


def test_a_burst_halves_every_hour() -> None:
    heat = Heat()
    for _ in range(100):
        heat.add(1_000.0)
    assert heat.value(1_000.0) == pytest.approx(69.3, abs=0.1)
    assert heat.value(1_000.0 + HOUR) == pytest.approx(34.7, abs=0.1)
    assert heat.value(1_000.0 + 2_000 * HOUR) == 0


def test_posts_that_come_late_count_as_if_they_had_come_in_time() -> None:
    times = [0.0, 50.0, 900.0, 4_000.0]
    in_order, reverse = Heat(), Heat()
    for at in times:
        in_order.add(at)
    for at in reversed(times):
        reverse.add(at)
    assert reverse.value(5_000) == pytest.approx(in_order.value(5_000))


def test_posts_that_people_react_to_count_more() -> None:
    quiet, loud = Heat(), Heat()
    quiet.add(0.0)
    loud.add(0.0, interactions=999)
    assert loud.value(0) == pytest.approx(2.5 * quiet.value(0))


def test_a_clock_that_runs_back_does_not_heat_up() -> None:
    heat = Heat()
    heat.add(10_000.0)
    assert heat.value(0.0) == heat.value(10_000.0)
