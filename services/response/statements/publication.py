"""At most once per channel: what to do with a publication that may have been tried before.

Pure rules. A try that ended without a word (the worker died, the line went dead) may have reached
the public. It is made again only where that cannot publish twice; elsewhere a person decides.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from services.response.statements.approval import StatementState


class PublicationState(StrEnum):
    """Where one text stands on one channel."""

    QUEUED = "queued"
    SENDING = "sending"
    PUBLISHED = "published"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """What is known after a call of a channel."""

    PUBLISHED = "published"
    REFUSED = "refused"  # it did not take the text, and will not
    NOT_TAKEN = "not_taken"  # it did not take the text this time
    UNKNOWN = "unknown"  # it may have taken it


class Approach(StrEnum):
    """What a worker does with a publication that was handed to it."""

    SEND = "send"
    LOOK_UP = "look_up"  # ask whether it is there; send only if it is not
    DROP = "drop"  # it was never sent and must not be
    GIVE_UP = "give_up"  # it may be out, and nothing can tell: a person decides
    REST = "rest"  # it is settled


# How long a try can last at most is far less than this; a publication that is `sending` for longer
# belongs to a worker that died.
ABANDONED_AFTER = timedelta(minutes=2)

_UNDER_WAY = frozenset(
    (PublicationState.QUEUED, PublicationState.SENDING, PublicationState.UNKNOWN)
)


def approach(
    state: PublicationState, *, idempotent: bool, can_look_up: bool, barred: bool
) -> Approach:
    """What to do next. `barred` means that the text must not go out any more (withdrawn, closed).

    `idempotent` and `can_look_up` are what the channel promises: that a repeated key publishes
    nothing new, and that it can tell whether a key was published.
    """
    if state is PublicationState.QUEUED:
        return Approach.DROP if barred else Approach.SEND
    if state is not PublicationState.SENDING:
        return Approach.REST
    if can_look_up:
        return Approach.LOOK_UP
    return Approach.SEND if idempotent and not barred else Approach.GIVE_UP


def settle(
    outcome: Outcome, *, repeatable: bool, tries_left: bool, in_doubt: bool
) -> PublicationState:
    """The state after a call. `repeatable`: the channel is idempotent or can look up.

    `in_doubt`: an earlier try may have made the text public, and nobody asked the channel since.
    Then a refusal speaks for this try alone. QUEUED and SENDING mean that it is tried again;
    SENDING, that it may be out already.
    """
    if outcome is Outcome.PUBLISHED:
        return PublicationState.PUBLISHED
    known = outcome is not Outcome.UNKNOWN and not in_doubt
    harmless = outcome is Outcome.NOT_TAKEN or (outcome is Outcome.UNKNOWN and repeatable)
    return _SETTLED[known, harmless and tries_left]


_SETTLED = {
    (True, True): PublicationState.QUEUED,
    (True, False): PublicationState.FAILED,
    (False, True): PublicationState.SENDING,
    (False, False): PublicationState.UNKNOWN,
}


def counts(outcome: Outcome, state: PublicationState, *, own_attempt: bool) -> bool:
    """Whether the answer to a try still says something about a publication in `state`.

    That a text is public is true whoever asked; anything else is about that one try, and is stale
    when another try, or a person, has spoken since.
    """
    if state is PublicationState.PUBLISHED:
        return False
    if outcome is Outcome.PUBLISHED:
        return True
    return own_attempt and state is PublicationState.SENDING


def may_be_resolved(state: PublicationState, sent_at: datetime | None, now: datetime) -> bool:
    """Whether a person may say what became of it: nobody else will."""
    if state is PublicationState.SENDING:
        return sent_at is not None and now - sent_at > ABANDONED_AFTER
    return state is PublicationState.UNKNOWN


def statement_state(
    state: StatementState, publications: Collection[PublicationState]
) -> StatementState:
    """The statement's state after one of its publications changed.

    Public on one channel is published; where every channel failed it is approved and no more.
    """
    if state not in (
        StatementState.APPROVED,
        StatementState.PUBLISHING,
        StatementState.PUBLISHED,
    ):
        return state
    if PublicationState.PUBLISHED in publications:
        return StatementState.PUBLISHED
    if _UNDER_WAY.intersection(publications):
        return StatementState.PUBLISHING
    return StatementState.APPROVED
