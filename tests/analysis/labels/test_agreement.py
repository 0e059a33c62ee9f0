"""The figures of agreement and drift, beside published examples."""

import pytest

from services.analysis.labels.agreement import Comparison, agreement, among_people
from services.analysis.labels.drift import DriftState, Share, drift, less_likely
from services.analysis.labels.settling import Conflicts, settle


def test_kappa_as_in_the_book() -> None:
    """Fleiss, Levin and Paik (2003), table 18.1: 75, 1, 4; 5, 4, 1; 0, 0, 10 of 100: 0.68."""
    table = {"a": (75, 1, 4), "b": (5, 4, 1), "c": (0, 0, 10)}
    found = agreement(
        Comparison(first, second, texts)
        for first, row in table.items()
        for second, texts in zip("abc", row, strict=True)
    )
    assert (found.compared, found.agreed, found.share) == (100, 89, 0.89)
    assert found.kappa == pytest.approx(0.676, abs=0.001)


def test_nothing_compared_is_no_agreement() -> None:
    found = agreement([])
    assert (found.share, found.kappa, found.low, found.high) == (None, None, 0.0, 1.0)
    alike = agreement([Comparison("a", "a", 3)])
    assert (alike.share, alike.kappa) == (1.0, None)


def test_people_have_no_order() -> None:
    one = among_people([Comparison("a", "b", 2), Comparison("a", "a", 5), Comparison("b", "b", 3)])
    other = among_people(
        [Comparison("b", "a", 2), Comparison("a", "a", 5), Comparison("b", "b", 3)]
    )
    assert one == other
    assert (one.compared, one.agreed) == (10, 8)


def test_the_interval_of_a_share() -> None:
    """Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I."""
    found = agreement([Comparison("a", "a", 81), Comparison("a", "b", 182)])
    assert (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=0.0001)


def test_two_shares_are_compared() -> None:
    """z = -3.28 for 13 % beside 26 % of 200 each; by hand after Fleiss, Levin and Paik (2003)."""
    assert less_likely(Share(26, 200), Share(52, 200)) == pytest.approx(0.0005, abs=0.0002)
    assert less_likely(Share(50, 100), Share(50, 100)) == pytest.approx(0.5)
    assert less_likely(Share(40, 40), Share(90, 90)) == 1.0


@pytest.mark.parametrize(
    ("windows", "state"),
    [
        ([], DriftState.TOO_FEW),
        ([Share(27, 30)], DriftState.TOO_FEW),
        ([Share(90, 100), Share(10, 29)], DriftState.TOO_FEW),
        ([Share(15, 15), Share(14, 15), Share(18, 30)], DriftState.DROPPED),
        ([Share(90, 100), Share(85, 100)], DriftState.STEADY),
        ([Share(60, 100), Share(95, 100)], DriftState.STEADY),
    ],
)
def test_a_drop_needs_labels_enough(windows: list[Share], state: DriftState) -> None:
    found = drift(windows)
    assert found.state is state
    assert found.text
    assert found.text_zh


@pytest.mark.parametrize(
    ("labels", "conflicts", "settled"),
    [
        (["a"], Conflicts.LEAVE_OUT, "a"),
        (["a", "a"], Conflicts.LEAVE_OUT, "a"),
        (["a", "b", "a"], Conflicts.MAJORITY, "a"),
        (["a", "b", "a"], Conflicts.LEAVE_OUT, None),
        (["a", "b"], Conflicts.MAJORITY, None),
        ([], Conflicts.MAJORITY, None),
    ],
)
def test_one_label_is_settled_on(
    labels: list[str], conflicts: Conflicts, settled: str | None
) -> None:
    assert settle(labels, conflicts) == settled
