"""How well labels agree: a share with its interval, kappa, and who said what of what."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from services.analysis.releases.metrics import wilson


class Comparison(NamedTuple):
    """So many texts of which one said `first`, and the other `second`."""

    first: str
    second: str
    texts: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of `compared` texts, `agreed` were given the same label by both.

    `low` and `high` are the 95 % interval of the share; `kappa` is none where chance alone would
    agree, or nothing was compared. `confusion`: first label -> second label -> texts.
    """

    compared: int
    agreed: int
    low: float
    high: float
    kappa: float | None
    confusion: Mapping[str, Mapping[str, int]]

    @property
    def share(self) -> float | None:
        """The part that agrees; none of nothing."""
        return self.agreed / self.compared if self.compared else None


def agreement(comparisons: Iterable[Comparison]) -> Agreement:
    """The agreement of two who labelled the same texts."""
    counts = Counter[tuple[str, str]]()
    for first, second, count in comparisons:
        counts[first, second] += count
    compared = counts.total()
    agreed = sum(count for (first, second), count in counts.items() if first == second)
    confusion: dict[str, dict[str, int]] = {}
    for (first, second), count in sorted(counts.items()):
        confusion.setdefault(first, {})[second] = count
    interval = wilson(agreed, compared)
    kappa = _kappa(counts, compared, agreed)
    return Agreement(compared, agreed, interval.low, interval.high, kappa, confusion)


def among_people(comparisons: Iterable[Comparison]) -> Agreement:
    """The agreement of people, of whom none is the first: each pair counts in both orders for the
    kappa (which then is Scott's pi), once for the share."""
    pairs = list(comparisons)
    once = agreement(pairs)
    both = [Comparison(second, first, count) for first, second, count in pairs] + pairs
    mirrored = agreement(both)
    return Agreement(
        once.compared, once.agreed, once.low, once.high, mirrored.kappa, mirrored.confusion
    )


def _kappa(counts: Mapping[tuple[str, str], int], compared: int, agreed: int) -> float | None:
    """Agreement beyond chance (Cohen 1960, "A coefficient of agreement for nominal scales")."""
    if not compared:
        return None
    firsts, seconds = Counter[str](), Counter[str]()
    for (first, second), count in counts.items():
        firsts[first] += count
        seconds[second] += count
    by_chance = sum(firsts[label] * seconds[label] for label in firsts) / compared**2
    return (agreed / compared - by_chance) / (1 - by_chance) if by_chance < 1 else None
