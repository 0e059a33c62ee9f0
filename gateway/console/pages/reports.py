"""Reports: to send one, to see what became of it, and the inbox of those who deal with them."""

from typing import Any
from uuid import UUID

import segno
from fastapi import Response

from gateway.console.acts import (
    Act,
    Attempt,
    moment,
    number,
    optional,
    perform,
    pictures,
    text,
)
from gateway.console.answers import Answer
from gateway.console.pages import page_router
from gateway.console.pages.warnings import ACTS as WARNING_ACTS
from gateway.console.views.permits import permit
from gateway.console.visit import Here, Visit, together
from shared.contracts.actors import Permission

router = page_router()

SEND = Act(
    "/reports/staff",
    "reported",
    {
        "link": text("link"),
        "text": text("text"),
        "concerns": optional("concerns"),
        "urgency": text("urgency"),
        "pictures": pictures("pictures"),
    },
)
MEDIA = Act(
    "/reports/media",
    "media-entered",
    {
        "medium": text("medium"),
        "outlet": text("outlet"),
        "title": text("title"),
        "text": text("text"),
        "published_at": moment("published_at"),
        "reach": number("reach"),
        "link": text("link"),
        "pictures": pictures("pictures"),
    },
)
LINK_ACTS = {
    "open": Act("/reports/link", "link-opened", {"hourly_limit": number("hourly_limit")}),
    "close": Act("/reports/link", "link-closed", method="DELETE"),
}
ACTS = {
    "take-up": Act("/reports/staff/{report_id}/take-up", "taken-up", {"text": text("text")}),
    "dismiss": Act(
        "/reports/staff/{report_id}/dismiss", "report-dismissed", {"reason": text("reason")}
    ),
    "link": Act(
        "/reports/staff/{report_id}/link",
        "report-linked",
        {"story_id": optional("story_id"), "warning_id": optional("warning_id")},
    ),
    "link-story": Act(
        "/reports/staff/{report_id}/link", "report-linked", {"story_id": text("story_id")}
    ),
    "open-incident": WARNING_ACTS["open-incident"],
    "erase-picture": Act(
        "/reports/pictures/{picture_id}/erase", "picture-erased", {"reason": text("reason")}
    ),
}
_LONGEST_SHARED = 4_000
# Of a report that many told of, the log of so many pictures is shown.
_MOST_PICTURES = 6
_FILTERS = ("state", "kind", "urgency", "cursor")


@router.get("/report")
async def show_form(visit: Here) -> Response:
    """The form, and what became of earlier reports."""
    return await _form(visit)


@router.post("/report")
async def send(visit: Here) -> Response:
    """Send a report."""

    async def again(attempt: Attempt) -> Response:
        return await _form(visit, attempt)

    return await perform(visit, {"send": SEND}, "send", {}, "/report", again)


@router.get("/inbox")
async def show_inbox(visit: Here) -> Response:
    """What people told, newest first."""
    return await _inbox(visit)


@router.post("/inbox/media")
async def enter_media(visit: Here) -> Response:
    """Enter a piece of press, radio or television."""

    async def again(attempt: Attempt) -> Response:
        return await _inbox(visit, attempt)

    return await perform(visit, {"media": MEDIA}, "media", {}, "/inbox?kind=by_hand", again)


@router.get("/inbox/link")
async def show_link(visit: Here) -> Response:
    """The public link, as an address and as a code for telephones."""
    return await _link(visit)


@router.post("/inbox/link/{act}")
async def act_on_link(visit: Here, act: str) -> Response:
    """Open, replace or close it."""

    async def again(attempt: Attempt) -> Response:
        return await _link(visit, attempt)

    return await perform(visit, LINK_ACTS, act, {}, "/inbox/link", again)


@router.get("/inbox/{report_id}")
async def show_report(visit: Here, report_id: UUID) -> Response:
    """One report: who told what, and what to do."""
    return await _report(visit, report_id)


