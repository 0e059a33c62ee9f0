"""Watches: what is looked for, tried on past posts while it is written; and their aliases."""

import json
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import Response
from starlette.datastructures import FormData

from gateway.console.acts import Act, Attempt, lines, moment, perform, text, ticked
from gateway.console.moments import as_moment
from gateway.console.pages import page_router
from gateway.console.views.chart import heat_chart
from gateway.console.views.permits import permit
from gateway.console.visit import Here, Visit, together
from shared.contracts.actors import Permission

router = page_router()

_LISTS = ("languages", "platforms", "regions", "sources")
_TIMES = ("since", "until")
_COMMAS = re.compile("[,，、]")


def _filters(form: FormData, visit: Visit) -> dict[str, Any] | None:
    found: dict[str, Any] = {
        name: [value.strip() for value in _COMMAS.split(str(form.get(name, ""))) if value.strip()]
        for name in _LISTS
    }
    found |= {name: moment(name)(form, visit) for name in _TIMES}
    return {name: values for name, values in found.items() if values} or None


def _kept(name: str) -> Any:
    """What another form changes, and this one must not lose."""
    return lambda form, _: json.loads(str(form.get(name, "")) or "null")


_FIELDS = {
    "name": text("name"),
    "expression": text("expression"),
    "exclusions": lines("exclusions"),
    "filters": _filters,
    "targets": lines("targets"),
    "enabled": ticked("enabled"),
    "thresholds": _kept("thresholds"),
    "sample": _kept("sample"),
}
_ALIAS = {"name": text("name"), "spellings": lines("spellings")}
NEW_ACTS = {
    "watch": Act("/watches", "watch-kept", _FIELDS, goes_to="/settings/watches"),
    "alias": Act("/watches/aliases", "alias-kept", _ALIAS),
    "alias-changed": Act(
        "/watches/aliases/{alias_id}",
        "alias-kept",
        _ALIAS,
        method="PUT",
        unchanged=("/watches/aliases/{alias_id}", "version"),
    ),
}
ACTS = {
    "watch": Act(
        "/watches/{watch_id}",
        "watch-kept",
        _FIELDS,
        method="PUT",
        unchanged=("/watches/{watch_id}", "version"),
    ),
    "restore": Act(
        "/watches/{watch_id}/versions/{restored}/restore",
        "watch-restored",
        unchanged=("/watches/{watch_id}", "version"),
    ),
}
# What the form sends while somebody writes; the page comes back with what it would find.
_TRIED = ("expression", "exclusions", *_LISTS, *_TIMES)


@router.get("/settings/watches")
async def show_watches(visit: Here) -> Response:
    """All watches, and the aliases that they name."""
    return await _show_all(visit)


@router.get("/settings/watches/new")
async def show_new_watch(visit: Here) -> Response:
    """An empty watch, or one made from a template, tried while it is written."""
    return await _show_form(visit)


@router.post("/settings/watches/new/{act}")
async def act_on_new(visit: Here, act: str) -> Response:
    """Put a watch into service, or keep an alias."""

    async def again(attempt: Attempt) -> Response:
        if attempt.act == "watch":
            return await _show_form(visit, attempt=attempt)
        return await _show_all(visit, attempt)

    return await perform(visit, NEW_ACTS, act, {}, "/settings/watches", again)


@router.get("/settings/watches/{watch_id}")
async def show_watch(visit: Here, watch_id: UUID) -> Response:
    """One watch: how much is said, what it looks for, what it found and why."""
    return await _show_form(visit, watch_id)


@router.post("/settings/watches/{watch_id}/{act}")
async def act_on_watch(visit: Here, watch_id: UUID, act: str) -> Response:
    """Change a watch."""

    async def again(attempt: Attempt) -> Response:
        return await _show_form(visit, watch_id, attempt)

    here = f"/settings/watches/{watch_id}"
    return await perform(visit, ACTS, act, {"watch_id": str(watch_id)}, here, again)


async def _show_all(visit: Visit, attempt: Attempt | None = None) -> Response:
    watches, aliases = await together(
        visit.ask("/watches", [("limit", "200")]), visit.ask("/watches/aliases", [("limit", "200")])
    )
    return await visit.page(
        "pages/watches.html",
        attempt.trouble.status if attempt else 200,
        watches=watches,
        aliases=aliases,
        may_edit=permit(visit.actor, Permission.EDIT_WATCHES),
        attempt=attempt,
    )


