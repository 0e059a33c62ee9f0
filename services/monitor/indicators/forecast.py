"""What the next hours may bring: a rate that goes on as it did, less and less, with an 80 % band.

The rate of the hour k ahead is a damped log-linear course (Gardner & McKenzie 1985, damped trend,
on the logarithm of the counts) that returns to the level of the last day:

    log rate(k) = back^k · (log level + slope · Σ damp^j, j = 1…k) + (1 - back^k) · log usual

`level`: posts an hour, recent quarter-hours weighing most; `slope`: change of the logarithm from
the hour before to the last; `usual`: mean of the day. Posts come in bursts, so a count is negative
binomial around its rate (Poisson with a gamma-distributed rate), wider with every hour ahead:

    variance = rate + rate² · (wide + widening · k + unsure · youth)

A matter that has just begun mostly passes as what shakes a crowd does, by a power of its age (Omori
relaxation; Crane & Sornette 2008), so its rate is multiplied by

    ((age + onset) / (age + onset + k)) ^ (relaxing · youth), youth = 1 - age / 1 day, at least 0

`age`: hours since the first post. Without this the band of the first two hours held 30 to 55 % of
what came, and nearly all else lay below it; see `docs/indicators.md` for what it holds now.

The constants are fitted on the first half of the data (`tests/bench/forecast.py` measures both).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

QUARTERS_AN_HOUR = 4
HORIZON_HOURS = 6
BAND = 0.8


@dataclass(frozen=True, slots=True)
class Course:
    """The constants of the forecast.

    `half_life` of a quarter-hour's weight in the level, in quarter-hours.
    """

    half_life: float = 1.5
    damp: float = 0.2
    back: float = 0.96
    wide: float = 0.25
    widening: float = 0.16
    # A young matter: how steeply it relaxes, from how many hours on, and how much less is known.
    relaxing: float = 1.6
    onset: float = 0.5
    unsure: float = 0.6
    # Posts that are added to an hour before logarithms are taken: from 0 to 1 is no growth.
    smoothing: float = 1.0


DEFAULT_COURSE = Course()
# What a watch finds is no single matter, and does not relax.
STEADY_COURSE = Course(relaxing=0.0)


@dataclass(frozen=True, slots=True)
class Expected:
    """The posts of one hour ahead: the most likely course, and the band of four cases in five."""

    expected: float
    low: int
    high: int


def forecast(
    quarters: Sequence[int], hours: int = HORIZON_HOURS, course: Course = DEFAULT_COURSE
) -> list[Expected]:
    """Returns what the next hours may bring, from the counts of past quarter-hours, oldest first.

    Any number of quarter-hours will do; those of a day are best. Without any, nothing is expected.
    """
    if not quarters:
        return []
    rates = _rates(quarters, hours, course)
    wide = course.wide + course.unsure * _youth(quarters)
    bands = (band(rate, wide + course.widening * (ahead + 1)) for ahead, rate in enumerate(rates))
    return [Expected(rate, low, high) for rate, (low, high) in zip(rates, bands, strict=True)]


def band(rate: float, dispersion: float) -> tuple[int, int]:
    """Returns the smallest and largest count of the middle 80 % of a negative binomial."""
    tail = (1 - BAND) / 2
    return quantile(tail, rate, dispersion), quantile(1 - tail, rate, dispersion)


def quantile(share: float, rate: float, dispersion: float) -> int:
    """Returns the quantile of a negative binomial with this mean and variance
    `rate + dispersion · rate²`; of its log-normal likeness where the mean passes 200."""
    if rate <= 0:
        return 0
    if rate > 200:
        spread = math.log(1 + dispersion + 1 / rate)
        middle = math.log(rate) - spread / 2
        return round(math.exp(middle + _normal_quantile(share) * math.sqrt(spread)))
    size = 1 / dispersion
    chance = math.exp(-size * math.log1p(rate / size))
    reached, count = chance, 0
    while reached < share and count < 100_000:
        chance *= (count + size) / (count + 1) * rate / (size + rate)
        count += 1
        reached += chance
    return count


def _rates(quarters: Sequence[int], hours: int, course: Course) -> list[float]:
    newest_first = list(reversed(quarters))
    weights = [2 ** (-age / course.half_life) for age in range(len(newest_first))]
    level = (
        QUARTERS_AN_HOUR * sum(map(float.__mul__, weights, map(float, newest_first))) / sum(weights)
    )
    usual = QUARTERS_AN_HOUR * sum(quarters) / len(quarters)
    last = sum(newest_first[:QUARTERS_AN_HOUR])
    before = sum(newest_first[QUARTERS_AN_HOUR : 2 * QUARTERS_AN_HOUR])
    add = course.smoothing
    slope = math.log((last + add) / (before + add)) if len(quarters) > QUARTERS_AN_HOUR else 0.0
    youth = _youth(quarters)
    age = (1 - youth) * 24 + course.onset
    near, far = math.log(level + add), math.log(usual + add)
    rates = []
    carried = 0.0
    for ahead in range(1, hours + 1):
        carried += course.damp**ahead
        kept = course.back**ahead
        logarithm = kept * (near + slope * carried) + (1 - kept) * far
        relaxed = (age / (age + ahead)) ** (course.relaxing * youth)
        rates.append(max(0.0, math.exp(logarithm) - add) * relaxed)
    return rates


def _youth(quarters: Sequence[int]) -> float:
    """1 for what begins now, 0 for what is a day old."""
    first = next((place for place, count in enumerate(quarters) if count), len(quarters))
    return max(0.0, 1 - (len(quarters) - first) / (24 * QUARTERS_AN_HOUR))


def _normal_quantile(share: float) -> float:
    # Only the two ends of the band are asked for.
    return math.copysign(1.2815515655446004, share - 0.5)
