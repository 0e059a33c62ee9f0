"""Use cases of statements: written, submitted, corrected, withdrawn; `signing.py` has the rest."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.response.incidents.lifecycle import Move
from services.response.incidents.service import get_for_change
from services.response.incidents.timeline import record
from services.response.statements.approval import (
    Act,
    after,
    instead_of,
    sha256_of,
)
from services.response.statements.models import (
    Statement,
    StatementKind,
    StatementVersion,
)
from services.response.statements.publication import PublicationState
from services.response.statements.queries import get_statement, lock_statement
from services.response.statements.schemas import (
    StatementNew,
    TextNew,
    WithdrawalNew,
)
from shared.contracts.actors import ActorRef
from shared.contracts.statements import (
    StatementDrafted,
    StatementSubmitted,
    StatementWithdrawn,
)
from shared.db import database_now
from shared.errors import Conflict
from shared.schemas import check_version


async def draft_statement(
    session: AsyncSession,
    incident_id: UUID,
    new: StatementNew,
    by: ActorRef,
    *,
    supersedes: UUID | None = None,
) -> Statement:
    """Write the first version of a statement.

    Raises:
        NotFound: no such incident. Conflict: its state does not allow statements.
    """
    incident = await get_for_change(session, incident_id, Move.STATE)
    statement = Statement(incident_id=incident.id, kind=new.kind, supersedes_id=supersedes)
    session.add(statement)
    await session.flush()
    await _add_version(session, statement, new, by)
    return await get_statement(session, statement.id)


async def write_version(
    session: AsyncSession, statement_id: UUID, new: TextNew, if_match: str | None, by: ActorRef
) -> Statement:
    """Write a new version. Reviews and approval of the earlier one fall away with its text.

    Raises:
        PreconditionRequired, PreconditionFailed: the caller read another state of the statement.
        Conflict: a channel may have the text already.
    """
    statement = await lock_statement(session, statement_id, Move.STATE)
    check_version(if_match, statement.row_version)
    advance(statement, Act.WRITE)
    statement.version += 1
    await _add_version(session, statement, new, by)
    return await get_statement(session, statement_id)


async def submit_statement(session: AsyncSession, statement_id: UUID, by: ActorRef) -> Statement:
    """Send the draft into review.

    Raises:
        NotFound: no such statement. Conflict: it is no draft.
    """
    statement = await lock_statement(session, statement_id, Move.STATE)
    advance(statement, Act.SUBMIT)
    await record(session, StatementSubmitted(**event_facts(statement, statement.current, by)))
    return await get_statement(session, statement_id)


async def correct_statement(
    session: AsyncSession, statement_id: UUID, new: TextNew, by: ActorRef
) -> Statement:
    """Draft the correction of a published statement: a statement of its own, which refers to it.

    Raises:
        NotFound: no such statement. Conflict: it was never published.
    """
    wrong = await lock_statement(session, statement_id, Move.STATE)
    advance(wrong, Act.CORRECT)
    if all(row.state is not PublicationState.PUBLISHED for row in wrong.publications):
        raise Conflict(f"This statement was never published. {instead_of(Act.CORRECT)}")
    correction = StatementNew(title=new.title, text=new.text, kind=StatementKind.CORRECTION)
    return await draft_statement(session, wrong.incident_id, correction, by, supersedes=wrong.id)


async def withdraw_statement(
    session: AsyncSession, statement_id: UUID, new: WithdrawalNew, by: ActorRef
) -> Statement:
    """Withdraw a statement, public or not; its history stays. What is queued does not go out.

    Raises:
        NotFound: no such statement. Conflict: it was withdrawn already, or the incident is closed.
    """
    statement = await lock_statement(session, statement_id, Move.NOTE)
    advance(statement, Act.WITHDRAW)
    statement.withdrawn_by = by.model_dump(mode="json")
    statement.withdrawn_at = await database_now(session)
    statement.withdrawal_reason = new.reason
    await record(
        session,
        StatementWithdrawn(**event_facts(statement, statement.current, by), reason=new.reason),
    )
    return await get_statement(session, statement_id)


def event_facts(statement: Statement, wording: StatementVersion, by: ActorRef) -> dict[str, Any]:
    """What every event of a statement tells."""
    return {
        "incident_id": statement.incident_id,
        "statement_id": statement.id,
        "version": wording.version,
        "sha256": wording.sha256,
        "by": by,
    }


def check_text(statement: Statement, sha256: str) -> None:
    """Refuse what was said of another text than the current one.

    Raises:
        Conflict: the hash is that of an earlier version, or of no version at all.
    """
    if sha256 == statement.current.sha256:
        return
    meant = [version.version for version in statement.versions if version.sha256 == sha256]
    named = f"This is the hash of version {meant[-1]}" if meant else "No version has this hash"
    raise Conflict(
        f"{named}; the text is at version {statement.version}. Read it again.",
        named_version=meant[-1] if meant else None,
        current_version=statement.version,
    )


def advance(statement: Statement, act: Act) -> None:
    """Let the statement take the step that `act` is.

    Raises:
        Conflict: its state does not allow it.
    """
    state = after(statement.state, act)
    if state is None:
        words = statement.state.replace("_", " ")
        raise Conflict(f"The statement's state is: {words}. {instead_of(act)}")
    statement.state = state


async def _add_version(
    session: AsyncSession, statement: Statement, new: TextNew, by: ActorRef
) -> None:
    wording = StatementVersion(
        statement_id=statement.id,
        version=statement.version,
        title=new.title,
        text=new.text,
        sha256=sha256_of(new.title, new.text),
        written_by=by.model_dump(mode="json"),
        written_at=await database_now(session),
    )
    session.add(wording)
    await record(
        session,
        StatementDrafted(
            **event_facts(statement, wording, by), title=wording.title, text=wording.text
        ),
    )
