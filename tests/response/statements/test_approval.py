"""The rules of the way to approval, without a database."""

import hashlib
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.response.statements.approval import (
    MOVES,
    REVIEW_ACTS,
    WAITS_FOR,
    Act,
    Review,
    StatementState,
    Step,
    StepState,
    after,
    instead_of,
    is_approved,
    objection,
    progress,
    sha256_of,
)

S = StatementState

# Every state, and every act that it allows: the whole matrix, so that a new cell is a decision.
ALLOWED = {
    S.DRAFT: {Act.WRITE, Act.SUBMIT, Act.WITHDRAW},
    S.RETURNED: {Act.WRITE, Act.WITHDRAW},
    S.DEPARTMENT_REVIEW: {Act.WRITE, Act.REVIEW_FOR_DEPARTMENT, Act.RETURN, Act.WITHDRAW},
    S.LEGAL_REVIEW: {Act.WRITE, Act.REVIEW_FOR_LEGAL, Act.RETURN, Act.WITHDRAW},
    S.APPROVAL: {Act.WRITE, Act.APPROVE, Act.RETURN, Act.WITHDRAW},
    S.APPROVED: {Act.WRITE, Act.PUBLISH, Act.RETURN, Act.WITHDRAW},
    S.PUBLISHING: {Act.PUBLISH, Act.WITHDRAW},
    S.PUBLISHED: {Act.PUBLISH, Act.CORRECT, Act.WITHDRAW},
    S.WITHDRAWN: {Act.CORRECT},
}


@pytest.mark.parametrize(("state", "act"), list(product(S, Act)))
def test_each_state_allows_exactly_these_acts(state: StatementState, act: Act) -> None:
    assert (after(state, act) is not None) == (act in ALLOWED[state])
    assert instead_of(act)


@given(st.lists(st.sampled_from(Act), max_size=30))
def test_nothing_is_published_but_by_the_whole_way(acts: list[Act]) -> None:
    """Since the last wording, each signature was given, in order, before publication."""
    state = S.DRAFT
    way: list[Act] = []
    for act in acts:
        following = after(state, act)
        if following is None:
            continue
        state = following
        way = [] if act is Act.WRITE else [*way, act]
        if act is Act.PUBLISH:
            assert way[:4] == [
                Act.SUBMIT,
                Act.REVIEW_FOR_DEPARTMENT,
                Act.REVIEW_FOR_LEGAL,
                Act.APPROVE,
            ]
            assert Act.RETURN not in way


def test_a_new_wording_starts_the_way_again() -> None:
    assert {MOVES[state, Act.WRITE] for state in S if (state, Act.WRITE) in MOVES} == {S.DRAFT}


def test_legal_reviews_after_the_department() -> None:
    assert after(S.DEPARTMENT_REVIEW, REVIEW_ACTS[Review.LEGAL]) is None
    assert after(S.DEPARTMENT_REVIEW, REVIEW_ACTS[Review.DEPARTMENT]) is S.LEGAL_REVIEW


SIGNED = (Step.DEPARTMENT_REVIEW, Step.LEGAL_REVIEW, Step.APPROVAL)
PEOPLE = st.sampled_from(["ann", "bo", "chen", "dee"])


@given(
    step=st.sampled_from(SIGNED),
    person=PEOPLE,
    writers=st.frozensets(PEOPLE),
    signers=st.dictionaries(st.sampled_from(SIGNED), PEOPLE),
)
def test_one_person_has_one_part_in_a_text(
    step: Step, person: str, writers: frozenset[str], signers: dict[Step, str]
) -> None:
    reason = objection(step, person, writers=writers, signers=signers)
    assert (reason is not None) == (person in writers or person in signers.values())


def test_the_objection_says_which_part_the_person_had() -> None:
    wrote = objection(Step.APPROVAL, "ann", writers={"ann"}, signers={})
    reviewed = objection(Step.APPROVAL, "bo", writers={"ann"}, signers={Step.LEGAL_REVIEW: "bo"})
    assert wrote == "You wrote this statement: its approval is for somebody else."
    assert reviewed == (
        "You gave the legal review of this text: its approval is for somebody else."
    )


def test_the_hash_is_over_title_two_line_feeds_text_in_utf_8() -> None:
    expected = hashlib.sha256("停电通告\n\n无人受伤。".encode()).hexdigest()
    assert sha256_of("停电通告", "无人受伤。") == expected


@given(st.text(), st.text(), st.text(), st.text())
def test_another_text_has_another_hash(a: str, b: str, c: str, d: str) -> None:
    first, second = (a.replace("\n", ""), b), (c.replace("\n", ""), d)
    assert (sha256_of(*first) == sha256_of(*second)) == (first == second)


@pytest.mark.parametrize(
    ("approvals", "text", "approved"),
    [
        ([sha256_of("T", "text")], "text", True),
        ([sha256_of("T", "text")], "changed", False),
        ([sha256_of("T", "other")], "text", False),
        ([], "text", False),
    ],
)
def test_only_the_approved_text_goes_out(approvals: list[str], text: str, approved: bool) -> None:
    assert is_approved(sha256_of("T", "text"), "T", text, approvals) is approved


DONE, WAITING, OPEN, BACK = StepState.DONE, StepState.WAITING, StepState.OPEN, StepState.RETURNED
ALL = {Step.DEPARTMENT_REVIEW: True, Step.LEGAL_REVIEW: True, Step.APPROVAL: True}


@pytest.mark.parametrize(
    ("state", "verdicts", "published", "states"),
    [
        (S.DRAFT, {}, False, [WAITING, OPEN, OPEN, OPEN, OPEN]),
        (S.DEPARTMENT_REVIEW, {}, False, [DONE, WAITING, OPEN, OPEN, OPEN]),
        (S.RETURNED, {Step.DEPARTMENT_REVIEW: False}, False, [WAITING, BACK, OPEN, OPEN, OPEN]),
        (
            S.LEGAL_REVIEW,
            {Step.DEPARTMENT_REVIEW: True},
            False,
            [DONE, DONE, WAITING, OPEN, OPEN],
        ),
        (S.APPROVED, ALL, False, [DONE, DONE, DONE, DONE, WAITING]),
        (S.PUBLISHED, ALL, True, [DONE, DONE, DONE, DONE, DONE]),
        (S.WITHDRAWN, {}, False, [DONE, OPEN, OPEN, OPEN, OPEN]),
        (S.WITHDRAWN, ALL, True, [DONE, DONE, DONE, DONE, DONE]),
    ],
)
def test_progress_shows_each_step(
    state: StatementState, verdicts: dict[Step, bool], published: bool, states: list[StepState]
) -> None:
    assert list(progress(state, verdicts, published=published).values()) == states


def test_every_state_says_what_it_waits_for() -> None:
    assert set(WAITS_FOR) == set(S)
