"""Use cases of signatures: reviews, approval and return, each of exactly one text."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.response.incidents.lifecycle import Move
from services.response.incidents.timeline import record
from services.response.statements.approval import (
    REVIEW_ACTS,
    Act,
    StatementState,
    Step,
    objection,
)
from services.response.statements.models import Signature, Statement
from services.response.statements.queries import get_statement, lock_statement
from services.response.statements.schemas import ApprovalNew, ReturnNew, ReviewNew
from services.response.statements.service import advance, check_text, event_facts
from shared.contracts.actors import ActorRef
from shared.contracts.statements import StatementApproved, StatementReturned, StatementReviewed
from shared.db import database_now
from shared.errors import FourEyes


async def review_statement(
    session: AsyncSession, statement_id: UUID, new: ReviewNew, by: ActorRef
) -> Statement:
    """Pass exactly this text, or send it back with a comment.

    Raises:
        NotFound: no such statement. FourEyes: the caller wrote it, or signed it already.
        Conflict: another text is meant, or it is not this review's turn.
    """
    statement = await lock_statement(session, statement_id, Move.STATE)
    _check_four_eyes(statement, new.review.step, by)
    check_text(statement, new.sha256)
    advance(statement, REVIEW_ACTS[new.review])
    if not new.passed:
        statement.state = StatementState.RETURNED
    await _sign(
        session, statement, new.review.step, by, passed=new.passed, comment=new.comment.strip()
    )
    await record(
        session,
        StatementReviewed(
            **event_facts(statement, statement.current, by),
            review=new.review,
            passed=new.passed,
            comment=new.comment.strip(),
        ),
    )
    return await get_statement(session, statement_id)


async def approve_statement(
    session: AsyncSession, statement_id: UUID, new: ApprovalNew, by: ActorRef
) -> Statement:
    """Approve exactly this text for publication.

    Raises:
        NotFound: no such statement. FourEyes: the caller wrote it, or reviewed it.
        Conflict: another text is meant, or a review is missing.
    """
    statement = await lock_statement(session, statement_id, Move.STATE)
    _check_four_eyes(statement, Step.APPROVAL, by)
    check_text(statement, new.sha256)
    advance(statement, Act.APPROVE)
    await _sign(session, statement, Step.APPROVAL, by, passed=True)
    await record(session, StatementApproved(**event_facts(statement, statement.current, by)))
    return await get_statement(session, statement_id)


async def return_statement(
    session: AsyncSession, statement_id: UUID, new: ReturnNew, by: ActorRef
) -> Statement:
    """Send the text back to its writers; an approval that it had is taken back.

    It makes nothing public, so it needs no second pair of eyes.

    Raises:
        NotFound: no such statement. Conflict: it is not in review and not approved.
    """
    statement = await lock_statement(session, statement_id, Move.STATE)
    advance(statement, Act.RETURN)
    await _sign(session, statement, Step.APPROVAL, by, passed=False, comment=new.comment)
    await record(
        session,
        StatementReturned(**event_facts(statement, statement.current, by), comment=new.comment),
    )
    return await get_statement(session, statement_id)


def _check_four_eyes(statement: Statement, step: Step, by: ActorRef) -> None:
    reason = objection(
        step,
        by.id,
        writers={version.written_by["id"] for version in statement.versions},
        signers={
            signed: signature.signed_by["id"]
            for signed, signature in statement.signatures_of(statement.version).items()
        },
    )
    if reason is not None:
        raise FourEyes(reason)


async def _sign(
    session: AsyncSession,
    statement: Statement,
    step: Step,
    by: ActorRef,
    *,
    passed: bool,
    comment: str = "",
) -> None:
    session.add(
        Signature(
            statement_id=statement.id,
            version=statement.version,
            step=step,
            passed=passed,
            sha256=statement.current.sha256,
            comment=comment,
            signed_by=by.model_dump(mode="json"),
            signed_at=await database_now(session),
        )
    )
