"""Made-up series of counts, by a seed."""

import math
import random

DAY_HOURS, WEEK_HOURS = 24, 168


def poisson(generator: random.Random, mean: float) -> int:
    """A Poisson count; of large means by the normal distribution."""
    if mean > 200:
        return max(0, round(generator.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), generator.random(), 0
    while product > limit:
        product *= generator.random()
        count += 1
    return count


def bursty(generator: random.Random, mean: float, dispersion: float) -> int:
    """A count whose variance is `dispersion` times its mean: a gamma mixture of Poisson counts."""
    if dispersion <= 1 or mean <= 0:
        return poisson(generator, mean)
    return poisson(generator, generator.gammavariate(mean / (dispersion - 1), dispersion - 1))


def usual_rate(hour: int, mean: float) -> float:
    """The rate of an hour where nights are quiet, and weekends quieter than working days."""
    day, of_day = divmod(hour, DAY_HOURS)
    shape = 0.25 + 1.5 * math.sin(math.pi * ((of_day - 5) % 24) / 24) ** 2
    return mean * shape * (0.6 if day % 7 >= 5 else 1.15)


def by_hour(hours: int, mean: float, seed: int, dispersion: float = 1.0) -> list[int]:
    """Counts of hours, from a Monday on."""
    generator = random.Random(seed)
    return [bursty(generator, usual_rate(hour, mean), dispersion) for hour in range(hours)]
