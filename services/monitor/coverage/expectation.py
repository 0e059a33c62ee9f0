"""What a source usually brings, hour by hour of the week, learned from its own past. Pure.

A rate is shrunk toward a coarser one where there is little to learn from: that of an hour of the
week toward that of the hour of the day, that toward the rate of all hours. It is the mean of the
posterior of a Poisson rate whose gamma prior has the coarser rate as its mean and weighs as much as
so many observed hours (Gelman and others, Bayesian Data Analysis, section 2.6).
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

HOUR = timedelta(hours=1)
_HOURS_OF_WEEK = 168
# How many observed hours the coarser rate weighs.
_WEIGHT_OF_ALL = 6.0
_WEIGHT_OF_DAY = 4.0
_MOST_DISPERSION = 50.0


@dataclass(frozen=True)
class Usual:
    """What a source usually brings.

    `rates`: posts an hour for each hour of the week, from Monday 0 o'clock UTC; `dispersion`: the
    variance of an hour's count over its mean (1: Poisson; more: posts come in bursts);
    `longest_gap`: the most hours without a post; `hours`, `posts`: from how many it was learned.
    """

    rates: tuple[float, ...]
    dispersion: float
    longest_gap: int
    hours: int
    posts: int

    def expected(self, begin: datetime, end: datetime) -> float:
        """Posts to be expected in [begin, end)."""
        if end <= begin:
            return 0.0
        whole = sum(self.rates)
        weeks, rest = divmod((end - begin) / HOUR, _HOURS_OF_WEEK)
        total, at, left = weeks * whole, begin.astimezone(UTC), rest
        while left > 1e-9:
            until_next = 1.0 - (at.minute * 60 + at.second) / 3600.0
            part = min(left, until_next)
            total += self.rates[hour_of_week(at)] * part
            left -= part
            at = at.replace(minute=0, second=0, microsecond=0) + HOUR
        return total

    @property
    def posts_a_week(self) -> float:
        """Posts in a week of hours in which it could speak."""
        return self.posts / self.hours * _HOURS_OF_WEEK

    def chance_of_none(self, expected: float) -> float:
        """The chance of no post at all where `expected` are: the negative binomial distribution
        whose variance is `dispersion` times its mean; Poisson at 1 (Cameron and Trivedi, Regression
        Analysis of Count Data, NB1). A rate learned from n posts is itself uncertain; of a Poisson
        process that makes (1 + expected / n)^-n (the posterior predictive of a gamma rate)."""
        if self.posts:
            expected = self.posts * math.log1p(expected / self.posts)
        if self.dispersion <= 1.0001:
            return math.exp(-expected)
        return math.exp(-expected * math.log(self.dispersion) / (self.dispersion - 1.0))

    def to_json(self) -> dict[str, Any]:
        """For the table; `from_json` reads it."""
        return asdict(self) | {"rates": [round(rate, 5) for rate in self.rates]}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Usual":
        """What `to_json` wrote."""
        return cls(**(dict(stored) | {"rates": tuple(stored["rates"])}))


def hour_of_week(moment: datetime) -> int:
    """0 for Monday 0 o'clock UTC, to 167."""
    at = moment.astimezone(UTC)
    return at.weekday() * 24 + at.hour


def learn(hours: Iterable[tuple[datetime, int]]) -> Usual | None:
    """The usual of a source, from the hours in which it was read and the new posts of each, oldest
    first; None without any hour."""
    observed = list(hours)
    if not observed:
        return None
    rates = _rates(observed)
    return Usual(
        rates=rates,
        dispersion=_dispersion(observed, rates),
        longest_gap=_longest_gap(observed),
        hours=len(observed),
        posts=sum(posts for _, posts in observed),
    )


def _rates(observed: list[tuple[datetime, int]]) -> tuple[float, ...]:
    counts = [[0.0, 0.0] for _ in range(_HOURS_OF_WEEK)]
    for hour, posts in observed:
        cell = counts[hour_of_week(hour)]
        cell[0] += posts
        cell[1] += 1
    overall = sum(posts for posts, _ in counts) / sum(seen for _, seen in counts)
    by_day = [
        _shrunk(
            sum(counts[day * 24 + hour][0] for day in range(7)),
            sum(counts[day * 24 + hour][1] for day in range(7)),
            overall,
            _WEIGHT_OF_ALL,
        )
        for hour in range(24)
    ]
    return tuple(
        _shrunk(posts, seen, by_day[slot % 24], _WEIGHT_OF_DAY)
        for slot, (posts, seen) in enumerate(counts)
    )


def _shrunk(posts: float, seen: float, coarser: float, weight: float) -> float:
    return (posts + weight * coarser) / (seen + weight)


def _dispersion(observed: list[tuple[datetime, int]], rates: tuple[float, ...]) -> float:
    """By the method of moments; at least that of a Poisson process."""
    squares = total = 0.0
    for hour, posts in observed:
        mean = rates[hour_of_week(hour)]
        squares += (posts - mean) ** 2
        total += mean
    return min(max(1.0, squares / total), _MOST_DISPERSION) if total > 0 else 1.0


def _longest_gap(observed: list[tuple[datetime, int]]) -> int:
    longest = run = 0
    for _, posts in observed:
        run = 0 if posts else run + 1
        longest = max(longest, run)
    return longest
