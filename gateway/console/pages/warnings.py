"""Warnings, and what people make of them."""

from uuid import UUID

from fastapi import Response

from gateway.console.acts import Act, Attempt, always, optional, perform, text
from gateway.console.pages import page_router
from gateway.console.views.alerts import names_of
from gateway.console.views.permits import warning_permits
from gateway.console.visit import Here, Visit, together

router = page_router()

ACTS = {
    "acknowledge": Act("/warnings/{warning_id}/acknowledge", "acknowledged"),
    "dismiss": Act("/warnings/{warning_id}/dismiss", "dismissed", {"reason": text("reason")}),
    "open-incident": Act(
        "/incidents",
        "opened",
        {
            "title": text("title"),
            "summary": text("summary"),
            "level": text("level"),
            "warning_id": optional("warning_id"),
            "story_id": optional("story_id"),
            "sample": lambda form, _: form.get("sample") == "yes" or None,
            "drill": always(False),
        },
        goes_to="/incidents",
    ),
}
_FILTERS = ("state", "level", "cursor")


@router.get("/warnings")
async def show_warnings(visit: Here) -> Response:
    """Warnings, newest first."""
    chosen = {
        name: value for name in _FILTERS if (value := visit.request.query_params.get(name, ""))
    }
    warnings = await visit.ask("/warnings", [*chosen.items(), ("limit", "30")])
    return await visit.page("pages/warnings.html", warnings=warnings, chosen=chosen)


@router.get("/warnings/{warning_id}")
async def show_warning(visit: Here, warning_id: UUID) -> Response:
    """One warning: why, on which posts, and what can be done."""
    return await _show(visit, warning_id)


@router.post("/warnings/{warning_id}/{act}")
async def act_on_warning(visit: Here, warning_id: UUID, act: str) -> Response:
    """Acknowledge, dismiss, or open an incident."""
    place = {"warning_id": str(warning_id)}

    async def again(attempt: Attempt) -> Response:
        return await _show(visit, warning_id, attempt)

    return await perform(visit, ACTS, act, place, f"/warnings/{warning_id}", again)


async def _show(visit: Visit, warning_id: UUID, attempt: Attempt | None = None) -> Response:
    warning = await visit.require(f"/warnings/{warning_id}")
    asked, notices, recipients = await together(
        visit.ask("/alerts/escalations", [("warning", str(warning_id))]),
        visit.ask(f"/warnings/{warning_id}/notices"),
        visit.ask("/alerts/recipients"),
    )
    return await visit.page(
        "pages/warning.html",
        attempt.trouble.status if attempt else 200,
        warning=warning,
        escalations=[each for each in asked.items if each.get("ending") != "superseded"],
        said=next(iter(notices.items), None),
        names=names_of(recipients.items),
        permits=warning_permits(visit.actor, warning),
        attempt=attempt,
    )
