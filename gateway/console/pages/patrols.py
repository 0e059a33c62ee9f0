"""Patrols: the rounds of today, the list to tick off, key sites and plans."""

from uuid import UUID

from fastapi import Response

from gateway.console.acts import (
    Act,
    Attempt,
    chosen,
    is_yes,
    lines,
    number,
    optional,
    perform,
    pictures,
    split,
    text,
    ticked,
)
from gateway.console.pages import page_router
from gateway.console.views.permits import permit
from gateway.console.views.timeline import group_names
from gateway.console.visit import Here, Visit, together
from shared.contracts.actors import Permission

router = page_router()

_SITE = {
    "name": text("name"),
    "url": text("url"),
    "platform": text("platform"),
    "why": text("why"),
    "how": text("how"),
    "priority": text("priority"),
    "contact": text("contact"),
    "active": ticked("active"),
    "sample": is_yes("sample"),
}
_PLAN = {
    "name": text("name"),
    "sites": chosen("sites"),
    "checklist": lines("checklist"),
    "times": split("times"),
    "weekdays": lambda form, _: [int(str(day)) for day in form.getlist("weekdays")],
    "every_hours": number("every_hours"),
    "timezone": text("timezone"),
    "minutes": number("minutes"),
    "assignee": lambda form, _: (
        {"id": str(form["assignee"]).strip(), "name": str(form["assignee"]).strip()}
        if str(form.get("assignee", "")).strip()
        else None
    ),
    "duty_group": optional("duty_group"),
    "ends_at": optional("ends_at"),
    "active": ticked("active"),
    "sample": is_yes("sample"),
}
ROUND_ACTS = {
    "open": Act(
        "/patrols/rounds", "round-opened", {"plan_id": text("plan_id")}, goes_to="/patrols/rounds"
    ),
}
WALK_ACTS = {
    "nothing": Act(
        "/patrols/rounds/{round_id}/checks/{check_id}",
        "",
        {"finding": text("finding"), "note": text("note")},
    ),
    "found": Act(
        "/patrols/rounds/{round_id}/checks/{check_id}",
        "",
        {
            "finding": text("finding"),
            "link": text("link"),
            "text": text("text"),
            "urgency": text("urgency"),
            "pictures": pictures("pictures"),
        },
    ),
    "complete": Act("/patrols/rounds/{round_id}/complete", "round-done", {"note": text("note")}),
}
SITE_ACTS = {
    "new": Act("/patrols/sites", "site-kept", _SITE),
    "change": Act(
        "/patrols/sites/{site_id}",
        "site-kept",
        _SITE,
        method="PUT",
        unchanged=("/patrols/sites/{site_id}", "changed_at"),
    ),
}
PLAN_ACTS = {
    "new": Act("/patrols/plans", "plan-kept", _PLAN),
    "change": Act(
        "/patrols/plans/{plan_id}",
        "plan-kept",
        _PLAN | {"starts_at": optional("starts_at")},
        method="PUT",
        unchanged=("/patrols/plans/{plan_id}", "changed_at"),
    ),
}


@router.get("/patrols")
async def show_patrols(visit: Here) -> Response:
    """Rounds that are open, the latest that are over, and how well sites are looked at."""
    return await _patrols(visit)


@router.post("/patrols/rounds/{act}")
async def open_round(visit: Here, act: str) -> Response:
    """Open a round by hand."""

    async def again(attempt: Attempt) -> Response:
        return await _patrols(visit, attempt)

    return await perform(visit, ROUND_ACTS, act, {}, "/patrols", again)


@router.get("/patrols/rounds/{round_id}")
async def show_round(visit: Here, round_id: UUID) -> Response:
    """A round: the list to tick off."""
    return await _round(visit, round_id)


@router.post("/patrols/rounds/{round_id}/{act}")
async def act_on_round(visit: Here, round_id: UUID, act: str) -> Response:
    """Tick a place off, or end the round."""

    async def again(attempt: Attempt) -> Response:
        return await _round(visit, round_id, attempt)

    here = f"/patrols/rounds/{round_id}"
    check = str((await visit.request.form()).get("check_id", ""))
    # Forty places on a telephone: back to where the walker was.
    here = f"{here}#check-{check}" if check.replace("-", "").isalnum() else here
    return await perform(visit, WALK_ACTS, act, {"round_id": str(round_id)}, here, again)


@router.get("/patrols/sites")
async def show_sites(visit: Here) -> Response:
    """The register of key sites."""
    return await _sites(visit)


@router.post("/patrols/sites/{act}")
async def act_on_sites(visit: Here, act: str) -> Response:
    """Enter or change a site."""

    async def again(attempt: Attempt) -> Response:
        return await _sites(visit, attempt)

    return await perform(visit, SITE_ACTS, act, {}, "/patrols/sites", again)


@router.get("/patrols/plans")
async def show_plans(visit: Here) -> Response:
    """The plans of rounds."""
    return await _plans(visit)


@router.post("/patrols/plans/{act}")
async def act_on_plans(visit: Here, act: str) -> Response:
    """Make or change a plan."""

    async def again(attempt: Attempt) -> Response:
        return await _plans(visit, attempt)

    return await perform(visit, PLAN_ACTS, act, {}, "/patrols/plans", again)


async def _patrols(visit: Visit, attempt: Attempt | None = None) -> Response:
    opened, over, plans, coverage = await together(
        visit.ask("/patrols/rounds", [("state", "open"), ("limit", "50")]),
        visit.ask("/patrols/rounds", [("state", "done"), ("state", "missed"), ("limit", "10")]),
        visit.ask("/patrols/plans", [("limit", "100")]),
        visit.ask("/patrols/coverage", [("days", "30")]),
    )
    return await visit.page(
        "pages/patrols.html",
        _status(attempt),
        opened=opened,
        over=over,
        plans=plans,
        coverage=coverage,
        permit=permit(visit.actor, Permission.WALK_PATROLS),
        attempt=attempt,
    )


async def _round(visit: Visit, round_id: UUID, attempt: Attempt | None = None) -> Response:
    walked = await visit.require(f"/patrols/rounds/{round_id}")
    return await visit.page(
        "pages/patrol_round.html",
        _status(attempt),
        round=walked,
        permit=permit(visit.actor, Permission.WALK_PATROLS),
        attempt=attempt,
    )


async def _sites(visit: Visit, attempt: Attempt | None = None) -> Response:
    sites, coverage = await together(
        visit.ask("/patrols/sites", [("limit", "200")]),
        visit.ask("/patrols/coverage", [("days", "30")]),
    )
    looked = {site["site_id"]: site for site in (coverage.body["sites"] if coverage.ok else [])}
    return await visit.page(
        "pages/patrol_sites.html",
        _status(attempt),
        sites=sites,
        looked=looked,
        permit=permit(visit.actor, Permission.EDIT_PATROLS),
        attempt=attempt,
    )


async def _plans(visit: Visit, attempt: Attempt | None = None) -> Response:
    plans, sites, groups = await together(
        visit.ask("/patrols/plans", [("limit", "200")]),
        visit.ask("/patrols/sites", [("limit", "200")]),
        visit.ask("/groups"),
    )
    return await visit.page(
        "pages/patrol_plans.html",
        _status(attempt),
        plans=plans,
        sites=sites,
        groups=group_names(groups.items, visit.language),
        permit=permit(visit.actor, Permission.EDIT_PATROLS),
        attempt=attempt,
    )


def _status(attempt: Attempt | None) -> int:
    return attempt.trouble.status if attempt else 200
