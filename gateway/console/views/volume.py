"""Posts of the last hour against what is usual, and the negative share with its uncertainty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from statistics import median, quantiles
from typing import Any

from gateway.console.moments import as_moment

_HOUR = timedelta(hours=1)
# Fewer earlier hours than this say nothing about what is usual.
_ENOUGH_HOURS = 3
# Fewer judged posts than this make a share that means nothing.
_ENOUGH_POSTS = 10

Point = Mapping[str, Any]


@dataclass(frozen=True)
class Share:
    """A share of posts with its 95 % interval, all between 0 and 1, and of how many posts."""

    value: float
    low: float
    high: float
    of: int


@dataclass(frozen=True)
class Usual:
    """What an hour had before: the median, and the middle eight tenths."""

    middle: float
    low: float
    high: float


@dataclass(frozen=True)
class Hour:
    """The last hour: posts, how many times the usual, the negative share and its change."""

    posts: int
    usual: Usual | None
    ratio: float | None
    negative: Share | None
    change: float | None


def wilson(found: int, total: int) -> Share | None:
    """The share and its 95 % score interval (Wilson 1927); None for too few."""
    if total < _ENOUGH_POSTS:
        return None
    z = 1.96
    share = found / total
    spread = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    middle, scale = share + z * z / (2 * total), 1 + z * z / total
    return Share(
        share, max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale), total
    )


def since_first(points: Sequence[Point]) -> list[Point]:
    """The points from the first post on: an empty time before it is not a quiet one."""
    for index, point in enumerate(points):
        if point.get("posts"):
            return list(points[index:])
    return []


def last_hour(points: Sequence[Point], now: datetime) -> Hour:
    """Sum up the hour before `now` and compare it with the hours before."""
    hours = _by_hour(since_first(points), now)
    current = hours.get(0, [])
    earlier = [_total(hours.get(index, []), "posts") for index in range(1, max(hours, default=0))]
    posts = _total(current, "posts")
    usual = _usual(earlier)
    before = _negative(hours.get(1, []))
    negative = _negative(current)
    return Hour(
        posts=posts,
        usual=usual,
        ratio=posts / usual.middle if usual and usual.middle else None,
        negative=negative,
        change=negative.value - before.value if negative and before else None,
    )


def usual_point(points: Sequence[Point]) -> tuple[float, float] | None:
    """The middle eight tenths of single points, without the last hour's; None for too few."""
    earlier = [float(point.get("posts") or 0) for point in since_first(points)[:-4]]
    if len(earlier) < 4 * _ENOUGH_HOURS:
        return None
    tenths = quantiles(earlier, n=10, method="inclusive")
    return tenths[0], tenths[-1]


def _by_hour(points: Sequence[Point], now: datetime) -> dict[int, list[Point]]:
    found: dict[int, list[Point]] = {}
    for point in points:
        at = as_moment(point.get("at"))
        if at is not None and at <= now:
            found.setdefault((now - at) // _HOUR, []).append(point)
    return found


def _usual(earlier: Sequence[int]) -> Usual | None:
    if len(earlier) < _ENOUGH_HOURS:
        return None
    tenths = quantiles(earlier, n=10, method="inclusive")
    return Usual(median(earlier), tenths[0], tenths[-1])


def _negative(points: Sequence[Point]) -> Share | None:
    judged = sum(_total(points, name) for name in ("negative", "neutral", "positive"))
    return wilson(_total(points, "negative"), judged)


def _total(points: Sequence[Point], name: str) -> int:
    return sum(int(point.get(name) or 0) for point in points)
