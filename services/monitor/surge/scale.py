"""How unusual the counts of one window are, judged by the past of the same series."""

import math
from collections import deque
from collections.abc import Mapping
from typing import Any

from services.monitor.surge.settings import SurgeSettings

_LN_10 = math.log(10)
# The square root of a Poisson count + 3/8 has about the same variance at any rate (Anscombe 1948).
ANSCOMBE = 0.375


class Scale:
    """One window of `bins` bins.

    The deviation is sqrt(count + 3/8) - sqrt(expected + 3/8), in units of its own root mean square,
    of what chance alone makes, and of what the expectation may be wrong by, together.
    What passes a limit that only a small share of bins passes (a quantile, followed by stochastic
    approximation: Robbins and Monro 1951) is weighed by the mean excess so far; this is peaks over
    threshold with an exponential tail (Davison and Smith 1990; on streams Siffer et al. 2017):

        evidence = -log10(share) + excess / (mean excess x ln 10)

    A series of many bursts needs a larger one to count than a series that has none. `count` and
    `expected` are the sums over the window, `evidence` that of its last bin.
    """

    __slots__ = (
        "_base",
        "_counts",
        "_decay",
        "_error",
        "_exceeded_at",
        "_excess",
        "_expectations",
        "_floor",
        "_limit",
        "_prior",
        "_prior_excess",
        "_rise",
        "_seen",
        "_sink",
        "_square",
        "bins",
        "count",
        "evidence",
        "expected",
    )

    def __init__(self, bins: int, settings: SurgeSettings) -> None:
        share = settings.exceedance_share
        self.bins = bins
        self._counts: deque[float] = deque([0.0] * bins)
        self._expectations: deque[float] = deque([0.0] * bins)
        self.count = self.expected = self.evidence = self._square = 0.0
        self._floor = settings.dispersion_floor
        # A rate that is wrong by a part r moves the square root of a count by r/2 of it.
        self._error = (settings.expectation_error / 2) ** 2
        self._limit = settings.first_limit
        self._rise, self._sink = settings.limit_step * (1 - share), settings.limit_step * share
        self._base = -math.log10(share)
        self._prior = settings.tail_prior
        self._prior_excess = settings.tail_prior * settings.tail_prior_excess
        self._decay = settings.decay(settings.tail_half_life)
        self._seen = self._excess = 0.0
        self._exceeded_at = 0

    def add(self, count: float, expected: float, row: int, gain: float) -> float:
        """Returns the evidence after bin `row` (numbered from 1) came; 0 below the limit.

        `gain`: what part of the mean square the newest deviation makes up.
        """
        counts, expectations = self._counts, self._expectations
        counts.append(count)
        expectations.append(expected)
        total = self.count = self.count + count - counts.popleft()
        usual = self.expected = self.expected + expected - expectations.popleft()
        # Sums of what is above 0 may end a hair below it.
        deviation = (total + ANSCOMBE) ** 0.5 - (usual + ANSCOMBE if usual > 0 else ANSCOMBE) ** 0.5
        square = deviation * deviation
        variance = self._square + self._floor + self._error * usual
        self._square += (square - self._square) * gain
        limit = self._limit
        if deviation <= 0 or square <= limit * limit * variance:
            self._limit = limit - self._sink
            self.evidence = 0.0
            return 0.0
        self._limit = limit + self._rise
        self.evidence = self._weigh((square / variance) ** 0.5 - limit, row)
        return self.evidence

    def _weigh(self, excess: float, row: int) -> float:
        fading = self._decay ** (row - self._exceeded_at)
        seen, sum_ = self._seen * fading, self._excess * fading
        mean = (sum_ + self._prior_excess) / (seen + self._prior)
        self._seen, self._excess, self._exceeded_at = seen + 1.0, sum_ + excess, row
        return self._base + excess / (mean * _LN_10)

    def to_state(self) -> dict[str, Any]:
        """Returns what was learned as JSON values."""
        return {
            "counts": list(self._counts),
            "expectations": list(self._expectations),
            "sums": [self.count, self.expected],
            "square": self._square,
            "limit": self._limit,
            "tail": [self._seen, self._excess, self._exceeded_at],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Takes over what a `to_state` of a scale with as many bins tells."""
        self._counts, self._expectations = deque(state["counts"]), deque(state["expectations"])
        self.count, self.expected = state["sums"]
        self._square, self._limit = state["square"], state["limit"]
        self._seen, self._excess, self._exceeded_at = state["tail"]
