"""Whether today is usual for a watch: its hours beside what is usual, its surges, their stories."""

from uuid import UUID

from fastapi import Response

from gateway.console.pages import page_router
from gateway.console.views.hours import DAYS, surges_of, week_of
from gateway.console.visit import Here, together

router = page_router()


@router.get("/settings/watches/{watch_id}/usual")
async def show_usual(visit: Here, watch_id: UUID) -> Response:
    """A week of a watch, hour by hour."""
    watch = await visit.require(f"/watches/{watch_id}")
    hours, alarms = await together(
        # One day more than is shown: the visitor's week begins at their midnight.
        visit.ask(f"/watches/{watch_id}/hours", [("days", str(DAYS + 1))]),
        visit.ask(f"/watches/{watch_id}/surges", [("limit", "50")]),
    )
    surges = surges_of(alarms.items)
    teller = visit.teller
    return await visit.page(
        "pages/usual.html",
        watch=watch,
        hours=hours,
        alarms=alarms,
        surges=surges,
        week=week_of(hours.items, surges, teller.now, teller.zone),
    )
