"""Endpoints of statements."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Response
from sqlalchemy import Select

from services.response.incidents.service import get_incident
from services.response.statements import service, signing
from services.response.statements.approval import Review, StatementState
from services.response.statements.models import Statement
from services.response.statements.publishing import publish_statement as order_publication
from services.response.statements.queries import get_statement as find_statement
from services.response.statements.queries import whole_statements
from services.response.statements.schemas import (
    ApprovalNew,
    PublicationNew,
    ReturnNew,
    ReviewNew,
    StatementNew,
    StatementOut,
    TextNew,
    WithdrawalNew,
)
from shared.auth import Allowed, allow
from shared.contracts.actors import Actor, Permission
from shared.http import CurrentRuntime, Session, room_router
from shared.paging import PageQuery, Paging
from shared.schemas import Page, etag

router = room_router("", "statements")

Viewer = Annotated[Actor, allow(Permission.VIEW)]
Drafter = Annotated[Actor, allow(Permission.DRAFT_STATEMENTS)]
Reviewer = Annotated[Actor, allow(Permission.REVIEW_FOR_DEPARTMENT, Permission.REVIEW_FOR_LEGAL)]
Approver = Annotated[Actor, allow(Permission.APPROVE_STATEMENTS)]
Publisher = Annotated[Actor, allow(Permission.PUBLISH_STATEMENTS)]
Withdrawer = Annotated[Actor, allow(Permission.PUBLISH_STATEMENTS, Permission.APPROVE_STATEMENTS)]

_MAY_REVIEW = {
    Review.DEPARTMENT: Allowed(Permission.REVIEW_FOR_DEPARTMENT),
    Review.LEGAL: Allowed(Permission.REVIEW_FOR_LEGAL),
}


@router.post(
    "/incidents/{incident_id}/statements", status_code=201, operation_id="statements_draft"
)
async def draft_statement(
    incident_id: UUID, new: StatementNew, session: Session, response: Response, actor: Drafter
) -> StatementOut:
    """Draft a statement (拟稿)."""
    return _shown(response, await service.draft_statement(session, incident_id, new, actor.ref))


@router.get("/incidents/{incident_id}/statements", operation_id="statements_of_incident")
async def list_statements_of_incident(
    incident_id: UUID, session: Session, page: PageQuery, _: Viewer
) -> Page[StatementOut]:
    """The statements of an incident, newest first."""
    await get_incident(session, incident_id)
    return await _page(
        session, page, whole_statements().where(Statement.incident_id == incident_id)
    )


@router.get("/statements", operation_id="statements_list")
async def list_statements(
    session: Session,
    page: PageQuery,
    _: Viewer,
    state: Annotated[list[StatementState] | None, Query(description="Only these states")] = None,
) -> Page[StatementOut]:
    """The statements of all incidents, newest first."""
    query = whole_statements()
    return await _page(session, page, query.where(Statement.state.in_(state)) if state else query)


@router.get("/statements/{statement_id}", operation_id="statements_get")
async def get_statement(
    statement_id: UUID, session: Session, response: Response, _: Viewer
) -> StatementOut:
    """One statement: its text, its versions, and how far it is."""
    return _shown(response, await find_statement(session, statement_id))


@router.put("/statements/{statement_id}/text", operation_id="statements_write")
async def write_version(
    statement_id: UUID,
    new: TextNew,
    session: Session,
    response: Response,
    actor: Drafter,
    if_match: Annotated[str | None, Header(description="ETag of the statement as read")] = None,
) -> StatementOut:
    """Write a new version; reviews and approval of the earlier one fall away."""
    return _shown(
        response, await service.write_version(session, statement_id, new, if_match, actor.ref)
    )


@router.post("/statements/{statement_id}/submit", operation_id="statements_submit")
async def submit_statement(
    statement_id: UUID, session: Session, response: Response, actor: Drafter
) -> StatementOut:
    """Send the draft into review (送审)."""
    return _shown(response, await service.submit_statement(session, statement_id, actor.ref))


@router.post("/statements/{statement_id}/reviews", operation_id="statements_review")
async def review_statement(
    statement_id: UUID, new: ReviewNew, session: Session, response: Response, actor: Reviewer
) -> StatementOut:
    """Pass exactly this text for the department or for legal, or send it back (会审)."""
    _MAY_REVIEW[new.review].check(actor)
    return _shown(response, await signing.review_statement(session, statement_id, new, actor.ref))


@router.post("/statements/{statement_id}/approve", operation_id="statements_approve")
async def approve_statement(
    statement_id: UUID, new: ApprovalNew, session: Session, response: Response, actor: Approver
) -> StatementOut:
    """Approve exactly this text for publication (审批)."""
    return _shown(response, await signing.approve_statement(session, statement_id, new, actor.ref))


@router.post("/statements/{statement_id}/return", operation_id="statements_return")
async def return_statement(
    statement_id: UUID, new: ReturnNew, session: Session, response: Response, actor: Approver
) -> StatementOut:
    """Send the text back to its writers (退回)."""
    return _shown(response, await signing.return_statement(session, statement_id, new, actor.ref))


@router.post(
    "/statements/{statement_id}/publish", status_code=202, operation_id="statements_publish"
)
async def publish_statement(
    statement_id: UUID,
    new: PublicationNew,
    session: Session,
    runtime: CurrentRuntime,
    response: Response,
    actor: Publisher,
) -> StatementOut:
    """Publish exactly this text on channels; a worker carries it out (发布)."""
    channels = runtime.resources.channels
    return _shown(
        response, await order_publication(session, statement_id, new, channels, actor.ref)
    )


@router.post(
    "/statements/{statement_id}/correct", status_code=201, operation_id="statements_correct"
)
async def correct_statement(
    statement_id: UUID, new: TextNew, session: Session, response: Response, actor: Drafter
) -> StatementOut:
    """Draft the correction of a published statement (更正): a statement of its own."""
    return _shown(response, await service.correct_statement(session, statement_id, new, actor.ref))


@router.post("/statements/{statement_id}/withdraw", operation_id="statements_withdraw")
async def withdraw_statement(
    statement_id: UUID,
    new: WithdrawalNew,
    session: Session,
    response: Response,
    actor: Withdrawer,
) -> StatementOut:
    """Withdraw a statement (撤回); its history stays."""
    return _shown(response, await service.withdraw_statement(session, statement_id, new, actor.ref))


def _shown(response: Response, statement: Statement) -> StatementOut:
    response.headers["ETag"] = etag(statement.row_version)
    return StatementOut.of(statement)


async def _page(session: Session, page: Paging, query: Select[Statement]) -> Page[StatementOut]:
    rows, cursor = await page.rows(session, query, Statement.id)
    return Page(items=[StatementOut.of(row) for row in rows], next_cursor=cursor)
