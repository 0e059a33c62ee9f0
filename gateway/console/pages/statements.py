"""Statements: the text, who has signed it, who is next."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import Response

from gateway.console.acts import Act, Attempt, always, chosen, is_yes, optional, perform, text
from gateway.console.pages import page_router
from gateway.console.views.signing import (
    STEPS,
    channels_left,
    next_step,
    signatures,
    statement_permits,
)
from gateway.console.visit import Here, Visit, together

router = page_router()

_HASH = {"sha256": text("sha256")}
_REVIEW = {"passed": is_yes("passed"), "comment": text("comment"), **_HASH}
ACTS = {
    "submit": Act("/statements/{statement_id}/submit", "submitted"),
    "text": Act(
        "/statements/{statement_id}/text",
        "rewritten",
        {"title": text("title"), "text": text("text")},
        method="PUT",
        unchanged=("/statements/{statement_id}", "sha256"),
    ),
    "review-department": Act(
        "/statements/{statement_id}/reviews",
        "reviewed",
        {"review": always("department"), **_REVIEW},
    ),
    "review-legal": Act(
        "/statements/{statement_id}/reviews", "reviewed", {"review": always("legal"), **_REVIEW}
    ),
    "approve": Act("/statements/{statement_id}/approve", "approved", _HASH),
    "return": Act("/statements/{statement_id}/return", "returned", {"comment": text("comment")}),
    "publish": Act(
        "/statements/{statement_id}/publish",
        "published",
        {"channels": chosen("channels"), **_HASH},
    ),
    "correct": Act(
        "/statements/{statement_id}/correct",
        "drafted",
        {"title": text("title"), "text": text("text")},
        goes_to="/statements",
    ),
    "resolve": Act(
        "/publications/{publication_id}/resolve",
        "resolved",
        {"published": is_yes("published"), "location": optional("location")},
    ),
    "withdraw": Act("/statements/{statement_id}/withdraw", "withdrawn", {"reason": text("reason")}),
}


@router.get("/statements")
async def show_statements(visit: Here) -> Response:
    """Statements of all incidents, newest first."""
    cursor = visit.request.query_params.get("cursor")
    statements, incidents = await together(
        visit.ask("/statements", [("limit", "30"), *([("cursor", cursor)] if cursor else [])]),
        visit.ask("/incidents", [("limit", "100")]),
    )
    by_id = {item["id"]: item for item in incidents.items}
    rows = [
        {
            "incident": by_id.get(statement.get("incident_id"), {}),
            "statement": statement,
            "next": next_step(statement),
        }
        for statement in statements.items
    ]
    return await visit.page("pages/statements.html", statements=statements, rows=rows)


@router.get("/statements/{statement_id}")
async def show_statement(visit: Here, statement_id: UUID) -> Response:
    """One statement: the text large, the signatures beside it."""
    return await _show(visit, statement_id)


@router.post("/statements/{statement_id}/{act}")
async def act_on_statement(visit: Here, statement_id: UUID, act: str) -> Response:
    """Submit, rewrite, review, approve, send back, publish, withdraw."""

    async def again(attempt: Attempt) -> Response:
        return await _show(visit, statement_id, attempt)

    place = {"statement_id": str(statement_id)}
    return await perform(visit, ACTS, act, place, f"/statements/{statement_id}", again)


async def _show(visit: Visit, statement_id: UUID, attempt: Attempt | None = None) -> Response:
    statement = await visit.require(f"/statements/{statement_id}")
    incident, commands, channels = await together(
        visit.ask(f"/incidents/{statement.get('incident_id')}"),
        visit.ask(f"/incidents/{statement.get('incident_id')}/commands", [("limit", "50")]),
        visit.ask("/channels"),
    )
    running = [item for item in commands.items if not item.get("completed_at")]
    return await visit.page(
        "pages/statement.html",
        attempt.trouble.status if attempt else 200,
        statement=statement,
        incident=incident.body if incident.ok else {},
        clock_of=min(running, key=lambda item: str(item.get("due_at")), default=None),
        channels=channels,
        left=channels_left(statement, channels.items),
        signatures=signatures(statement),
        awaited=next_step(statement),
        steps=STEPS,
        against=_earlier(statement, visit.request.query_params.get("against")),
        permits=statement_permits(visit.actor, statement),
        attempt=attempt,
    )


def _earlier(statement: Mapping[str, Any], number: str | None) -> Mapping[str, Any] | None:
    """The version to compare with, where one was asked for."""
    for version in statement.get("versions") or ():
        if str(version.get("version")) == number:
            found: Mapping[str, Any] = version
            return found
    return None
