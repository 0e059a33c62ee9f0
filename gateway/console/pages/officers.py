"""Opinion officers: the register, and what their reports were worth."""

from fastapi import Response

from gateway.console.acts import Act, Attempt, is_yes, optional, perform, text, ticked
from gateway.console.pages import page_router
from gateway.console.views.permits import permit
from gateway.console.visit import Here, Visit, together
from shared.contracts.actors import Permission

router = page_router()

_OFFICER = {
    "name": text("name"),
    "user_id": optional("user_id"),
    "unit": text("unit"),
    "area": text("area"),
    "since": optional("since"),
    "active": ticked("active"),
    "sample": is_yes("sample"),
}
ACTS = {
    "new": Act("/officers", "officer-kept", _OFFICER),
    "change": Act(
        "/officers/{officer_id}",
        "officer-kept",
        _OFFICER,
        method="PUT",
        unchanged=("/officers/{officer_id}", "changed_at"),
    ),
    "erase": Act("/officers/{officer_id}/erase", "officer-erased", {"reason": text("reason")}),
}


@router.get("/officers")
async def show_officers(visit: Here) -> Response:
    """The register of officers."""
    return await _show(visit)


@router.post("/officers/{act}")
async def act_on_officers(visit: Here, act: str) -> Response:
    """Register an officer, or change an entry."""

    async def again(attempt: Attempt) -> Response:
        return await _show(visit, attempt)

    return await perform(visit, ACTS, act, {}, "/officers", again)


async def _show(visit: Visit, attempt: Attempt | None = None) -> Response:
    officers, standings = await together(
        visit.ask("/officers", [("limit", "200")]),
        visit.ask("/officers/standings", [("days", "90")]),
    )
    return await visit.page(
        "pages/officers.html",
        attempt.trouble.status if attempt else 200,
        officers=officers,
        standings={item["officer_id"]: item for item in standings.items},
        permit=permit(visit.actor, Permission.EDIT_PATROLS),
        attempt=attempt,
    )