async def _show_form(
    visit: Visit, watch_id: UUID | None = None, attempt: Attempt | None = None
) -> Response:
    watch = await visit.require(f"/watches/{watch_id}") if watch_id else {"enabled": True}
    shown: dict[str, Any] = {} if watch_id else await _templates(visit)
    typed = _typed(visit, shown.get("draft") or watch, attempt)
    if watch_id:
        indicators, mentions, versions = await together(
            visit.ask(f"/watches/{watch_id}/indicators", [("resolution", "quarter")]),
            visit.ask(f"/watches/{watch_id}/mentions", [("limit", "20")]),
            visit.ask(f"/watches/{watch_id}/versions", [("limit", "20")]),
        )
        points = indicators.body.get("points") or [] if indicators.ok else []
        ahead = indicators.body.get("forecast") or [] if indicators.ok else []
        shown = {
            "indicators": indicators,
            "mentions": mentions,
            "versions": versions,
            "chart": heat_chart(points[-_DAY:], forecast=ahead),
        }
    if typed["expression"].strip():
        tried = _strategy(visit, typed)
        preview = tried | {"show": 10, "time_zone": getattr(visit.teller.zone, "key", "UTC")}
        if watch_id:
            preview["watch_id"] = str(watch_id)
        shown["lint"], shown["preview"] = await together(
            visit.ask("/watches/lint", method="POST", json=tried),
            visit.ask("/watches/preview", method="POST", json=preview),
        )
    return await visit.page(
        "pages/watch.html",
        attempt.trouble.status if attempt else 200,
        watch=watch,
        typed=typed,
        may_edit=permit(visit.actor, Permission.EDIT_WATCHES),
        attempt=attempt,
        **shown,
    )


async def _templates(visit: Visit) -> dict[str, Any]:
    """The templates to choose from, what they come to with the names that were typed, and the one
    of them that was taken."""
    query = visit.request.query_params
    sector, names = query.get("sector", ""), query.get("names", "")
    language = "zh" if visit.language.startswith("zh") else "en"
    listed = await visit.ask("/watches/templates")
    shown: dict[str, Any] = {
        "templates": listed,
        "sector": sector,
        "names": names,
        "sectors": [(each["sector"], each[f"name_{language}"]) for each in listed.items],
    }
    typed = [name.strip() for name in _LINES.split(names) if name.strip()]
    if sector in [each["sector"] for each in listed.items] and typed:
        shown["filled"] = await visit.ask(
            f"/watches/templates/{sector}/fill",
            method="POST",
            json={"names": typed, "language": language},
        )
        taken = query.get("template")
        shown["draft"] = next(
            (each for each in shown["filled"].items if each["template"] == taken), None
        )
    return shown


_LINES = re.compile(r"[\n,，、]")
# Quarter-hours of a day.
_DAY = 96


def _typed(visit: Visit, watch: Mapping[str, Any], attempt: Attempt | None) -> dict[str, str]:
    """What stands in the form: what was just typed, else what is saved."""
    filters = watch.get("filters") or {}
    saved = {
        "name": watch.get("name") or "",
        "expression": watch.get("expression") or "",
        "exclusions": "\n".join(watch.get("exclusions") or []),
        "targets": "\n".join(watch.get("targets") or []),
    } | {name: ", ".join(filters.get(name) or []) for name in _LISTS}
    for name in _TIMES:
        at = as_moment(filters.get(name))
        saved[name] = visit.teller.field(at) if at else ""
    query = visit.request.query_params
    given: Mapping[str, Any] = attempt.values if attempt else {}
    if not attempt and "expression" in query:
        # Where a suggestion was taken over it stands for what was typed.
        given = dict(query) | ({"expression": query["taken"]} if "taken" in query else {})
    return {name: str(given.get(name, value)) for name, value in saved.items()}


def _strategy(visit: Visit, typed: Mapping[str, str]) -> dict[str, Any]:
    form = FormData(list(typed.items()))
    found = {name: _FIELDS[name](form, visit) for name in ("expression", "exclusions", "filters")}
    return {name: value for name, value in found.items() if value is not None}
