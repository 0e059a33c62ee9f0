"""From when on a watch warns: tried on stored posts, put in shadow, saved."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import Response
from starlette.datastructures import FormData

from gateway.console.acts import Act, Attempt, number, optional, perform
from gateway.console.pages import page_router
from gateway.console.views.lanes import lanes
from gateway.console.views.permits import permit
from gateway.console.visit import Here, Visit, together
from shared.contracts.actors import Permission

router = page_router()

_LEVELS = ("blue", "yellow", "orange", "red")
# The other thresholds that have a field, and how their figures are read.
_FIGURES: dict[str, Callable[[str], float]] = {
    "outlook": float,
    "surge": float,
    "negative_share": float,
    "speed": float,
    "voice": lambda typed: int(float(typed)),
    "aggravation": float,
    "release": float,
    "hold": float,
}


def _figure(typed: str, read: Callable[[str], float]) -> float | str:
    """A figure; what is none goes to the API as it is, which says so."""
    try:
        return read(typed)
    except ValueError:
        return typed


def _thresholds(form: FormData, _: Visit) -> dict[str, Any]:
    """What differs from the defaults: the fields in which something stands."""
    typed = {name: str(form.get(name, "")).strip() for name in (*_LEVELS, *_FIGURES)}
    heat = {name: _figure(typed[name], float) for name in _LEVELS if typed[name]}
    others = {name: _figure(typed[name], read) for name, read in _FIGURES.items() if typed[name]}
    return others | ({"heat": heat} if heat else {})


def _kept(name: str) -> Callable[[FormData, Visit], Any]:
    """What this form does not change of the watch."""
    return lambda form, _: json.loads(str(form.get("kept", "")) or "{}").get(name)


_WATCH = ("name", "expression", "exclusions", "filters", "targets", "enabled", "sample")
ACTS = {
    "try": Act(
        "/watches/{watch_id}/backtest",
        "backtest-queued",
        {"expression": optional("expression"), "thresholds": _thresholds, "days": number("days")},
        goes_to="/settings/backtests",
    ),
    "save": Act(
        "/watches/{watch_id}",
        "watch-kept",
        {name: _kept(name) for name in _WATCH} | {"thresholds": _thresholds},
        method="PUT",
        unchanged=("/watches/{watch_id}", "version"),
    ),
    "shadow": Act(
        "/watches/{watch_id}/shadow",
        "shadow-started",
        {"expression": optional("expression"), "thresholds": _thresholds},
    ),
    "promote": Act(
        "/watches/{watch_id}/shadow/promote",
        "shadow-promoted",
        unchanged=("/watches/{watch_id}", "version"),
    ),
    "drop": Act("/watches/{watch_id}/shadow/drop", "shadow-dropped"),
}
CANCEL = {"cancel": Act("/watches/backtests/{backtest_id}/cancel", "backtest-cancelled")}


@router.get("/settings/watches/{watch_id}/thresholds")
async def show_thresholds(visit: Here, watch_id: UUID) -> Response:
    """The thresholds of a watch, those in shadow, and what was tried."""
    return await _show(visit, watch_id)


@router.post("/settings/watches/{watch_id}/thresholds/{act}")
async def act_on_thresholds(visit: Here, watch_id: UUID, act: str) -> Response:
    """Try, save, put in shadow, promote, drop."""

    async def again(attempt: Attempt) -> Response:
        return await _show(visit, watch_id, attempt)

    here = f"/settings/watches/{watch_id}/thresholds"
    return await perform(visit, ACTS, act, {"watch_id": str(watch_id)}, here, again)


@router.get("/settings/backtests/{backtest_id}")
async def show_backtest(visit: Here, backtest_id: UUID) -> Response:
    """What came out of a back-test, or how far it is."""
    return await _show_backtest(visit, backtest_id)


@router.post("/settings/backtests/{backtest_id}/{act}")
async def act_on_backtest(visit: Here, backtest_id: UUID, act: str) -> Response:
    """Stop a back-test."""

    async def again(attempt: Attempt) -> Response:
        return await _show_backtest(visit, backtest_id, attempt)

    place = {"backtest_id": str(backtest_id)}
    return await perform(visit, CANCEL, act, place, f"/settings/backtests/{backtest_id}", again)


async def _show(visit: Visit, watch_id: UUID, attempt: Attempt | None = None) -> Response:
    watch = await visit.require(f"/watches/{watch_id}")
    shadows, backtests = await together(
        visit.ask(f"/watches/{watch_id}/shadows", [("limit", "5")]),
        visit.ask("/watches/backtests", [("watch", str(watch_id)), ("limit", "10")]),
    )
    standing = next((each for each in shadows.items if not each.get("ended_at")), None)
    return await visit.page(
        "pages/thresholds.html",
        attempt.trouble.status if attempt else 200,
        watch=watch,
        kept=json.dumps({name: watch.get(name) for name in _WATCH}),
        shadow=standing,
        earlier=[each for each in shadows.items if each.get("ended_at")],
        backtests=backtests,
        levels=_LEVELS,
        may_edit=permit(visit.actor, Permission.EDIT_WATCHES),
        attempt=attempt,
    )


async def _show_backtest(
    visit: Visit, backtest_id: UUID, attempt: Attempt | None = None
) -> Response:
    backtest = await visit.require(f"/watches/backtests/{backtest_id}")
    return await visit.page(
        "pages/backtest.html",
        attempt.trouble.status if attempt else 200,
        backtest=backtest,
        picture=lanes(backtest),
        may_edit=permit(visit.actor, Permission.EDIT_WATCHES),
        attempt=attempt,
    )
