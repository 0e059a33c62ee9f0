"""Hour by hour: what came, and what was usual by what was known before. Pure."""

import math
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from services.monitor.surge.baseline import Baseline
from services.monitor.surge.scale import ANSCOMBE
from services.monitor.surge.settings import SurgeSettings

HOUR = 3_600
# The first three days only teach; of whole days, the first four.
LEAST_HOURS = 72
# The band is made of so many hours before: four weeks.
_REMEMBERED = 28 * 24
_DAY = 24
# One hour in twenty is to be above the band, and one below it.
_TAIL = 0.05
# That part of Poisson counts, in square roots, whose standard deviation is 1/2 (Anscombe 1948):
# what came by chance alone is never out of the band.
_LEAST = 1.645 / 2


class Standing(StrEnum):
    """How the last 24 hours stand to what is usual."""

    LEARNING = "learning"
    USUAL = "usual"
    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Normal:
    """What was usual: nine times in ten, from `low` to `high`."""

    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Hour:
    """The hour from `at` (epoch seconds) on: its mentions, and what was usual there and in the 24
    hours that end with it. Nothing is usual while it is being learned."""

    at: int
    mentions: int
    normal: Normal | None
    day: int
    normal_day: Normal | None

    @property
    def standing(self) -> Standing:
        """How the 24 hours that end with it stand to what is usual."""
        if self.normal_day is None:
            return Standing.LEARNING
        if self.day > self.normal_day.high:
            return Standing.ABOVE
        return Standing.BELOW if self.day < self.normal_day.low else Standing.USUAL


def hours_of(counts: Iterable[tuple[int, int]]) -> Iterator[Hour]:
    """Tells of each hour, from (epoch seconds, mentions) without a gap, the oldest first.

    What is expected of an hour is what the detector's baseline knew a day before, so that a surge
    does not become usual while it lasts; the band is where nine in ten of the last 672 hours lay
    beside what had been expected of them.
    """
    baseline = Baseline(SurgeSettings(step=HOUR))
    ahead: deque[float] = deque()
    hourly, daily = _Band(), _Band()
    came: deque[int] = deque(maxlen=_DAY)
    promised: deque[float] = deque(maxlen=_DAY)
    days: deque[tuple[float, float]] = deque()
    for number, (at, mentions) in enumerate(counts):
        expected = ahead.popleft() if number >= _DAY else float(mentions)
        came.append(mentions)
        promised.append(expected)
        day, expected_day = sum(came), sum(promised)
        yield Hour(
            at=at,
            mentions=mentions,
            normal=hourly.around(expected) if number >= LEAST_HOURS else None,
            day=day,
            normal_day=daily.around(expected_day) if number >= LEAST_HOURS + _DAY else None,
        )
        baseline.learn(at, mentions)
        ahead.append(baseline.expect(at + _DAY * HOUR))
        if number >= _DAY:
            hourly.learn(mentions, expected)
        # Full days, and only those that share no hour with the one that is judged.
        if number >= 2 * _DAY - 1:
            days.append((day, expected_day))
        if len(days) > _DAY:
            daily.learn(*days.popleft())


class _Band:
    """Where nine in ten of the last deviations lay, as differences of square roots."""

    def __init__(self) -> None:
        self._ordered: list[float] = []
        self._by_age: deque[float] = deque()

    def learn(self, came: float, expected: float) -> None:
        deviation = math.sqrt(came + ANSCOMBE) - math.sqrt(expected + ANSCOMBE)
        insort(self._ordered, deviation)
        self._by_age.append(deviation)
        if len(self._by_age) > _REMEMBERED:
            gone = self._by_age.popleft()
            del self._ordered[bisect_left(self._ordered, gone)]

    def around(self, expected: float) -> Normal:
        """The band around what is expected, in whole posts outward."""
        last = len(self._ordered) - 1
        low = min(-_LEAST, self._ordered[int(_TAIL * last)])
        high = max(_LEAST, self._ordered[math.ceil((1 - _TAIL) * last)])
        root = math.sqrt(expected + ANSCOMBE)
        return Normal(
            expected,
            min(expected, math.floor(max(0.0, root + low) ** 2 - ANSCOMBE + 0.5)),
            max(expected, math.ceil((root + high) ** 2 - ANSCOMBE - 0.5)),
        )
