"""The surge detector: what stands out, what does not, and that it looks at nothing later."""

import json
import math
import random
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitor.surge.detector import Surge, SurgeDetector
from services.monitor.surge.settings import SurgeSettings

STEP = 300.0
DAY = 86_400.0
BINS_A_DAY = int(DAY / STEP)


def poisson(generator: random.Random, rate: float) -> int:
    limit, product, count = math.exp(-rate), generator.random(), 0
    while product > limit:
        product *= generator.random()
        count += 1
    return count


def ordinary(days: int, rate: float, seed: int) -> list[int]:
    """Quiet nights, busy days, quieter weekends."""
    generator = random.Random(seed)
    counts = []
    for number in range(days * BINS_A_DAY):
        day, hour = divmod(number * STEP, DAY)
        shape = 0.3 + 0.7 * math.sin(math.pi * hour / DAY) ** 2
        counts.append(poisson(generator, rate * shape * (0.6 if day % 7 >= 5 else 1.0)))
    return counts


def surges(detector: SurgeDetector, counts: Sequence[float], since: float = 0.0) -> Iterator[Surge]:
    for number, count in enumerate(counts):
        surge = detector.add(since + number * STEP, count)
        if surge is not None:
            yield surge


def alarms(counts: Sequence[float]) -> list[Surge]:
    return [surge for surge in surges(SurgeDetector(), counts) if surge.alarm]


@pytest.mark.parametrize("rate", [0.2, 2.0, 20.0])
def test_the_ordinary_course_of_weeks_hardly_alarms(rate: float) -> None:
    weeks = 4
    found = [len(alarms(ordinary(7 * weeks, rate, seed))) for seed in range(3)]
    assert sum(found) <= len(found) * weeks


@pytest.mark.parametrize(("rate", "burst"), [(0.2, 8), (2.0, 12), (20.0, 60)])
def test_a_burst_is_told_at_once_with_what_was_usual(rate: float, burst: int) -> None:
    counts = ordinary(10, rate, seed=1)
    began = 9 * BINS_A_DAY + BINS_A_DAY // 2
    for number in range(began, began + 12):
        counts[number] += burst
    told = [surge for surge in alarms(counts) if surge.at >= began * STEP]
    assert told[0].at <= (began + 3) * STEP
    assert told[0].expected < told[0].count / 2
    assert len(told) <= 12


def test_a_surge_that_goes_on_is_not_told_at_every_bin() -> None:
    counts = ordinary(10, 2.0, seed=2) + [40] * (BINS_A_DAY // 2)
    told = [surge for surge in alarms(counts) if surge.at >= 10 * DAY]
    assert told[0].at <= 10 * DAY + 3 * STEP
    assert len(told) <= 24


def test_bursts_that_come_every_day_become_usual() -> None:
    counts = ordinary(30, 2.0, seed=3)
    for day in range(5, 30):
        for number in range(3):
            counts[day * BINS_A_DAY + (day * 37) % 200 + number] += 60
    days = {surge.at // DAY for surge in alarms(counts)}
    assert {5, 6, 7} <= days
    assert len([day for day in days if day >= 15]) <= 15 // 2


def test_the_hour_and_the_weekday_are_learned() -> None:
    detector = SurgeDetector()
    list(surges(detector, ordinary(42, 40.0, seed=4)))
    noon, night = detector.expect(42 * DAY + DAY / 2), detector.expect(42 * DAY)
    weekend = detector.expect(47 * DAY + DAY / 2)
    assert noon > 2 * night
    assert weekend < 0.85 * noon


def test_a_surge_teaches_the_baseline_little() -> None:
    calm = ordinary(10, 5.0, seed=5)
    struck = [*calm[:-24], *[5_000] * 12, *calm[-12:]]
    one, other = SurgeDetector(), SurgeDetector()
    list(surges(one, calm))
    list(surges(other, struck))
    assert other.expect(10 * DAY) < 2 * one.expect(10 * DAY)


@given(
    counts=st.lists(st.integers(0, 500), max_size=400),
    cut=st.integers(0, 400),
)
def test_what_is_told_of_a_bin_depends_on_nothing_later(counts: list[int], cut: int) -> None:
    whole = [SurgeDetector().weigh, SurgeDetector().weigh]
    all_of_it = [whole[0](number * STEP, count) for number, count in enumerate(counts)]
    beginning = [whole[1](number * STEP, count) for number, count in enumerate(counts[:cut])]
    assert beginning == all_of_it[:cut]


@given(cut=st.integers(0, 600), seed=st.integers(0, 50))
def test_a_detector_goes_on_where_its_state_was_stored(cut: int, seed: int) -> None:
    counts = ordinary(2, 3.0, seed)
    one = SurgeDetector()
    before = [one.weigh(number * STEP, count) for number, count in enumerate(counts[:cut])]
    other = SurgeDetector.from_state(json.loads(json.dumps(one.to_state())))
    for number, count in enumerate(counts[cut:], cut):
        assert other.weigh(number * STEP, count) == one.weigh(number * STEP, count)
    assert len(before) == min(cut, len(counts))


def test_hourly_bins_work_as_well() -> None:
    settings = SurgeSettings(step=3_600.0)
    assert settings.window_bins == (1, 2)
    detector = SurgeDetector(settings)
    counts = [10 + number % 3 for number in range(24 * 14)] + [90]
    told = [detector.add(number * 3_600.0, count) for number, count in enumerate(counts)]
    assert not any(told[48:-1])
    assert told[-1] is not None
    assert told[-1].alarm


@pytest.mark.parametrize("count", [-1.0, math.nan, math.inf])
def test_what_is_no_count_is_refused(count: float) -> None:
    with pytest.raises(ValueError, match="number from 0 upward"):
        SurgeDetector().add(0.0, count)


@pytest.mark.parametrize("wrong", [{"step": 0.0}, {"windows": ()}, {"windows": (0.0,)}])
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        SurgeSettings(**wrong)  # type: ignore[arg-type]
