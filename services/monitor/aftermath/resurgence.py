"""When a matter that had calmed down is back (反弹). Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

_HALF_LIFE = 3_600.0
_AN_HOUR = math.log(2)
# A matter is back when it reaches a tenth of the posts of its busiest hour …
_PART = 0.1
# … and at least what five posts within nine minutes make: two who remember it are no return.
_LEAST = 4.5 * _AN_HOUR
# Before that it was quiet for six hours, below a third of that: else it never went away.
QUIET = 6 * 3_600.0
_QUIET_PART = 1 / 3
# One or two accounts do not bring a matter back, however much they write.
_FEWEST_ACCOUNTS = 3


@dataclass(frozen=True, slots=True)
class Return:
    """A matter is back: its heat and the threshold in posts an hour, the posts of the last
    `QUIET` seconds."""

    heat: float
    threshold: float
    posts: int


def returned(
    times: Sequence[float],
    now: float,
    *,
    accounts: int,
    began_at: float,
    heat_then: float,
    peak: float,
) -> Return | None:
    """Tells whether the matter is back at `now`.

    `times`: when posts about it were seen since `began_at`, one piece of news that many sites carry
    counted once; `accounts`: how many wrote them in the last `QUIET` seconds;
    `heat_then`: its heat at `began_at`; `peak`: the posts of its busiest hour. All in epoch seconds
    and posts an hour. What was still said of it in its first quiet hours is no return.
    """

    def heat(at: float) -> float:
        left = heat_then * _decay(at - began_at)
        return left + _AN_HOUR * sum(_decay(at - seen) for seen in times if seen <= at)

    threshold = max(_LEAST, _PART * peak)
    before = now - QUIET
    if before < began_at or accounts < _FEWEST_ACCOUNTS or heat(now) < threshold:
        return None
    # The quiet may have ended at any moment of these hours; what counts is that it was.
    if heat(before) > threshold * _QUIET_PART:
        return None
    return Return(heat(now), threshold, sum(seen > before for seen in times))


def _decay(seconds: float) -> float:
    return math.exp2(-max(0.0, seconds) / _HALF_LIFE)
