"""Trend (趋势): whether a matter is rising, at its peak, or falling."""

import math
from collections.abc import Sequence
from enum import StrEnum

QUARTERS_AN_HOUR = 4
# With fewer posts in two hours a change is chance.
_FEWEST = 5
# A change of this many standard deviations of a difference of two Poisson counts is none (95 %,
# one-sided).
_SURE = 1.645


class Trend(StrEnum):
    """Which way a matter goes."""

    QUIET = "quiet"
    RISING = "rising"
    PEAK = "peak"
    FALLING = "falling"
    STEADY = "steady"


def trend(quarters: Sequence[int]) -> Trend:
    """Returns the trend from the counts of past quarter-hours, oldest first.

    Rising or falling: the last hour differs from the one before by more than chance; peak: it does
    not, and is the fullest of the day; quiet: fewer than five posts in two hours.
    """
    hours = [
        sum(quarters[max(0, end - QUARTERS_AN_HOUR) : end])
        for end in range(len(quarters), 0, -QUARTERS_AN_HOUR)
    ]
    last, before = [*hours, 0, 0][:2]
    if last + before < _FEWEST:
        return Trend.QUIET
    change = (last - before) / math.sqrt(last + before)
    if change > _SURE:
        return Trend.RISING
    if change < -_SURE:
        return Trend.FALLING
    # Half as full again as the mean of the day, and never fuller: the top of a wave.
    mean = sum(hours) / len(hours)
    fullest = max(last, before) >= max(hours) and max(last, before) > 1.5 * mean
    return Trend.PEAK if fullest else Trend.STEADY