@router.post("/inbox/{report_id}/{act}")
async def act_on_report(visit: Here, report_id: UUID, act: str) -> Response:
    """Take it up, link it, or say that it is not relevant."""

    async def again(attempt: Attempt) -> Response:
        return await _report(visit, report_id, attempt)

    place = {"report_id": str(report_id)}
    return await perform(visit, ACTS, act, place, f"/inbox/{report_id}", again)


async def _form(visit: Visit, attempt: Attempt | None = None) -> Response:
    mine = await visit.ask("/reports/mine", [("limit", "20"), *_cursor(visit)])
    return await visit.page(
        "pages/report.html",
        _status(attempt),
        mine=mine,
        permit=permit(visit.actor, Permission.SEND_REPORTS),
        shared=_shared(visit),
        attempt=attempt,
    )


def _shared(visit: Visit) -> dict[str, str]:
    """What an app shared (`static/groundswell.webmanifest`), or a bookmark brings along: the
    link stands in any of the three, with words around it."""
    brought = [visit.request.query_params.get(name, "") for name in ("title", "text", "link")]
    return {"link": " ".join(filter(None, brought))[:_LONGEST_SHARED]}


async def _inbox(visit: Visit, attempt: Attempt | None = None) -> Response:
    chosen = {
        name: value for name in _FILTERS if (value := visit.request.query_params.get(name, ""))
    }
    reports = await visit.ask("/reports/staff", [*chosen.items(), ("limit", "30")])
    return await visit.page(
        "pages/inbox.html",
        _status(attempt),
        reports=reports,
        chosen=chosen,
        permit=permit(visit.actor, Permission.HANDLE_REPORTS),
        may_open_link=visit.actor.may(Permission.EDIT_REPORT_LINKS),
        attempt=attempt,
    )


async def _link(visit: Visit, attempt: Attempt | None = None) -> Response:
    link = await visit.ask("/reports/link")
    address = f"{visit.request.base_url}{link.body['path'].lstrip('/')}" if link.ok else ""
    return await visit.page(
        "pages/report_link.html",
        _status(attempt),
        link=link,
        address=address,
        code=_code(address),
        permit=permit(visit.actor, Permission.EDIT_REPORT_LINKS),
        attempt=attempt,
    )


def _code(address: str) -> str:
    """The address as a QR code (ISO/IEC 18004), drawn as SVG."""
    if not address:
        return ""
    drawn: str = segno.make(address, error="m", micro=False).svg_inline(
        scale=5, svgclass="qr", lineclass=None, omitsize=True
    )
    return drawn


async def _report(visit: Visit, report_id: UUID, attempt: Attempt | None = None) -> Response:
    report = await visit.require(f"/reports/staff/{report_id}")
    near = (report.get("story_ids") or [])[:5]
    shown = [
        picture for telling in report.get("tellings") or [] for picture in telling["pictures"]
    ][:_MOST_PICTURES]
    warnings, waiting, *others = await together(
        visit.ask("/warnings", [("state", "active"), ("state", "acknowledged"), ("limit", "50")]),
        visit.ask("/reports/staff", [("state", "new"), ("limit", "2")]),
        *(visit.ask(f"/stories/{story}") for story in near),
        *(visit.ask(f"/reports/pictures/{picture['id']}/views") for picture in shown),
    )
    stories, views = others[: len(near)], others[len(near) :]
    return await visit.page(
        "pages/report_of.html",
        _status(attempt),
        report=report,
        warnings=warnings,
        stories=[_found(story) for story in stories if story.ok],
        pictures=[(picture, seen.items) for picture, seen in zip(shown, views, strict=True)],
        following=next((one for one in waiting.items if one["id"] != report["id"]), None),
        permit=permit(visit.actor, Permission.HANDLE_REPORTS),
        may_open=permit(visit.actor, Permission.OPEN_INCIDENTS),
        attempt=attempt,
    )


def _found(answer: Answer) -> dict[str, Any]:
    return dict(answer.body)


def _cursor(visit: Visit) -> list[tuple[str, str]]:
    cursor = visit.request.query_params.get("cursor")
    return [("cursor", cursor)] if cursor else []


def _status(attempt: Attempt | None) -> int:
    return attempt.trouble.status if attempt else 200
