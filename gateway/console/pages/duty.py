"""The duty roster: who is on duty now and this week, gaps, substitutes, the weekly rota."""

from typing import Any

from fastapi import Response
from starlette.datastructures import FormData

from gateway.console.acts import Act, Attempt, Read, lines, moment, optional, perform, text
from gateway.console.pages import page_router
from gateway.console.views.alerts import names_of, shifts_of
from gateway.console.views.permits import permit
from gateway.console.visit import Here, Visit, together
from shared.contracts.actors import Permission

router = page_router()

PLACE = "/settings/duty"


def _shifts(form: FormData, visit: Visit) -> Any:
    return shifts_of(lines("shifts")(form, visit))


def _people(form: FormData, _: Visit) -> list[str]:
    return [name.strip() for name in str(form.get("people", "")).split(",") if name.strip()]


def _half(side: str) -> Read:
    """What one of two people gives away."""

    def read(form: FormData, visit: Visit) -> dict[str, Any]:
        return {
            "person": str(form.get(f"{side}_person", "")).strip(),
            "starts_at": moment(f"{side}_starts_at")(form, visit),
            "ends_at": moment(f"{side}_ends_at")(form, visit),
        }

    return read


_ROTA = {"zone": text("zone"), "starts_on": text("starts_on"), "shifts": _shifts}
ACTS = {
    "add-rota": Act("/duty/{group}", "kept", _ROTA, "PUT"),
    "change-rota": Act(
        "/duty/{group}", "kept", _ROTA, "PUT", unchanged=("/duty/{group}", "edition")
    ),
    "substitute": Act(
        "/duty/{group}/substitutions",
        "kept",
        {
            "starts_at": moment("starts_at"),
            "ends_at": moment("ends_at"),
            "people": _people,
            "instead_of": optional("instead_of"),
            "reason": optional("reason"),
        },
    ),
    "swap": Act(
        "/duty/{group}/swaps",
        "kept",
        {"first": _half("first"), "second": _half("second"), "reason": optional("reason")},
    ),
    "remove-substitution": Act(
        "/duty/{group}/substitutions/{substitution_id}", "removed", method="DELETE"
    ),
}


@router.get(PLACE)
async def show_duty(visit: Here) -> Response:
    """Every group with its week."""
    return await _show(visit)


@router.post(PLACE + "/{act}")
async def change_duty(visit: Here, act: str) -> Response:
    """Change a rota, put a substitute in place, or let two people swap."""

    async def again(attempt: Attempt) -> Response:
        return await _show(visit, attempt)

    return await perform(visit, ACTS, act, {}, PLACE, again)


async def _show(visit: Visit, attempt: Attempt | None = None) -> Response:
    overview, recipients = await together(visit.ask("/duty"), visit.ask("/alerts/recipients"))
    rosters = await together(*(visit.ask(f"/duty/{each['group']}") for each in overview.items))
    return await visit.page(
        "pages/duty.html",
        attempt.trouble.status if attempt else 200,
        overview=overview,
        rosters=[roster.body for roster in rosters if roster.ok],
        names=names_of(recipients.items),
        may=permit(visit.actor, Permission.EDIT_TEAMS),
        attempt=attempt,
    )
