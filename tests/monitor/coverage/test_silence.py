"""An alarm for a source that fell silent, and none for one that sleeps."""

import math
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.monitor.coverage.expectation import HOUR, Usual, learn
from services.monitor.coverage.silence import Condition, judge
from shared.contracts.sources import SilenceCause

MONDAY = datetime(2026, 9, 7, tzinfo=UTC)
FIVE_MINUTES = timedelta(minutes=5)


def usual_by_day() -> Usual:
    """Six posts an hour from 8 to 20 o'clock, none at night; four weeks of it."""
    counts = [6 if 8 <= hour < 20 else 0 for _ in range(28) for hour in range(24)]
    learned = learn((MONDAY + n * HOUR, posts) for n, posts in enumerate(counts))
    assert learned is not None
    return learned


def quiet(since: datetime, now: datetime, **changes: object) -> Condition:
    condition = Condition(quiet_since=since, reachable_at=now, failures=0, every=FIVE_MINUTES)
    return replace(condition, **changes)


def test_a_night_is_no_silence_and_a_working_day_is() -> None:
    evening = MONDAY + timedelta(days=28, hours=20)
    morning = evening + 13 * HOUR
    assert judge(quiet(evening, morning), usual_by_day(), morning) is None
    afternoon = evening + 20 * HOUR
    silence = judge(quiet(evening, afternoon), usual_by_day(), afternoon)
    assert silence is not None
    assert silence.cause is SilenceCause.SILENT
    assert silence.since == evening
    assert silence.expected is not None
    assert silence.expected > 40
    assert silence.longest_gap == 12


def test_a_source_without_a_past_is_not_judged() -> None:
    now = MONDAY + timedelta(days=2)
    young = learn((MONDAY + n * HOUR, 9) for n in range(48))
    assert judge(quiet(now - 40 * HOUR, now), young, now) is None
    assert judge(quiet(now - 40 * HOUR, now), None, now) is None


def test_time_in_which_nobody_listened_does_not_count() -> None:
    now = MONDAY + timedelta(days=29, hours=16)
    assert judge(quiet(now, now, quiet_since=None), usual_by_day(), now) is None


def test_a_source_that_cannot_be_read_for_hours_is_an_alarm_and_a_moment_is_none() -> None:
    now = MONDAY
    down = quiet(now, now, failures=5, reachable_at=now - timedelta(hours=3))
    silence = judge(down, None, now)
    assert silence is not None
    assert (silence.cause, silence.since) == (SilenceCause.FAILING, now - timedelta(hours=3))
    assert judge(replace(down, failures=4), None, now) is None
    assert judge(replace(down, reachable_at=now - timedelta(hours=1)), None, now) is None
    # One that is read once a day has not failed for long.
    assert judge(replace(down, every=timedelta(days=1)), None, now) is None


def simulate(seed: int) -> list[int]:
    """Nine weeks of a source of its own rhythm, in bursts; posts of each hour."""
    dice = random.Random(seed)
    rate = 10 ** dice.uniform(-1, 1)
    weekend, dispersion = dice.choice([1.0, 0.3]), dice.choice([1.0, 3.0, 8.0])
    counts = []
    for number in range(9 * 168):
        day, hour = divmod(number, 24)
        mean = rate * (1 + math.sin((hour - 8) / 24 * 2 * math.pi)) ** 2
        mean *= weekend if day % 7 >= 5 else 1.0
        # A gamma mixture of Poisson counts has a variance of `dispersion` times its mean.
        if dispersion > 1 and mean > 0:
            mean = dice.gammavariate(mean / (dispersion - 1), dispersion - 1)
        limit, chance, count = math.exp(-min(mean, 500)), dice.random(), 0
        while chance > limit and count < 1000:
            chance *= dice.random()
            count += 1
        counts.append(count)
    return counts


def first_alarm(counts: list[int], usual: Usual, begin: int, end: int) -> int | None:
    """The hour at whose end the first alarm is raised."""
    last = max((n for n in range(begin) if counts[n]), default=0)
    for number in range(begin, end):
        if counts[number]:
            last = number
        now = MONDAY + (number + 1) * HOUR
        since = MONDAY + (last + 1) * HOUR
        if judge(quiet(since, now), usual, now):
            return number
    return None


def test_sources_that_go_on_as_ever_are_left_in_peace_and_those_that_stop_are_found() -> None:
    false_alarms, found = 0, []
    for seed in range(60):
        counts = simulate(seed)
        usual = learn((MONDAY + n * HOUR, posts) for n, posts in enumerate(counts[: 8 * 168]))
        assert usual is not None
        false_alarms += first_alarm(counts, usual, 8 * 168, 9 * 168) is not None
        stopped = counts[: 8 * 168] + [0] * 14 * 168
        raised = first_alarm(stopped, usual, 8 * 168, len(stopped))
        found.append(raised - 8 * 168 if raised is not None else 14 * 168)
    assert false_alarms == 0
    assert sorted(found)[len(found) // 2] < 48
    assert max(found) < 14 * 168


def first_alarm_of(counts: list[int], begin: int) -> int | None:
    """Days from the hour `begin` until the alarm, learned from the hours before."""
    usual = learn((MONDAY + n * HOUR, posts) for n, posts in enumerate(counts[:begin]))
    assert usual is not None
    found = first_alarm(counts, usual, begin, len(counts))
    return None if found is None else (found - begin) // 24


def test_a_post_a_week_is_enough_to_be_missed_in_the_end() -> None:
    dice = random.Random(3)
    weekly = [0] * 8 * 168
    for week in range(8):
        weekly[week * 168 + dice.randrange(168)] = 1
    missed = first_alarm_of([*weekly, *[0] * 20 * 168], 8 * 168)
    assert missed is not None
    assert 28 < missed < 90


def test_a_source_of_weekends_is_missed_after_a_weekend_and_never_in_the_week() -> None:
    week = [0] * 5 * 24 + [4 if 8 <= hour < 22 else 0 for _ in range(2) for hour in range(24)]
    assert first_alarm_of(week * 10, 8 * 168) is None
    # It misses the weekend of the ninth week: told on the Monday or Tuesday after it.
    assert first_alarm_of([*week * 8, *[0] * 3 * 168], 8 * 168) in (7, 8)


def test_a_source_that_dies_slowly_is_told_of_when_it_is_dead_and_not_before() -> None:
    dice = random.Random(5)
    usually = [int(dice.random() < 0.5) for _ in range(8 * 168)]
    dying = [int(dice.random() < 0.5 * 0.97 ** (number / 12)) for number in range(6 * 168)]
    usual = learn((MONDAY + n * HOUR, posts) for n, posts in enumerate(usually))
    assert usual is not None
    found = first_alarm([*usually, *dying], usual, len(usually), len(usually) + len(dying))
    assert found is not None
    rate = 0.5 * 0.97 ** ((found - len(usually)) / 12)
    assert rate < 0.2
