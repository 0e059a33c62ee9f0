"""The situation (态势): what needs somebody now, then the state of opinion."""

from fastapi import Response

from gateway.console.pages import page_router
from gateway.console.views.chart import heat_chart
from gateway.console.views.pressing import most_pressing, waiting_for
from gateway.console.views.timeline import group_names, latest, told_timeline
from gateway.console.views.volume import last_hour
from gateway.console.visit import Here, Visit, together

router = page_router()

# Of how many open incidents the clocks are read; more are open on nobody's good day.
_WATCHED = 5


@router.get("/")
async def show_situation(visit: Here) -> Response:
    """What needs somebody now."""
    warnings, incidents, volume, stories, posts, groups = await together(
        visit.ask("/warnings", [("limit", "50")]),
        visit.ask("/incidents", [("state", "open"), ("state", "active"), ("limit", "20")]),
        visit.ask("/posts/volume", [("minutes", "1440"), ("bucket", "15")]),
        visit.ask("/stories", [("limit", "8")]),
        visit.ask("/posts", [("limit", "4")]),
        visit.ask("/groups"),
    )
    watched = incidents.items[:_WATCHED]
    commands = await _of_each(visit, watched, "commands")
    statements = await _of_each(visit, watched, "statements")
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
        waiting=waiting_for(visit.actor, statements, commands, warnings.items),
        hour=last_hour(points, visit.teller.now),
        chart=heat_chart(points, warnings.items),
        warnings=warnings,
        volume=volume,
        stories=stories,
        posts=posts,
        incidents=incidents,
        incident=first,
        entries=entries,
    )


async def _of_each(
    visit: Visit, incidents: list[dict[str, object]], what: str
) -> list[dict[str, object]]:
    answers = await together(
        *(visit.ask(f"/incidents/{item['id']}/{what}", [("limit", "50")]) for item in incidents)
    )
    return [found for answer in answers for found in answer.items]
