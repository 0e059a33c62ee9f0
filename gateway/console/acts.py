"""What a form of the console does: read its fields, make one call of the API, say how it went.

The key of idempotency is made with the form, so that a form that is sent twice works once.
"""

from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData, UploadFile

from gateway.console.answers import Trouble
from gateway.console.visit import NOT_FOUND, PageMissing, Visit
from gateway.console.words import N_

Read = Callable[[FormData, Visit], Any]


def text(name: str) -> Read:
    """A text, as it was typed."""
    return lambda form, _: str(form.get(name, "")).replace("\r\n", "\n")


def optional(name: str) -> Read:
    """A text, or None where nothing was typed."""
    return lambda form, _: str(form.get(name, "")).strip() or None


def split(name: str) -> Read:
    """A list, separated by spaces or commas."""
    return lambda form, _: str(form.get(name, "")).replace(",", " ").replace("，", " ").split()


def lines(name: str) -> Read:
    """A list, one item a line."""
    return lambda form, _: [
        line.strip() for line in str(form.get(name, "")).splitlines() if line.strip()
    ]


def ticked(name: str) -> Read:
    """Whether a box is ticked."""
    return lambda form, _: name in form


def chosen(name: str) -> Read:
    """All values that are ticked under one name."""
    return lambda form, _: [str(value) for value in form.getlist(name)]


def is_yes(name: str) -> Read:
    """True where the button or choice says `yes`."""
    return lambda form, _: form.get(name) == "yes"


def number(name: str) -> Read:
    """A whole number; None where none was sent."""
    return lambda form, _: int(str(form[name])) if str(form.get(name, "")).isdecimal() else None


def part(name: str, index: int) -> Read:
    """One side of a value with a colon, as a button sends it: `sentiment:negative`."""
    return lambda form, _: str(form.get(name, "")).partition(":")[::2][index]


def always(value: Any) -> Read:
    """The same value whatever was typed."""
    return lambda _form, _visit: value


def pictures(name: str) -> Read:
    """The files that were chosen, as the API takes pictures."""
    return lambda form, _: [
        {"content": b64encode(sent.file.read()).decode()}
        for sent in form.getlist(name)
        if isinstance(sent, UploadFile) and sent.size
    ]


def moment(name: str) -> Read:
    """A time typed in the visitor's zone, in UTC; None where there is none."""

    def read(form: FormData, visit: Visit) -> str | None:
        try:
            typed = datetime.fromisoformat(str(form.get(name, "")))
        except ValueError:
            return None
        here = typed if typed.tzinfo else typed.replace(tzinfo=visit.teller.zone)
        return here.astimezone(UTC).isoformat()

    return read


@dataclass(frozen=True)
class Act:
    """One form: `path` may name fields of the address and of the form in braces.

    `done` names the line that is shown afterwards, and is empty where the place itself shows it;
    `goes_to` is the folder of what was made, where its page follows, and empty where the page of
    the form comes again.
    """

    path: str
    done: str
    fields: Mapping[str, Read] = field(default_factory=dict)
    method: str = "POST"
    goes_to: str = ""
    # Refuse when this field of what stands at `path` is not as the form says: somebody was faster.
    unchanged: tuple[str, str] | None = None


@dataclass(frozen=True)
class Attempt:
    """A form that did not work: what was typed stays in it, beside what was wrong."""

    act: str
    values: Mapping[str, str]
    trouble: Trouble


Show = Callable[[Attempt], Awaitable[Response]]


async def perform(
    visit: Visit,
    acts: Mapping[str, Act],
    name: str,
    place: Mapping[str, str],
    here: str,
    show: Show,
) -> Response:
    """Carry out the form `name`, and go back to `here`, which may name a place on its page; `show`
    the page again where it failed.

    Raises:
        PageMissing: there is no form of this name.
    """
    act = acts.get(name)
    if act is None:
        raise PageMissing(NOT_FOUND)
    async with visit.request.form() as form:
        values = {key: str(value) for key, value in form.items()}
        body = {key: read(form, visit) for key, read in act.fields.items()}
    path = _fill(act.path, values | dict(place))
    trouble = await _changed(visit, act, values | dict(place))
    if trouble is None:
        answer = await visit.ask(
            path,
            method=act.method,
            json={key: value for key, value in body.items() if value is not None} or None,
            headers=_headers(act, values),
        )
        trouble = answer.trouble
    if trouble is not None:
        return await show(Attempt(values.get("sheet") or name, values, trouble))
    made = answer.body.get("id") if isinstance(answer.body, Mapping) else None
    target = f"{act.goes_to}/{made}" if act.goes_to and made else here
    target, _, place_on_page = target.partition("#")
    if act.done:
        target = f"{target}{'&' if '?' in target else '?'}done={act.done}"
    return RedirectResponse(f"{target}#{place_on_page}" if place_on_page else target, 303)


def way_back(form: FormData, otherwise: str) -> str:
    """The page of ours that a form was sent from, as its field `back` says."""
    back = str(form.get("back", ""))
    ours = back.startswith("/") and not back.startswith(("//", "/\\"))
    return back if ours and back.isprintable() else otherwise


def _fill(path: str, values: Mapping[str, str]) -> str:
    try:
        filled = path.format_map({key: quote(value, safe="") for key, value in values.items()})
    except KeyError as error:
        raise PageMissing(Trouble(400, "bad-request", N_("The form is incomplete."))) from error
    return filled


async def _changed(visit: Visit, act: Act, values: Mapping[str, str]) -> Trouble | None:
    if act.unchanged is None:
        return None
    path, name = act.unchanged
    current = await visit.ask(_fill(path, values))
    if current.ok and str(current.body.get(name)) != values.get(name):
        return Trouble(412, "changed-meanwhile", "")
    return current.trouble


def _headers(act: Act, values: Mapping[str, str]) -> dict[str, str]:
    headers = {}
    if act.method == "POST" and values.get("key"):
        headers["Idempotency-Key"] = values["key"][:100]
    if act.unchanged:
        headers["If-Match"] = "*"
    return headers
