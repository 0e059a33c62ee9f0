"""The negative share (负面占比), with how sure it is."""

import math
from dataclasses import dataclass

from services.monitor.indicators.tally import Tally

# The opinions of two hours: enough to judge by, recent enough to see it turn.
_WINDOW = 2 * 3_600.0
# 95 %, two-sided.
_Z = 1.96


@dataclass(frozen=True, slots=True)
class Negativity:
    """Of `known` posts with an opinion, `negative` are negative.

    `share` is their part, `low` and `high` its 95 % interval; with nothing known, 0 to 1.
    """

    known: int
    negative: int
    share: float
    low: float
    high: float


def negativity(tally: Tally, now: float) -> Negativity:
    """Returns the negative share among the opinions known of the last two hours."""
    counts = tally.between(now - _WINDOW, now)
    known = counts.negative + counts.neutral + counts.positive
    low, high = wilson(counts.negative, known)
    return Negativity(
        known=known,
        negative=counts.negative,
        share=counts.negative / known if known else 0.0,
        low=low,
        high=high,
    )


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """Returns the 95 % score interval of a share (Wilson 1927): sound for few trials too."""
    if not trials:
        return 0.0, 1.0
    share = successes / trials
    spread = _Z * _Z / trials
    middle = (share + spread / 2) / (1 + spread)
    half = _Z * math.sqrt(share * (1 - share) / trials + spread / (4 * trials)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)
