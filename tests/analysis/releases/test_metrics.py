"""The measures against their plain definitions, and against scikit-learn."""

import random
from dataclasses import astuple
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

from services.analysis.releases.metrics import (
    Interval,
    Judged,
    accuracy_at,
    accuracy_of,
    calibration_error,
    class_figures,
    confusion_of,
    macro_f1,
    macro_f1_interval,
    macro_recall,
    mcnemar,
    reliability,
    restrict,
    risk_coverage,
    sure_rows,
    wilson,
)

LABELS = 4


@st.composite
def judged_rows(draw: st.DrawFn) -> list[Judged]:
    gold = draw(st.lists(st.integers(0, LABELS - 1), min_size=1, max_size=60))
    rows = []
    for each in gold:
        weights = draw(st.lists(st.integers(0, 9), min_size=LABELS, max_size=LABELS).filter(any))
        scores = tuple(weight / sum(weights) for weight in weights)
        said = max(range(LABELS), key=lambda at, scores=scores: scores[at])  # type: ignore[misc]
        rows.append(Judged(each, said, scores[said], draw(st.booleans()), scores))
    return rows


def row(gold: int, said: int, confidence: float = 0.9, *, unsure: bool = False) -> Judged:
    rest = (1 - confidence) / (LABELS - 1)
    scores = tuple(confidence if at == said else rest for at in range(LABELS))
    return Judged(gold, said, confidence, unsure, scores)


@given(judged_rows())
def test_the_usual_figures_are_those_of_scikit_learn(rows: list[Judged]) -> None:
    gold, said = [each.gold for each in rows], [each.said for each in rows]
    confusion = confusion_of(rows, LABELS)
    labels = list(range(LABELS))
    assert confusion == reference.confusion_matrix(gold, said, labels=labels).tolist()
    assert accuracy_of(confusion) == pytest.approx(reference.accuracy_score(gold, said))
    theirs = reference.precision_recall_fscore_support(gold, said, labels=labels, zero_division=0)
    for at, ours in enumerate(class_figures(confusion)):
        assert (ours.precision, ours.recall, ours.f1, ours.support) == pytest.approx(
            tuple(column[at] for column in theirs)
        )
    present = sorted(set(gold))
    assert macro_f1(confusion) == pytest.approx(
        reference.f1_score(gold, said, labels=present, average="macro", zero_division=0)
    )
    assert macro_recall(confusion) == pytest.approx(
        reference.recall_score(gold, said, labels=present, average="macro", zero_division=0)
    )


@given(judged_rows(), st.integers(1, 20))
def test_calibration_error_is_the_mean_distance_of_the_bins(rows: list[Judged], bins: int) -> None:
    found = reliability(rows, bins)
    assert sum(each.rows for each in found) == len(rows)
    gap = 0.0
    for each in found:
        edge = 1e-9
        inside = [
            row
            for row in rows
            if each.low + edge < row.confidence <= each.high + edge
            or (each.low == 0 and row.confidence == 0)
        ]
        assert each.rows == len(inside)
        gap += abs(sum(row.confidence for row in inside) - sum(row.right for row in inside))
    assert calibration_error(found) == pytest.approx(gap / len(rows))


def test_a_model_that_is_as_right_as_it_says_has_no_calibration_error() -> None:
    rows = [row(0, 0, 0.75)] * 75 + [row(1, 0, 0.75)] * 25
    assert calibration_error(reliability(rows)) == pytest.approx(0)
    assert calibration_error(reliability([row(1, 0, 0.75)] * 10)) == pytest.approx(0.75)


@given(judged_rows(), st.randoms(use_true_random=False))
def test_risk_coverage_ends_at_the_accuracy_and_knows_no_order(
    rows: list[Judged], chance: random.Random
) -> None:
    curve = risk_coverage(rows)
    assert curve[-1].coverage == 1
    assert curve[-1].accuracy == pytest.approx(sum(each.right for each in rows) / len(rows))
    shuffled = chance.sample(rows, len(rows))
    assert [point.accuracy for point in risk_coverage(shuffled)] == pytest.approx(
        [point.accuracy for point in curve]
    )


