"""Who is alerted, and how: rules with a preview, channels with a test, recipients."""

import re
from collections.abc import Mapping
from typing import Any

from fastapi import Response
from starlette.datastructures import FormData

from gateway.console.acts import Act, Attempt, Read, chosen, lines, optional, perform, text, ticked
from gateway.console.pages import page_router
from gateway.console.views.alerts import LEVELS, contacts_of, names_of, targets_of
from gateway.console.views.permits import permit
from gateway.console.visit import Here, Visit, together
from shared.contracts.actors import Permission

router = page_router()

PLACE = "/settings/alerts"
_MINUTES = re.compile(r"\d{1,4}(\.\d{1,2})?").fullmatch
_WAITS = ("blue", "yellow", "orange", "red")


def _contacts(form: FormData, visit: Visit) -> Any:
    return contacts_of(lines("contacts")(form, visit))


def _quiet(form: FormData, visit: Visit) -> dict[str, Any] | None:
    begins, ends = str(form.get("quiet_begins", "")), str(form.get("quiet_ends", ""))
    if not begins or not ends:
        return None
    return {
        "begins": begins,
        "ends": ends,
        "days": chosen("quiet_days")(form, visit),
        "breaks_through": form.get("breaks_through", "orange"),
    }


def _targets(form: FormData, visit: Visit) -> Any:
    return targets_of(chosen("tell")(form, visit))


def _ladder(form: FormData, _: Visit) -> dict[str, Any] | None:
    group = str(form.get("ladder_group", ""))
    if not group:
        return None
    minutes = {level: str(form.get(f"minutes_{level}", "")) for level in _WAITS}
    rounds = str(form.get("rounds", ""))
    ladder = {
        "group": group,
        "minutes": {level: float(value) for level, value in minutes.items() if _MINUTES(value)},
    }
    return ladder | ({"rounds": int(rounds)} if rounds.isdecimal() else {})


def _hours(form: FormData, visit: Visit) -> dict[str, Any] | None:
    begins, ends = str(form.get("hours_begins", "")), str(form.get("hours_ends", ""))
    if not begins or not ends:
        return None
    zone = str(form.get("hours_zone", "")).strip()
    hours = {"begins": begins, "ends": ends, "days": chosen("hours_days")(form, visit)}
    return hours | ({"zone": zone} if zone else {})


_CHANNEL: Mapping[str, Read] = {
    "name": text("name"),
    "kind": text("kind"),
    "address": optional("address"),
    "secret": optional("secret"),
    "language": text("language"),
    "enabled": ticked("enabled"),
}
_RECIPIENT: Mapping[str, Read] = {
    "display_name": text("display_name"),
    "language": text("language"),
    "zone": text("zone"),
    "contacts": _contacts,
    "quiet": _quiet,
    "enabled": ticked("enabled"),
}
_RULE: Mapping[str, Read] = {
    "name": text("name"),
    "about": text("about"),
    "level": text("level"),
    "watches": chosen("watches"),
    "hours": _hours,
    "tell": _targets,
    "ladder": _ladder,
    "enabled": ticked("enabled"),
}
_PUTS = (
    ("channel", "/alerts/channels/{slug}", _CHANNEL),
    ("recipient", "/alerts/recipients/{slug}", _RECIPIENT),
    ("rule", "/alerts/rules/{slug}", _RULE),
)
ACTS: Mapping[str, Act] = {
    **{f"add-{name}": Act(path, "kept", fields, "PUT") for name, path, fields in _PUTS},
    **{
        f"change-{name}": Act(path, "kept", fields, "PUT", unchanged=(path, "changed_at"))
        for name, path, fields in _PUTS
    },
    **{f"remove-{name}": Act(path, "removed", method="DELETE") for name, path, _ in _PUTS},
    "test-channel": Act(
        "/alerts/channels/{slug}/test", "tested", {"recipient": optional("recipient")}
    ),
}


@router.get(PLACE)
async def show_alerts(visit: Here) -> Response:
    """Rules, channels, recipients."""
    return await _show(visit)


@router.post(PLACE + "/{act}")
async def change_alerts(visit: Here, act: str) -> Response:
    """Add, change or remove one of them, or test a channel."""

    async def again(attempt: Attempt) -> Response:
        return await _show(visit, attempt)

    return await perform(visit, ACTS, act, {}, PLACE, again)


async def _show(visit: Visit, attempt: Attempt | None = None) -> Response:
    asked = visit.request.query_params
    tried = {name: asked[name] for name in ("level", "watch_id") if asked.get(name)}
    rules, channels, recipients, duty, watches, tests, preview = await together(
        visit.ask("/alerts/rules"),
        visit.ask("/alerts/channels"),
        visit.ask("/alerts/recipients"),
        visit.ask("/duty"),
        visit.ask("/watches", [("limit", "100")]),
        visit.ask("/warnings/alerts", [("limit", "30")]),
        visit.ask("/alerts/preview", method="POST", json=tried or {"level": "orange"}),
    )
    return await visit.page(
        "pages/alerts.html",
        attempt.trouble.status if attempt else 200,
        rules=rules,
        channels=channels,
        recipients=recipients,
        names=names_of(recipients.items),
        duty=duty,
        watches=watches,
        newest=_newest(tests.items),
        preview=preview,
        tried=tried or {"level": "orange"},
        levels=LEVELS,
        may=permit(visit.actor, Permission.EDIT_ALERTS),
        attempt=attempt,
    )


def _newest(alerts: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The newest alert of each channel."""
    newest: dict[str, dict[str, Any]] = {}
    for alert in alerts:
        newest.setdefault(str(alert.get("channel")), alert)
    return newest
