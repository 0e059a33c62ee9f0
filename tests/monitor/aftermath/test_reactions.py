"""The change of a share, with how sure it is, and what may be said of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitor.aftermath.reactions import (
    FEWEST,
    Counts,
    Reaction,
    difference,
    in_words,
    reaction,
)

counts = st.integers(0, 500).flatmap(
    lambda n: st.builds(Counts, st.integers(n, 600), st.just(n), st.integers(0, n))
)


@given(counts, counts)
def test_the_interval_holds_the_change_and_turns_with_it(before: Counts, after: Counts) -> None:
    change = difference(before, after)
    if not before.opinions or not after.opinions:
        assert change is None
        return
    back = difference(after, before)
    assert change is not None
    assert back is not None
    assert -1.0 <= change[1] <= change[0] + 1e-9
    assert change[0] - 1e-9 <= change[2] <= 1.0
    assert abs(change[0] + back[0]) < 1e-9
    assert abs(change[1] + back[2]) < 1e-9


def test_more_posts_make_it_surer() -> None:
    few = difference(Counts(10, 10, 5), Counts(10, 10, 2))
    many = difference(Counts(1000, 1000, 500), Counts(1000, 1000, 200))
    assert few is not None
    assert many is not None
    assert few[1] < many[1] < many[2] < 0 < few[2]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (Counts(500, 400, 280), Counts(300, 250, 90), Reaction.FELL),
        (Counts(300, 250, 90), Counts(500, 400, 280), Reaction.ROSE),
        (Counts(60, 50, 25), Counts(60, 50, 22), Reaction.NO_DIFFERENCE),
        (Counts(9, 9, 9), Counts(400, 400, 0), Reaction.TOO_FEW),
        (Counts(400, 400, 0), Counts(0, 0, 0), Reaction.TOO_FEW),
    ],
)
def test_it_says_no_more_than_the_counts_do(before: Counts, after: Counts, said: Reaction) -> None:
    assert reaction(before, after) is said


@given(counts, counts)
def test_nothing_is_said_of_few_posts_and_of_what_may_be_chance(
    before: Counts, after: Counts
) -> None:
    said = reaction(before, after)
    if min(before.opinions, after.opinions) < FEWEST:
        assert said is Reaction.TOO_FEW
        return
    changed = difference(before, after)
    assert changed is not None
    assert (said is Reaction.NO_DIFFERENCE) is (changed[1] <= 0 <= changed[2])


def test_the_words_tell_counts_and_intervals_in_both_languages() -> None:
    text, text_zh = in_words(24, Counts(120, 80, 57), Counts(9, 0, 0))
    assert text == (
        "24 h before the statement: 120 posts, 57 of 80 analysed negative (61 to 80 %); "
        "24 h after: 9 posts, none analysed. Too few to tell."
    )
    assert text_zh == (
        "声明前24小时：120帖，已分析80帖中57帖负面（61%至80%）；声明后24小时：9帖，均未分析。"
        "样本过少，无法判断。"
    )
