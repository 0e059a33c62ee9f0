"""Outlook (走向预测): how likely a story goes on to grow large, learned from past events.

A logistic score over five figures of the course so far; `outlook.json` holds its weights, what it
was fitted on and how well it does. A table turns the score into a share that can be said in a
sentence: of 100 past events that came to look like this, so many grew large. Pure, causal, and no
library at run time; `python -m services.monitor.backtest.fitting` makes the file anew.
"""

import json
import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

from services.monitor.indicators.course import Course, course
from services.monitor.indicators.speed import HOUR
from services.monitor.indicators.tally import Tally

MODEL_FILE = Path(__file__).with_name("outlook.json")
# Added before the logarithm: of an age, where ten minutes more or less tell little at first; of a
# rate in posts an hour.
_AGE_OFFSET = 600.0
_RATE_OFFSET = 1.0
FIGURES = ("posts", "age", "slow", "medium", "fast")


def features(course: Course) -> tuple[float, ...]:
    """Returns the logarithms that the score weighs, in the order of `FIGURES`."""
    return (
        math.log(max(1, course.posts)),
        math.log(course.age + _AGE_OFFSET),
        math.log(course.slow + _RATE_OFFSET),
        math.log(course.medium + _RATE_OFFSET),
        math.log(course.fast + _RATE_OFFSET),
    )


@dataclass(frozen=True, slots=True)
class Outlook:
    """`share`: the part (0 to 1) of like events that grew past `size` posts within a day, 1 for
    what did already; what it rests on stands beside it."""

    share: float
    size: int
    posts: int
    authors: int
    age: float

    @property
    def large(self) -> bool:
        """Nothing is left to foretell: it is as large as the outlook speaks of."""
        return self.posts > self.size


@dataclass(frozen=True, slots=True)
class OutlookModel:
    """The learned weights.

    `size`: posts within 24 hours that count as large; `weights` of the `FIGURES` and the `bias`;
    `shares`: pairs of a score and the share of the events that reached it and grew large, both
    rising; `threshold`: the share from which a story is warned of.

    Raises ValueError when the values do not fit together.
    """

    size: int
    bias: float
    weights: tuple[float, ...]
    shares: tuple[tuple[float, float], ...]
    threshold: float

    def __post_init__(self) -> None:
        if len(self.weights) != len(FIGURES) or not self.shares:
            raise ValueError(f"weights of {', '.join(FIGURES)} and a table of shares are expected")
        if any(low[0] >= high[0] or low[1] > high[1] for low, high in pairwise(self.shares)):
            raise ValueError("scores and shares must rise")

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Reads the values of `outlook.json`; KeyError and ValueError tell what is amiss."""
        return cls(
            size=int(values["size"]),
            bias=float(values["bias"]),
            weights=tuple(float(values["weights"][name]) for name in FIGURES),
            shares=tuple((float(score), float(share)) for score, share in values["shares"]),
            threshold=float(values["threshold"]),
        )

    def score(self, values: Sequence[float]) -> float:
        """Returns the score of some `features`."""
        return self.bias + sum(map(float.__mul__, self.weights, values))

    def share(self, score: float) -> float:
        """Returns the share of a score, between the rows of the table in a straight line."""
        place = bisect_right(self.shares, (score, math.inf))
        if place == 0:
            return self.shares[0][1]
        if place == len(self.shares):
            return self.shares[-1][1]
        (low, first), (high, second) = self.shares[place - 1], self.shares[place]
        return first + (second - first) * (score - low) / (high - low)

    @property
    def least_score(self) -> float:
        """The score from which a story is warned of; infinite where no score suffices."""
        if self.shares[0][1] >= self.threshold:
            return -math.inf
        for (low, first), (high, second) in pairwise(self.shares):
            if second >= self.threshold:
                return low + (high - low) * (self.threshold - first) / (second - first)
        return math.inf

    def outlook(self, tally: Tally, now: float) -> Outlook | None:
        """Returns the outlook of a subject at `now` (epoch seconds of the story clock); None once
        it is large and slower than in the mean of its day: what was large yesterday is no news."""
        so_far = course(tally, now)
        large = so_far.posts > self.size
        if large and so_far.medium * so_far.age < so_far.posts * HOUR:
            return None
        share = 1.0 if large else self.share(self.score(features(so_far)))
        return Outlook(share, self.size, so_far.posts, so_far.authors, so_far.age)


SHIPPED = OutlookModel.of(json.loads(MODEL_FILE.read_text("utf-8")))