def test_the_accuracy_at_a_coverage_is_that_of_the_most_confident() -> None:
    rows = [row(0, 0, 0.9)] * 6 + [row(0, 0, 0.5), row(1, 0, 0.5), row(1, 0, 0.4), row(1, 0, 0.3)]
    assert accuracy_at(rows, 0.6) == 1
    assert accuracy_at(rows, 0.7) == pytest.approx(6.5 / 7)
    assert accuracy_at(rows, 0.8) == pytest.approx(7 / 8)
    assert accuracy_at(rows, 1) == pytest.approx(0.7)


def test_without_rows_no_measure_fails() -> None:
    confusion = confusion_of([], LABELS)
    assert (accuracy_of(confusion), macro_f1(confusion), macro_recall(confusion)) == (0, 0, 0)
    assert calibration_error(reliability([])) == 0
    assert accuracy_at([], 0.8) == 0
    assert macro_f1_interval(confusion) == wilson(0, 0) == Interval(0, 1)


@pytest.mark.parametrize(
    ("hits", "rows", "low", "high"),
    # Newcombe 1998, Statistics in Medicine 17: 857-872, table I, method 3.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_intervals(
    hits: int, rows: int, low: float, high: float
) -> None:
    assert astuple(wilson(hits, rows)) == pytest.approx((low, high), abs=5e-5)


def test_the_interval_of_macro_f1_is_that_of_a_bootstrap() -> None:
    counts = [[260, 30, 20, 0], [40, 150, 30, 0], [15, 25, 80, 0], [0, 0, 0, 0]]
    cells = [(gold, said) for gold in range(LABELS) for said in range(LABELS)]
    weights = [counts[gold][said] for gold, said in cells]
    chance = random.Random(7)
    found = []
    for _ in range(600):
        drawn = [[0] * LABELS for _ in range(LABELS)]
        for gold, said in chance.choices(cells, weights, k=sum(weights)):
            drawn[gold][said] += 1
        found.append(macro_f1(drawn))
    found.sort()
    interval = macro_f1_interval(counts)
    assert interval.low < macro_f1(counts) < interval.high
    assert astuple(interval) == pytest.approx((found[14], found[585]), abs=0.008)


@given(judged_rows())
def test_the_interval_of_macro_f1_is_in_range_and_holds_it(rows: list[Judged]) -> None:
    confusion = confusion_of(rows, LABELS)
    low, high = astuple(macro_f1_interval(confusion))
    assert 0 <= low <= macro_f1(confusion) + 1e-12
    assert macro_f1(confusion) - 1e-12 <= high <= 1


@given(judged_rows(), st.sets(st.integers(0, LABELS - 1), min_size=1))
def test_a_restricted_model_says_only_what_is_there(rows: list[Judged], present: set[int]) -> None:
    for each in rows:
        restricted = restrict(each, present)
        assert restricted.said in present
        assert each.scores[restricted.said] == max(each.scores[at] for at in present)
        assert 1 / len(present) - 1e-9 <= restricted.confidence <= 1 + 1e-9
    assert [restrict(each, range(LABELS)).said for each in rows] == [each.said for each in rows]


def test_sure_rows_are_the_rest() -> None:
    rows = [row(0, 0), row(1, 0, unsure=True), row(2, 2)]
    assert sure_rows(rows) == [rows[0], rows[2]]


def pairs(both: int, only_first: int, only_second: int) -> tuple[list[bool], list[bool]]:
    first = [True] * both + [True] * only_first + [False] * only_second
    second = [True] * both + [False] * only_first + [True] * only_second
    return first, second


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 5))
def test_mcnemar_of_few_rows_is_the_exact_binomial(one: int, other: int, both: int) -> None:
    found = mcnemar(*pairs(both, one, other))
    assert (found.only_first, found.only_second, found.exact) == (one, other, True)
    ways = sum(
        comb(one + other, count)
        for count in range(one + other + 1)
        if abs(count - (one + other) / 2) >= abs(one - other) / 2
    )
    assert found.p == pytest.approx(float(Fraction(ways, 2 ** (one + other))))


def test_mcnemar_of_many_rows_is_the_corrected_chi_square() -> None:
    # Statistic (|86 - 150| - 1)^2 / 236 = 16.82 (Agresti 2002, section 10.1, the two ratings).
    found = mcnemar(*pairs(1000, 86, 150))
    assert not found.exact
    assert found.p == pytest.approx(4.115e-5, rel=1e-3)
    assert mcnemar(*pairs(10, 30, 30)).p == 1
