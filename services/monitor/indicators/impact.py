"""Impact (影响程度): how many people a matter may have reached, and how large a voice it has."""

import math
from dataclasses import dataclass

from services.monitor.indicators.tally import KEPT_MINUTES, MINUTE, Tally

DAY = float(KEPT_MINUTES * MINUTE)
# A reach that counts as everybody: 100 million followers within a day.
_FULL_REACH = 1e8


@dataclass(frozen=True, slots=True)
class Impact:
    """`reach`: followers of all who spoke in the last 24 hours, once for each post, so an upper
    bound of the people reached; `voice`: followers of the largest of those accounts; `score`: reach
    on a logarithmic scale, 0 (nobody) to 100 (100 million or more)."""

    reach: int
    voice: int
    score: float


def impact(tally: Tally, now: float) -> Impact:
    """Returns the impact of a subject at `now` (epoch seconds of the story clock)."""
    reach = tally.between(now - DAY, now).reach
    voice = tally.voice.followers if now - tally.voice.at < DAY else 0
    return Impact(reach=reach, voice=voice, score=reach_score(reach))


def reach_score(reach: int) -> float:
    """Returns a reach on a logarithmic scale, 0 (nobody) to 100 (100 million or more)."""
    return min(100.0, 100 * math.log10(1 + max(0, reach)) / math.log10(1 + _FULL_REACH))
