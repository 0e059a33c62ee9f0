"""One try of a publication: two short transactions, and the call of the channel between them.

The first marks the publication as `sending`, the second records what came of it. Whoever finds one
that is `sending` knows that a try ended without a word; `publication.py` says what may follow.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.response.incidents.lifecycle import IncidentState
from services.response.incidents.models import Incident
from services.response.statements.approval import StatementState, Step, is_approved
from services.response.statements.channels.protocol import (
    Channel,
    ChannelError,
    OutcomeUnknown,
    OutgoingStatement,
    Receipt,
    SearchableChannel,
    can_look_up,
)
from services.response.statements.models import Publication, Statement
from services.response.statements.publication import (
    Approach,
    Outcome,
    PublicationState,
    approach,
    counts,
    settle,
)
from services.response.statements.publishing import note_not_published, note_published
from services.response.statements.queries import lock_publication
from shared.contracts.actors import ActorRef
from shared.db import database_now
from shared.deliveries import MAX_ATTEMPTS
from shared.ids import new_id
from shared.log import get_logger
from shared.runtime import Runtime

log = get_logger(__name__)

# Seconds from the first transaction to the channel's answer. Far below the lease of a delivery, so
# that a second worker takes over only when the first is surely not calling any more.
PATIENCE = 8.0
_LONGEST_ERROR = 500

# Said of a try that ended without a word, on a channel that cannot be asked.
_WITHOUT_A_WORD = (
    "The worker stopped while it was sending. Look at the channel, and settle whether it is public."
)


class PublicationPendingError(Exception):
    """Not public yet, and worth another try: the delivery comes back after a pause."""


@dataclass(frozen=True)
class Attempt:
    """One try. `bar` says why the text must not go out any more; then it is only looked up.

    `in_doubt`: it goes out again though an earlier try may have made it public.
    """

    id: UUID
    channel: Channel
    statement: OutgoingStatement
    look_first: bool
    in_doubt: bool
    bar: str | None
    tries_left: bool


@dataclass(frozen=True)
class Answer:
    """What is known after the call."""

    outcome: Outcome
    receipt: Receipt | None = None
    error: str = ""


async def carry_out(
    runtime: Runtime, publication_id: UUID, channels: Mapping[str, Channel]
) -> None:
    """Make a publication public, unless an earlier try did.

    Raises:
        PublicationPendingError: it should be tried again.
    """
    deadline = asyncio.get_running_loop().time() + PATIENCE
    async with runtime.transaction() as session:
        attempt = await _begin(session, publication_id, channels)
    if attempt is None:
        return
    answer = await _call(attempt, deadline)
    async with runtime.transaction() as session:
        again = await _conclude(session, attempt, answer)
    if again:
        raise PublicationPendingError(f"{attempt.channel.name}: {answer.error}")


async def _begin(
    session: AsyncSession, publication_id: UUID, channels: Mapping[str, Channel]
) -> Attempt | None:
    incident, statement, publication = await lock_publication(session, publication_id)
    channel = channels.get(publication.channel)
    bar = _bar(incident, statement, publication, channel)
    way = approach(
        publication.state,
        idempotent=channel is not None and channel.idempotent,
        can_look_up=channel is not None and can_look_up(channel),
        barred=bar is not None,
    )
    if way is Approach.REST:
        return None
    if way in _ENDS or channel is None:
        await note_not_published(
            session,
            statement,
            publication,
            ActorRef.model_validate(publication.ordered_by),
            state=_ENDS[way],
            error=_WITHOUT_A_WORD if bar is None or way is Approach.GIVE_UP else bar,
        )
        return None
    in_doubt = publication.state is PublicationState.SENDING and way is Approach.SEND
    publication.state = PublicationState.SENDING
    publication.attempts += 1
    publication.attempt_id = new_id()
    publication.sent_at = await database_now(session)
    return Attempt(
        id=publication.attempt_id,
        channel=channel,
        statement=_outgoing(incident, statement, publication),
        look_first=way is Approach.LOOK_UP,
        in_doubt=in_doubt,
        bar=bar,
        tries_left=publication.attempts < MAX_ATTEMPTS,
    )


# How a publication ends for which no call may be made.
_ENDS = {
    Approach.DROP: PublicationState.FAILED,
    Approach.GIVE_UP: PublicationState.UNKNOWN,
}


def _bar(
    incident: Incident, statement: Statement, publication: Publication, channel: Channel | None
) -> str | None:
    """Why the text must not go out any more, or None."""
    wording = statement.wording(publication.version)
    approval = statement.signatures_of(publication.version).get(Step.APPROVAL)
    approvals = [approval.sha256] if approval is not None and approval.passed else []
    bars = {
        f"There is no channel named {publication.channel} any more.": channel is None,
        "The statement was withdrawn before it went out.": (
            statement.state is StatementState.WITHDRAWN
        ),
        "The incident was closed before it went out.": incident.state is IncidentState.CLOSED,
        "The text is not the one that was approved.": not is_approved(
            wording.sha256, wording.title, wording.text, approvals
        ),
    }
    return next((reason for reason, applies in bars.items() if applies), None)


def _outgoing(
    incident: Incident, statement: Statement, publication: Publication
) -> OutgoingStatement:
    wording = statement.wording(publication.version)
    return OutgoingStatement(
        publication_id=publication.id,
        statement_id=statement.id,
        supersedes_id=statement.supersedes_id,
        incident_id=incident.id,
        incident_number=incident.number,
        kind=statement.kind,
        version=wording.version,
        title=wording.title,
        text=wording.text,
        sha256=wording.sha256,
        drill=incident.drill,
        ordered_at=publication.ordered_at,
    )


async def _call(attempt: Attempt, deadline: float) -> Answer:
    try:
        async with asyncio.timeout_at(deadline):
            if attempt.look_first:
                found = await _look_up(attempt)
                if found is not None:
                    return Answer(Outcome.PUBLISHED, receipt=found)
                if attempt.bar is not None:
                    return Answer(Outcome.REFUSED, error=attempt.bar)
            receipt = await attempt.channel.publish(attempt.statement)
            return Answer(Outcome.PUBLISHED, receipt=receipt)
    except ChannelError as error:
        return Answer(error.outcome, error=_storable(str(error)))
    except TimeoutError:
        return Answer(Outcome.UNKNOWN, error=f"No answer within {PATIENCE:.0f} seconds.")
    except Exception as error:
        # Nobody foresaw it, so it says nothing about what the channel did.
        log.exception("channel_broke", channel=attempt.channel.name)
        return Answer(Outcome.UNKNOWN, error=_storable(repr(error)))


async def _look_up(attempt: Attempt) -> Receipt | None:
    assert isinstance(attempt.channel, SearchableChannel)  # noqa: S101
    try:
        return await attempt.channel.look_up(attempt.statement.publication_id)
    except ChannelError as error:
        # That the question was refused says nothing about the text.
        raise OutcomeUnknown(str(error)) from error


async def _conclude(session: AsyncSession, attempt: Attempt, answer: Answer) -> bool:
    """Record what came of a try; True where another is due."""
    _, statement, publication = await lock_publication(session, attempt.statement.publication_id)
    own = publication.attempt_id == attempt.id
    if not counts(answer.outcome, publication.state, own_attempt=own):
        return False
    ordered_by = ActorRef.model_validate(publication.ordered_by)
    state = settle(
        answer.outcome,
        repeatable=attempt.channel.idempotent or can_look_up(attempt.channel),
        tries_left=attempt.tries_left,
        in_doubt=attempt.in_doubt,
    )
    if state is PublicationState.PUBLISHED:
        await note_published(
            session,
            statement,
            publication,
            ordered_by,
            location=answer.receipt.location if answer.receipt else None,
            published_at=await database_now(session),
        )
    elif state in (PublicationState.FAILED, PublicationState.UNKNOWN):
        await note_not_published(
            session, statement, publication, ordered_by, state=state, error=answer.error
        )
    else:
        publication.state = state
        publication.error = answer.error
        return True
    return False


def _storable(words: str) -> str:
    return words.replace("\x00", "")[:_LONGEST_ERROR]
