"""Incidents: judged, decided, commanded, told, closed."""

from datetime import timedelta
from uuid import UUID

from fastapi import Response
from starlette.datastructures import FormData

from gateway.console.acts import Act, Attempt, lines, moment, perform, text, ticked
from gateway.console.answers import Answer
from gateway.console.pages import page_router
from gateway.console.views.permits import command_permits, incident_permits, permit
from gateway.console.views.subjects import Named, named, shown
from gateway.console.views.timeline import group_names, told_timeline
from gateway.console.visit import Here, Visit, together
from shared.contracts.actors import Permission

router = page_router()


def _named(form: FormData, _: Visit) -> list[dict[str, str]]:
    """What an incident is about, one address or id a line."""
    return named(str(form.get("subjects", "")))


_GROUNDS = {"grounds": text("grounds")}
NEW = {
    "open": Act(
        "/incidents",
        "opened",
        {
            "title": text("title"),
            "summary": text("summary"),
            "level": text("level"),
            "subjects": _named,
            "drill": ticked("drill"),
        },
        goes_to="/incidents",
    )
}
ACTS = {
    "assess": Act(
        "/incidents/{incident_id}/assessments",
        "assessed",
        {
            "level": text("level"),
            "what_happened": text("what_happened"),
            "impact": text("impact"),
            "credibility": text("credibility"),
            "evidence": lines("evidence"),
        },
    ),
    "activate": Act(
        "/incidents/{incident_id}/activate",
        "activated",
        {"level": text("level"), "lead_group": text("lead_group"), **_GROUNDS},
    ),
    "decline": Act("/incidents/{incident_id}/decline", "declined", _GROUNDS),
    "stand-down": Act("/incidents/{incident_id}/stand-down", "stood-down", _GROUNDS),
    "close": Act("/incidents/{incident_id}/close", "closed", {"outcome": text("outcome")}),
    "note": Act("/incidents/{incident_id}/timeline", "noted", {"text": text("text")}),
    "command": Act(
        "/incidents/{incident_id}/commands",
        "commanded",
        {"group": text("group"), "text": text("text"), "due_at": moment("due_at")},
    ),
    "receive": Act("/commands/{command_id}/acknowledge", "received"),
    "complete": Act("/commands/{command_id}/complete", "completed", {"report": text("report")}),
    "name": Act("/incidents/{incident_id}/subjects", "named", {"subjects": _named}),
    "unname": Act("/incidents/{incident_id}/subjects/{subject_id}", "unnamed", method="DELETE"),
    "prolong": Act(
        "/follow-ups/{incident_id}/prolong",
        "prolonged",
        {"until": moment("until"), "reason": text("reason")},
    ),
    "end-follow-up": Act(
        "/follow-ups/{incident_id}/end", "follow-up-ended", {"reason": text("reason")}
    ),
    "state": Act(
        "/incidents/{incident_id}/statements",
        "drafted",
        {"title": text("title"), "text": text("text")},
        goes_to="/statements",
    ),
}
_DEFAULT_TERM = timedelta(hours=1)
# Of so many subjects the titles are read for one page.
_MOST_TITLES = 12


@router.get("/incidents")
async def show_incidents(visit: Here) -> Response:
    """Incidents, newest first."""
    return await _show_list(visit)


@router.post("/incidents/{act}")
async def open_incident(visit: Here, act: str) -> Response:
    """Open an incident by hand."""

    async def again(attempt: Attempt) -> Response:
        return await _show_list(visit, attempt)

    return await perform(visit, NEW, act, {}, "/incidents", again)


@router.get("/incidents/{incident_id}")
async def show_incident(visit: Here, incident_id: UUID) -> Response:
    """One incident: its clocks, what was decided, what is due."""
    return await _show(visit, incident_id)


@router.post("/incidents/{incident_id}/{act}")
async def act_on_incident(visit: Here, incident_id: UUID, act: str) -> Response:
    """Judge, decide, command, note, state, close."""

    async def again(attempt: Attempt) -> Response:
        return await _show(visit, incident_id, attempt)

    place = {"incident_id": str(incident_id)}
    return await perform(visit, ACTS, act, place, f"/incidents/{incident_id}", again)


async def _show_list(visit: Visit, attempt: Attempt | None = None) -> Response:
    query = visit.request.query_params
    chosen = {name: query[name] for name in ("state", "cursor") if query.get(name)}
    return await visit.page(
        "pages/incidents.html",
        attempt.trouble.status if attempt else 200,
        incidents=await visit.ask("/incidents", [*chosen.items(), ("limit", "30")]),
        may_open=permit(visit.actor, Permission.OPEN_INCIDENTS),
        chosen=chosen,
        about=query.get("about", ""),
        title=query.get("title", ""),
        attempt=attempt,
    )


async def _show(visit: Visit, incident_id: UUID, attempt: Attempt | None = None) -> Response:
    incident = await visit.require(f"/incidents/{incident_id}")
    timeline, assessments, commands, statements, groups, subjects, after, said = await together(
        visit.ask(f"/incidents/{incident_id}/timeline"),
        visit.ask(f"/incidents/{incident_id}/assessments", [("limit", "5")]),
        visit.ask(f"/incidents/{incident_id}/commands", [("limit", "100")]),
        visit.ask(f"/incidents/{incident_id}/statements", [("limit", "50")]),
        visit.ask("/groups"),
        visit.ask(f"/incidents/{incident_id}/subjects"),
        visit.ask(f"/follow-ups/{incident_id}"),
        visit.ask(f"/follow-ups/{incident_id}/reactions"),
    )
    names = group_names(groups.items, visit.language)
    return await visit.page(
        "pages/incident.html",
        attempt.trouble.status if attempt else 200,
        incident=incident,
        entries=told_timeline(timeline.items, commands.items, names),
        assessments=assessments,
        commands=commands,
        command_permits={item["id"]: command_permits(visit.actor, item) for item in commands.items},
        statements=statements,
        timeline=timeline,
        groups=names,
        subjects=subjects,
        about=await _about(visit, subjects),
        after=after,
        said=said,
        may_follow=permit(visit.actor, Permission.HANDLE_WARNINGS),
        may_name=permit(visit.actor, Permission.ASSESS_INCIDENTS),
        permits=incident_permits(visit.actor, incident.get("state")),
        default_due=visit.teller.now + _DEFAULT_TERM,
        attempt=attempt,
    )


async def _about(visit: Visit, subjects: Answer) -> list[Named]:
    """What the incident is about with its titles, as far as the first of them can be read."""
    found = shown(subjects.items)
    asked = [each for each in found if each.call][:_MOST_TITLES]
    answers = await together(*(visit.ask(each.call) for each in asked))
    titles = {
        each.id: str(answer.body.get("title") or answer.body.get("text") or "")
        for each, answer in zip(asked, answers, strict=True)
        if answer.ok
    }
    return [each.titled(titles.get(each.id, "")) for each in found]
