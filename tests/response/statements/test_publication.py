"""The rules of at most once per channel, without a database or a channel."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.response.statements.approval import StatementState
from services.response.statements.publication import (
    ABANDONED_AFTER,
    Approach,
    Outcome,
    PublicationState,
    approach,
    counts,
    may_be_resolved,
    settle,
    statement_state,
)

P = PublicationState
YES_NO = (True, False)


@pytest.mark.parametrize(
    ("state", "idempotent", "can_look_up", "barred", "expected"),
    [
        (P.QUEUED, False, False, False, Approach.SEND),
        (P.QUEUED, True, True, True, Approach.DROP),
        (P.SENDING, False, False, False, Approach.GIVE_UP),
        (P.SENDING, True, False, False, Approach.SEND),
        (P.SENDING, True, False, True, Approach.GIVE_UP),
        (P.SENDING, False, True, False, Approach.LOOK_UP),
        (P.SENDING, True, True, True, Approach.LOOK_UP),
    ],
)
def test_what_is_done_with_a_publication(
    state: PublicationState,
    idempotent: bool,
    can_look_up: bool,
    barred: bool,
    expected: Approach,
) -> None:
    found = approach(state, idempotent=idempotent, can_look_up=can_look_up, barred=barred)
    assert found is expected


@pytest.mark.parametrize("state", [P.PUBLISHED, P.FAILED, P.UNKNOWN])
def test_what_is_settled_rests(state: PublicationState) -> None:
    for idempotent, can_look_up, barred in product(YES_NO, repeat=3):
        assert (
            approach(state, idempotent=idempotent, can_look_up=can_look_up, barred=barred)
            is Approach.REST
        )


@pytest.mark.parametrize(
    ("outcome", "repeatable", "tries_left", "expected"),
    [
        *[(Outcome.PUBLISHED, *rest, P.PUBLISHED) for rest in product(YES_NO, repeat=2)],
        *[(Outcome.REFUSED, *rest, P.FAILED) for rest in product(YES_NO, repeat=2)],
        (Outcome.NOT_TAKEN, True, True, P.QUEUED),
        (Outcome.NOT_TAKEN, False, True, P.QUEUED),
        (Outcome.NOT_TAKEN, True, False, P.FAILED),
        (Outcome.NOT_TAKEN, False, False, P.FAILED),
        (Outcome.UNKNOWN, True, True, P.SENDING),
        (Outcome.UNKNOWN, True, False, P.UNKNOWN),
        (Outcome.UNKNOWN, False, True, P.UNKNOWN),
        (Outcome.UNKNOWN, False, False, P.UNKNOWN),
    ],
)
def test_what_a_call_settles(
    outcome: Outcome, repeatable: bool, tries_left: bool, expected: PublicationState
) -> None:
    found = settle(outcome, repeatable=repeatable, tries_left=tries_left, in_doubt=False)
    assert found is expected


@pytest.mark.parametrize(
    ("outcome", "tries_left", "expected"),
    [
        (Outcome.PUBLISHED, False, P.PUBLISHED),
        (Outcome.REFUSED, True, P.UNKNOWN),
        (Outcome.NOT_TAKEN, True, P.SENDING),
        (Outcome.NOT_TAKEN, False, P.UNKNOWN),
    ],
)
def test_a_refusal_says_nothing_of_an_earlier_try(
    outcome: Outcome, tries_left: bool, expected: PublicationState
) -> None:
    found = settle(outcome, repeatable=True, tries_left=tries_left, in_doubt=True)
    assert found is expected


@settings(max_examples=1_000)
@given(
    idempotent=st.booleans(),
    can_look_up=st.booleans(),
    most_tries=st.integers(min_value=1, max_value=6),
    courses=st.lists(
        st.sampled_from(["before", "after", "timeout", "not_taken", "refused", "fine"]),
        min_size=1,
        max_size=6,
    ),
)
def test_no_course_of_tries_publishes_twice_or_hides_what_is_public(
    idempotent: bool, can_look_up: bool, most_tries: int, courses: list[str]
) -> None:
    """A worker dies before or after the call's effect, answers get lost, channels refuse."""
    state, effects = P.QUEUED, 0
    for tried, course in enumerate(courses, start=1):
        way = approach(state, idempotent=idempotent, can_look_up=can_look_up, barred=False)
        if way in (Approach.REST, Approach.GIVE_UP):
            state = P.UNKNOWN if way is Approach.GIVE_UP else state
            break
        in_doubt = state is P.SENDING and way is Approach.SEND
        state = P.SENDING
        if way is Approach.LOOK_UP and effects:
            state = P.PUBLISHED
            break
        if course in ("after", "timeout", "fine") and not (idempotent and effects):
            effects += 1
        if course in OUTCOMES:
            state = settle(
                OUTCOMES[course],
                repeatable=idempotent or can_look_up,
                tries_left=tried < most_tries,
                in_doubt=in_doubt,
            )
    assert effects <= 1
    if state is P.PUBLISHED:
        assert effects == 1
    if state in (P.QUEUED, P.FAILED):
        assert effects == 0


# What the caller is told of a course; after the others it is not there to be told.
OUTCOMES = {
    "timeout": Outcome.UNKNOWN,
    "not_taken": Outcome.NOT_TAKEN,
    "refused": Outcome.REFUSED,
    "fine": Outcome.PUBLISHED,
}


@pytest.mark.parametrize("own", YES_NO)
def test_news_of_success_counts_whoever_brings_it(own: bool) -> None:
    for state in (P.QUEUED, P.SENDING, P.FAILED, P.UNKNOWN):
        assert counts(Outcome.PUBLISHED, state, own_attempt=own)
    assert not counts(Outcome.PUBLISHED, P.PUBLISHED, own_attempt=own)


def test_a_stale_failure_overrules_nobody() -> None:
    for outcome in (Outcome.REFUSED, Outcome.NOT_TAKEN, Outcome.UNKNOWN):
        assert counts(outcome, P.SENDING, own_attempt=True)
        assert not counts(outcome, P.SENDING, own_attempt=False)
        assert not counts(outcome, P.UNKNOWN, own_attempt=True)


def test_a_person_settles_what_is_unknown_or_abandoned() -> None:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    long_ago = now - ABANDONED_AFTER - timedelta(seconds=1)
    assert may_be_resolved(P.UNKNOWN, now, now)
    assert may_be_resolved(P.SENDING, long_ago, now)
    assert not may_be_resolved(P.SENDING, now, now)
    for state in (P.QUEUED, P.PUBLISHED, P.FAILED):
        assert not may_be_resolved(state, long_ago, now)


@pytest.mark.parametrize(
    ("publications", "expected"),
    [
        ([P.QUEUED], StatementState.PUBLISHING),
        ([P.FAILED, P.UNKNOWN], StatementState.PUBLISHING),
        ([P.FAILED, P.PUBLISHED], StatementState.PUBLISHED),
        ([P.FAILED, P.FAILED], StatementState.APPROVED),
    ],
)
def test_a_statement_stands_where_its_publications_stand(
    publications: list[PublicationState], expected: StatementState
) -> None:
    assert statement_state(StatementState.PUBLISHING, publications) is expected
    for kept in (StatementState.WITHDRAWN, StatementState.DRAFT):
        assert statement_state(kept, publications) is kept
