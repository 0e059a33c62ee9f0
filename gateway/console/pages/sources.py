"""Sources: how they do, what is covered, a form for each kind, and trying one out."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import Response
from starlette.datastructures import FormData

from gateway.console.acts import Act, Attempt, is_yes, number, optional, perform, text, ticked
from gateway.console.answers import Answer, Trouble
from gateway.console.pages import page_router
from gateway.console.views.permits import permit
from gateway.console.views.shapes import Asked, asked_of, read_part
from gateway.console.visit import NOT_FOUND, Here, PageMissing, Visit, together
from gateway.console.words import N_
from shared.contracts.actors import Permission

router = page_router()

_SOURCES = "/settings/sources"
_FIELDS = {
    "name": text("name"),
    "kind": text("kind"),
    "url": optional("url"),
    "platform": optional("platform"),
    "settings": lambda form, _: read_part("settings", _texts(form)),
    "credentials": lambda form, _: read_part("credentials", _texts(form)) or None,
    "every_minutes": number("every_minutes"),
    "robots_reason": optional("robots_reason"),
    "enabled": ticked("enabled"),
    "sample": is_yes("sample"),
}
NEW_ACTS = {"new": Act("/sources", "source-added", _FIELDS, goes_to=_SOURCES)}
ACTS = {
    "change": Act(
        "/sources/{source_id}",
        "source-kept",
        _FIELDS,
        method="PUT",
        unchanged=("/sources/{source_id}", "changed_at"),
    ),
    "fetch": Act("/sources/{source_id}/fetch", "source-queued"),
}


@router.get(_SOURCES)
async def show_sources(visit: Here) -> Response:
    """All sources and how they do, and what is covered."""
    sources, coverage, volumes, kinds, bridges = await together(
        visit.ask("/sources", [("limit", "200")]),
        visit.ask("/sources/coverage"),
        visit.ask("/sources/volumes"),
        visit.ask("/sources/kinds"),
        visit.ask("/sources/bridges"),
    )
    drawn = {volume["source_id"]: volume["posts"] for volume in volumes.items}
    worst_first = sorted(sources.items, key=lambda source: _ORDER.get(source["state"], 9))
    return await visit.page(
        "pages/sources.html",
        sources=sources,
        worst_first=worst_first,
        coverage=coverage,
        volumes=drawn,
        kinds=kinds,
        bridges=bridges,
        permit=permit(visit.actor, Permission.EDIT_SOURCES),
    )


_ORDER = {"silent": 0, "failing": 1, "new": 2, "ok": 3, "disabled": 4}


@router.get(f"{_SOURCES}/new")
async def show_new(visit: Here) -> Response:
    """The form of a new source; its kind, or the preset of a bridge, stands in the address."""
    return await _new(visit, visit.request.query_params.get("kind", "rss"))


_BRIDGE = "settings.text.bridge"


@router.post(f"{_SOURCES}/new")
async def add_source(visit: Here) -> Response:
    """Add a source, or try it out first."""
    form = await visit.request.form()
    kind = str(form.get("kind", "rss"))
    if form.get("verb") == "try":
        return await _new(visit, kind, _typed(form), await _try(visit, form))

    async def again(attempt: Attempt) -> Response:
        return await _new(visit, kind, attempt)

    return await perform(visit, NEW_ACTS, "new", {}, _SOURCES, again)


@router.get(f"{_SOURCES}/{{source_id}}")
async def show_source(visit: Here, source_id: UUID) -> Response:
    """One source: how it does, what it brings, its form."""
    return await _source(visit, source_id)


@router.post(f"{_SOURCES}/{{source_id}}/{{act}}")
async def act_on_source(visit: Here, source_id: UUID, act: str) -> Response:
    """Change a source, try the change out, have it read now, or give it another secret."""
    form = await visit.request.form()
    if act == "change" and form.get("verb") == "try":
        tried = await _try(visit, form, source_id)
        return await _source(visit, source_id, _typed(form), tried)
    if act == "secret":
        # No way back to a page without it: it is shown this once.
        secret = await visit.ask(f"/sources/{source_id}/secret", method="PUT")
        return await _source(visit, source_id, secret=secret)

    async def again(attempt: Attempt) -> Response:
        return await _source(visit, source_id, attempt)

    place = {"source_id": str(source_id)}
    return await perform(visit, ACTS, act, place, f"{_SOURCES}/{source_id}", again)


async def _new(
    visit: Visit, name: str, attempt: Attempt | None = None, tried: Answer | None = None
) -> Response:
    kinds, bridges = await together(visit.ask("/sources/kinds"), visit.ask("/sources/bridges"))
    kind = _kind(kinds, name)
    chosen = visit.request.query_params.get("bridge", "")
    settings = {"bridge": {"name": chosen}} if chosen else {}
    return await visit.page(
        "pages/source_new.html",
        kinds=kinds,
        kind=kind,
        bridges=bridges,
        fields=_fields(visit, kind, bridges, settings, attempt),
        attempt=attempt,
        tried=tried,
        permit=permit(visit.actor, Permission.EDIT_SOURCES),
    )


async def _source(
    visit: Visit,
    source_id: UUID,
    attempt: Attempt | None = None,
    tried: Answer | None = None,
    secret: Answer | None = None,
) -> Response:
    source = await visit.require(f"/sources/{source_id}")
    statistics, kinds, bridges = await together(
        visit.ask(f"/sources/{source_id}/statistics"),
        visit.ask("/sources/kinds"),
        visit.ask("/sources/bridges"),
    )
    kind = _kind(kinds, source["kind"])
    return await visit.page(
        "pages/source.html",
        source=source,
        statistics=statistics,
        kind=kind,
        fields=_fields(visit, kind, bridges, source["settings"], attempt),
        attempt=attempt,
        tried=tried,
        secret=secret,
        permit=permit(visit.actor, Permission.EDIT_SOURCES),
    )


def _kind(kinds: Answer, name: str) -> Mapping[str, Any]:
    found = next((kind for kind in kinds.items if kind["kind"] == name), None)
    if found is None:
        raise PageMissing(kinds.trouble or NOT_FOUND)
    return found


def _fields(
    visit: Visit,
    kind: Mapping[str, Any],
    bridges: Answer,
    settings: Mapping[str, Any],
    attempt: Attempt | None,
) -> dict[str, Any]:
    """The fields of the kind: what was typed comes back, save what is secret."""
    if attempt is not None:
        settings = read_part("settings", attempt.values.items())
    wish = settings.get("bridge") or {}
    bridge = next((one for one in bridges.items if one["name"] == wish.get("name")), None)
    return {
        "bridge": bridge,
        "parameters": _parameters(visit, bridge, wish, bridges.body) if bridge else [],
        "settings": asked_of("settings", kind["settings"], settings),
        "credentials": asked_of("credentials", kind["credentials"], {}, secret=True),
    }


def _parameters(
    visit: Visit, bridge: Mapping[str, Any], wish: Mapping[str, Any], listed: Mapping[str, Any]
) -> list[Asked]:
    """What a preset asks for: its words, and where the bridge is unless the house has set that."""
    language = "en" if visit.language == "en" else "zh"
    typed = wish.get("values", {})
    asked = [
        Asked(
            name=f"{_BRIDGE}.values.{one['name']}",
            kind="text",
            label=one["title"][language],
            hint="",
            value=str(typed.get(one["name"], "")),
            required=True,
            example=one["example"],
        )
        for one in bridge["parameters"]
    ]
    known = listed.get("rsshub_url") if bridge["program"] == "RSSHub" else None
    where = Asked(
        name=f"{_BRIDGE}.base",
        kind="text",
        label=N_("Address of the bridge"),
        hint="",
        value=wish.get("base") or "",
        required=not known,
        example=known or "https://rsshub.example.org",
    )
    return [*asked, where]


async def _try(visit: Visit, form: FormData, source_id: UUID | None = None) -> Answer:
    body = {name: read(form, visit) for name, read in _FIELDS.items()}
    return await visit.ask(
        "/sources/preview",
        [("source", str(source_id))] if source_id else None,
        method="POST",
        json={name: value for name, value in body.items() if value is not None},
    )


def _typed(form: FormData) -> Attempt:
    """What was typed, so that it stays in the form; nothing went wrong."""
    return Attempt("tried", dict(_texts(form)), Trouble(200, "", ""))


def _texts(form: FormData) -> list[tuple[str, str]]:
    return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
