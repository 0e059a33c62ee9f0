"""How good a model is on labelled rows. Pure: rows in, numbers out.

Labels are given as places in the list of the task's labels. A share that no row decides (the
precision of a class that was never said) is 0.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import comb, erfc, floor, sqrt
from typing import Final, NamedTuple

# 95 % of a normal distribution lie within so many standard deviations.
_Z: Final = 1.959963984540054
_BINS: Final = 15
# Below so many rows on which two models differ, the chi-square distribution is too rough
# (Fagerland, Lydersen, Laake 2013 advise the exact test for small counts).
_FEW: Final = 25

Confusion = Sequence[Sequence[int]]


class Judged(NamedTuple):
    """One row: the right label, and what a model said of it.

    `scores` are probabilities in the order of the labels, `confidence` is the one of `said`.
    """

    gold: int
    said: int
    confidence: float
    unsure: bool
    scores: tuple[float, ...]

    @property
    def right(self) -> bool:
        """Whether the model said the right label."""
        return self.gold == self.said


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a share lies with 95 % certainty."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One label: `support` rows have it, `said` rows were given it."""

    precision: float
    recall: float
    f1: float
    support: int
    said: int


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows whose confidence lies in (`low`, `high`], with the means over them."""

    low: float
    high: float
    rows: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class CoveragePoint:
    """The accuracy on the share of rows of which a model is most confident."""

    coverage: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class McNemar:
    """Whether two models differ on the same rows by more than chance.

    `only_first` rows only the first model has right, `only_second` only the second.
    """

    only_first: int
    only_second: int
    p: float
    exact: bool


def confusion_of(rows: Iterable[Judged], labels: int) -> list[list[int]]:
    """Count the rows of each right label (line) that were given each label (column)."""
    counts = [[0] * labels for _ in range(labels)]
    for row in rows:
        counts[row.gold][row.said] += 1
    return counts


def accuracy_of(confusion: Confusion) -> float:
    """The share of rows that are right."""
    return _share(_hits(confusion), _total(confusion))


def class_figures(confusion: Confusion) -> list[ClassFigures]:
    """Precision, recall and F1 of each label (van Rijsbergen 1979, chapter 7)."""
    figures = []
    for at, line in enumerate(confusion):
        hits, support, said = line[at], sum(line), sum(other[at] for other in confusion)
        figures.append(
            ClassFigures(
                precision=_share(hits, said),
                recall=_share(hits, support),
                f1=_share(2 * hits, support + said),
                support=support,
                said=said,
            )
        )
    return figures


def macro_f1(confusion: Confusion) -> float:
    """The mean F1 over the labels that some row has (Opitz and Burst 2019, "averaged F1")."""
    return _mean([each.f1 for each in class_figures(confusion) if each.support])


def macro_recall(confusion: Confusion) -> float:
    """The mean recall over the labels that some row has."""
    return _mean([each.recall for each in class_figures(confusion) if each.support])


def wilson(hits: int, rows: int) -> Interval:
    """The 95 % interval of a share (Wilson 1927): sound for few rows and shares near 0 and 1."""
    if not rows:
        return Interval(0.0, 1.0)
    share, spread = hits / rows, _Z**2 / rows
    middle = (share + spread / 2) / (1 + spread)
    reach = _Z / (1 + spread) * sqrt(share * (1 - share) / rows + spread / (4 * rows))
    return Interval(max(0.0, middle - reach), min(1.0, middle + reach))


def macro_f1_interval(confusion: Confusion) -> Interval:
    """The 95 % interval of macro-F1 by the delta method (Takahashi and others 2022, Applied
    Intelligence 52: 4961-4972): the counts are one multinomial draw."""
    rows, mean = _total(confusion), macro_f1(confusion)
    if not rows:
        return Interval(0.0, 1.0)
    classes = class_figures(confusion)
    present = sum(1 for each in classes if each.support)
    either = [(each.support + each.said) / rows for each in classes]
    first = second = 0.0
    for gold, line in enumerate(confusion):
        for said, count in enumerate(line):
            if count:
                slope = sum(
                    _f1_slope(confusion[at][at] / rows, either[at], gold == at, said == at)
                    for at in {gold, said}
                    if classes[at].support
                )
                slope /= present
                first += count / rows * slope
                second += count / rows * slope**2
    reach = _Z * sqrt(max(0.0, second - first**2) / rows)
    return Interval(max(0.0, mean - reach), min(1.0, mean + reach))


def _f1_slope(hits: float, either: float, is_gold: bool, is_said: bool) -> float:
    """How one class's F1, 2 hits / either, grows with the share of a cell."""
    slope = -2 * hits / either**2 * (is_gold + is_said)
    return slope + 2 / either if is_gold and is_said else slope


