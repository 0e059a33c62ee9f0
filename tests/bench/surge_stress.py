"""Series made from real ones, to choose the values of the surge detector by more than 17 windows.

Labelled stretches are replaced by other weeks of the same series; then the level, the weekend, the
trend or the rows are changed, and surges are put in whose begin is known. Only the bursts that a
series has outside its windows remain as they are.
"""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_HOUR, _DAY, _WEEK = 12, 288, 7 * 288
_FAMILIES = (
    "plain",
    "a fifth",
    "five times",
    "weekend",
    "rising",
    "falling",
    "rows missing",
    "few",
)
_PROBATION = 750
_FALSE = 0.11


@dataclass(frozen=True, slots=True)
class Made:
    """Counts of bins (`rows`: which bins there are), and the first and last row of each window."""

    family: str
    rows: Sequence[int]
    counts: Sequence[float]
    windows: Sequence[tuple[int, int]]


def made_from(
    counts: Sequence[float], windows: Sequence[tuple[int, int]], dice: random.Random
) -> Iterator[Made]:
    """One series of each family, from a real one with its windows (first and last row)."""
    calm = _calm(counts, windows, dice)
    for family in _FAMILIES:
        changed = [
            _thinned(count, factor, dice)
            for count, factor in zip(calm, _factors(family, calm, dice), strict=True)
        ]
        begins = _put_in(changed, dice)
        half = len(changed) // (20 * len(begins))
        rows = [
            row for row in range(len(changed)) if family != "rows missing" or dice.random() > 0.01
        ]
        place = {row: number for number, row in enumerate(rows)}
        found = []
        for begin in begins:
            inside = [place[row] for row in range(begin - half, begin + half + 1) if row in place]
            found.append((inside[0], inside[-1]))
        yield Made(family, rows, [changed[row] for row in rows], found)


def points(made: Made, evidence: Sequence[float], threshold: float) -> float:
    """NAB's standard points over those of no alarm: 2 a window at best."""
    total, best = 0.0, [-1.0] * len(made.windows)
    last: tuple[int, int] | None = None
    window = 0
    for row, each in enumerate(evidence):
        while window < len(made.windows) and row > made.windows[window][1]:
            last, window = made.windows[window], window + 1
        if each < threshold or row < min(_PROBATION, int(0.15 * len(evidence))):
            continue
        if window < len(made.windows) and row >= made.windows[window][0]:
            first, end = made.windows[window]
            worth = _sigmoid(-(end - row + 1) / (end - first + 1)) / _sigmoid(-1.0)
            best[window] = max(best[window], worth)
        else:
            total += _FALSE * (_sigmoid((row - last[1]) / (last[1] - last[0])) if last else -1.0)
    return total + sum(best) + len(best)


def _sigmoid(value: float) -> float:
    return -1.0 if value > 3 else 2 / (1 + math.exp(5 * value)) - 1


def _calm(
    counts: Sequence[float], windows: Sequence[tuple[int, int]], dice: random.Random
) -> list[float]:
    """The series with each hour of its windows replaced by the same hour of another day."""
    labelled = [False] * len(counts)
    for first, end in windows:
        labelled[first : end + 1] = [True] * (end + 1 - first)
    calm = list(counts)
    for hour in range(0, len(counts) - _HOUR, _HOUR):
        if not any(labelled[hour : hour + _HOUR]):
            continue
        others = [
            each
            for each in range(hour % _DAY, len(counts) - _HOUR, _DAY)
            if not any(labelled[each : each + _HOUR])
        ]
        weekday = [each for each in others if (each - hour) % _WEEK == 0]
        other = dice.choice(weekday or others)
        calm[hour : hour + _HOUR] = counts[other : other + _HOUR]
    return calm


def _factors(family: str, calm: Sequence[float], dice: random.Random) -> list[float]:
    length = len(calm)
    few = min(1.0, dice.uniform(0.05, 0.3) * length / max(1.0, sum(calm)))
    weekend = dice.choice([0.3, 1.6])
    constant = {"a fifth": 0.2, "five times": 5.0, "few": few}.get(family, 1.0)
    factors = [constant] * length
    for row in range(length):
        if family == "weekend" and row // _DAY % 7 < 2:
            factors[row] = weekend
        elif family == "rising":
            factors[row] = 0.5 + 1.5 * row / length
        elif family == "falling":
            factors[row] = 2.0 - 1.5 * row / length
    return factors


def _thinned(count: float, factor: float, dice: random.Random) -> float:
    """A count at another level, with the chance that belongs to it."""
    mean = count * factor
    if factor > 1:
        return max(0.0, round(dice.gauss(mean, math.sqrt(count * (factor - 1)))))
    spread = math.sqrt(count * factor * (1 - factor))
    if count > 50:
        return max(0.0, round(dice.gauss(mean, spread)))
    return float(sum(dice.random() < factor for _ in range(int(count))))


def _put_in(counts: list[float], dice: random.Random) -> list[int]:
    """Adds three surges of other rises, heights and falls; returns where they begin."""
    third = (len(counts) - 1_100 - _DAY) // 3
    mean = sum(counts) / len(counts)
    begins = []
    for number in range(3):
        begin = 1_100 + number * third + dice.randrange(third // 2)
        rise, half_life = dice.choice([1, 6, 36]), dice.choice([6, 24, 96])
        usual = max(0.3 * mean, sum(counts[begin - 72 : begin]) / 72)
        parts = [
            (row + 1) / rise if row < rise else 0.5 ** ((row - rise) / half_life)
            for row in range(_DAY)
        ]
        # A surge of a few posts in its first three hours is none.
        least = (12 + 3 * math.sqrt(108 * usual)) / sum(parts[: 3 * _HOUR])
        height = max(dice.choice([2.5, 5.0, 12.0]) * usual, least)
        for row, part in enumerate(parts):
            added = height * part
            counts[begin + row] += max(0.0, round(dice.gauss(added, math.sqrt(added))))
        begins.append(begin)
    return begins
