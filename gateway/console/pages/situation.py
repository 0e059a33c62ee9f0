"""The situation (态势): what needs somebody now, then the state of opinion."""

from typing import Any

from fastapi import Response
from fastapi.responses import RedirectResponse

from gateway.console.pages import page_router
from gateway.console.views.chart import heat_chart
from gateway.console.views.order import most_urgent
from gateway.console.views.pressing import most_pressing, waiting_for
from gateway.console.views.samples import marked
from gateway.console.views.timeline import group_names, latest, told_timeline
from gateway.console.views.volume import last_hour, usual_point
from gateway.console.visit import Here, Visit, together
from shared.contracts.actors import Permission

router = page_router()

# Of how many open incidents the clocks are read; more are open on nobody's good day.
_WATCHED = 5
_UNDER_WAY = [
    ("state", state)
    for state in (
        "draft",
        "returned",
        "department_review",
        "legal_review",
        "approval",
        "approved",
        "publishing",
    )
]


@router.get("/")
async def show_situation(visit: Here) -> Response:
    """What needs somebody now; for who only reports, the page to do that."""
    if not visit.actor.may(Permission.VIEW) and visit.actor.may(Permission.SEND_REPORTS):
        return RedirectResponse("/report", 303)
    warnings, incidents, statements, volume, stories, posts, groups, watches = await together(
        visit.ask("/warnings", [("limit", "50")]),
        visit.ask("/incidents", [("state", "open"), ("state", "active"), ("limit", "20")]),
        visit.ask("/statements", [*_UNDER_WAY, ("limit", "50")]),
        visit.ask("/posts/volume", [("minutes", "1440"), ("bucket", "15")]),
        visit.ask("/stories/rising", [("limit", "8")]),
        visit.ask("/posts", [("limit", "4")]),
        visit.ask("/groups"),
        visit.ask("/watches", [("limit", "100")]),
    )
    watched = incidents.items[:_WATCHED]
    commands = await _commands(visit, watched)
    points = volume.body.get("points") or [] if volume.ok else []
    first = watched[0] if watched else None
    entries = []
    if first:
        told = await visit.ask(f"/incidents/{first['id']}/timeline")
        own = [command for command in commands if command.get("incident_id") == first["id"]]
        entries = latest(told_timeline(told.items, own, group_names(groups.items, visit.language)))
    return await visit.page(
        "pages/situation.html",
        pressing=most_pressing(watched, commands, warnings.items),
        waiting=waiting_for(visit.actor, statements.items, commands, warnings.items),
        hour=last_hour(points, visit.teller.now),
        chart=heat_chart(points, warnings.items, usual_point(points)),
        warnings=warnings,
        volume=volume,
        stories=stories,
        story_rows=marked(most_urgent(stories.items), watches.items),
        posts=posts,
        post_rows=marked(posts.items, watches.items),
        incidents=incidents,
        incident=first,
        entries=entries,
    )


async def _commands(visit: Visit, incidents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    answers = await together(
        *(visit.ask(f"/incidents/{item['id']}/commands", [("limit", "50")]) for item in incidents)
    )
    return [found for answer in answers for found in answer.items]
