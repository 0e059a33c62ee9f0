"""Spread (传播范围): over how many platforms, sources, regions and people a matter has gone."""

import math
from collections.abc import Collection
from dataclasses import dataclass

from services.monitor.indicators.tally import Tally


@dataclass(frozen=True, slots=True)
class Spread:
    """How far a subject has gone over its whole life.

    Numbers of different platforms, sources, regions and authors (the last two and sources within
    13 % above 64); `effective_platforms`: 1 when all posts are on one platform, n when they are
    evenly on n.
    """

    platforms: int
    effective_platforms: float
    sources: int
    regions: int
    authors: int


def spread(tally: Tally) -> Spread:
    """Returns the spread of a subject."""
    return Spread(
        platforms=len(tally.platforms),
        effective_platforms=effective_number(tally.platforms.values()),
        sources=tally.sources.estimate(),
        regions=len(tally.regions),
        authors=tally.authors.estimate(),
    )


def effective_number(counts: Collection[int]) -> float:
    """Returns the number of equally common kinds with the same diversity: exp of Shannon's entropy
    (Hill number of order 1; Hill 1973). 0 when there is nothing."""
    total = sum(counts)
    if not total:
        return 0.0
    shares = [count / total for count in counts if count]
    return math.exp(-sum(share * math.log(share) for share in shares))