def reliability(rows: Sequence[Judged], bins: int = _BINS) -> list[Bin]:
    """Sort the rows into bins of equal width by confidence; bins without rows are left out."""
    held: dict[int, list[Judged]] = {}
    for row in rows:
        # (low, high], as in Guo and others 2017: a confidence of 0 stands in the first.
        at = min(bins - 1, max(0, -floor(-row.confidence * bins) - 1))
        held.setdefault(at, []).append(row)
    return [
        Bin(
            at / bins,
            (at + 1) / bins,
            len(part),
            _mean([row.confidence for row in part]),
            _mean([float(row.right) for row in part]),
        )
        for at, part in sorted(held.items())
    ]


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error: how far confidence and accuracy of a bin lie apart, weighted by
    its rows (Naeini and others 2015; Guo and others 2017)."""
    rows = sum(each.rows for each in bins)
    return sum(each.rows * abs(each.accuracy - each.confidence) for each in bins) / max(1, rows)


def risk_coverage(rows: Sequence[Judged], points: int = 20) -> list[CoveragePoint]:
    """Accuracy when only the most confident share is answered, in `points` equal steps (El-Yaniv
    and Wiener 2010). Rows of one confidence count with their mean, whatever their order."""
    return [
        CoveragePoint(step / points, accuracy)
        for step, accuracy in enumerate(
            _accuracies(rows, [step / points for step in range(1, points + 1)]), start=1
        )
    ]


def accuracy_at(rows: Sequence[Judged], coverage: float) -> float:
    """The accuracy on the given share of rows of which the model is most confident."""
    return _accuracies(rows, [coverage])[0]


def _accuracies(rows: Sequence[Judged], coverages: Sequence[float]) -> list[float]:
    """The accuracy at each coverage; they rise."""
    ordered = sorted(rows, key=lambda row: -row.confidence)
    groups = [
        [row.right for row in group]
        for _, group in groupby(ordered, key=lambda row: row.confidence)
    ]
    found: list[float] = []
    hits, seen, at = 0.0, 0, 0
    for coverage in coverages:
        wanted = max(1, round(coverage * len(rows)))
        while at < len(groups) and seen + len(groups[at]) <= wanted:
            hits, seen, at = hits + sum(groups[at]), seen + len(groups[at]), at + 1
        part = (wanted - seen) * _mean(groups[at]) if at < len(groups) else 0.0
        found.append((hits + part) / wanted if rows else 0.0)
    return found


def sure_rows(rows: Iterable[Judged]) -> list[Judged]:
    """The rows on which the model does not call itself unsure."""
    return [row for row in rows if not row.unsure]


def restrict(row: Judged, present: Collection[int]) -> Judged:
    """What the model says when only the labels in `present` may be said.

    Some sources lack a label (shop reviews know no neutral); this is another question than the
    usual one, and its figures stand apart.
    """
    total = sum(row.scores[at] for at in present)
    said = max(sorted(present), key=lambda at: row.scores[at])
    confidence = row.scores[said] / total if total else 1 / len(present)
    return row._replace(said=said, confidence=confidence)


def mcnemar(first: Iterable[bool], second: Iterable[bool]) -> McNemar:
    """Test whether two models are right equally often, from what each has right, row by row.

    McNemar 1947: only rows count on which one alone is right. Chi-square with the continuity
    correction of Edwards 1948; the exact two-sided binomial where fewer than 25 rows count.
    """
    only_first = only_second = 0
    for one, other in zip(first, second, strict=True):
        only_first += one and not other
        only_second += other and not one
    differ = only_first + only_second
    if differ < _FEW:
        tail = sum(comb(differ, count) for count in range(min(only_first, only_second) + 1))
        return McNemar(only_first, only_second, min(1.0, 2 * tail / 2**differ), exact=True)
    statistic = max(0, abs(only_first - only_second) - 1) ** 2 / differ
    # The upper tail of chi-square with one degree of freedom.
    return McNemar(only_first, only_second, erfc(sqrt(statistic / 2)), exact=False)


def _hits(confusion: Confusion) -> int:
    return sum(line[at] for at, line in enumerate(confusion))


def _total(confusion: Confusion) -> int:
    return sum(map(sum, confusion))


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _mean(values: Sequence[float]) -> float:
    return _share(sum(values), len(values))
