"""The page behind the link in an alert: it asks, and acknowledges only when its button is pressed.

Nobody signs in here: the link is the key. Mail scanners open links too, so looking changes nothing.
"""

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from gateway.console.answers import Answer
from gateway.console.backend import ConsoleParts
from gateway.console.pages import page_router
from gateway.console.visit import Reader
from shared.contracts.actors import Actor, ActorKind

router = page_router()

# May do nothing: who it acts for stands in the link.
_HOLDER = Actor(id="link", name="Holder of a link", kind=ActorKind.SYSTEM)


@router.get("/acknowledge/{token}")
async def show_link(request: Request, token: str) -> Response:
    """What the link asks for, and how that stands."""
    return _page(request, await _ask(request, "GET", token))


@router.post("/acknowledge/{token}")
async def use_link(request: Request, token: str) -> Response:
    """Acknowledge."""
    answer = await _ask(request, "POST", f"{token}/acknowledge")
    if answer.ok:
        return RedirectResponse(f"/acknowledge/{token}", 303)
    return _page(request, answer)


async def _ask(request: Request, method: str, path: str) -> Answer:
    parts: ConsoleParts = request.app.state.console
    status, body = await parts.backend.fetch(_HOLDER, method, f"/api/v1/alerts/links/{path}")
    return Answer(status, body)


def _page(request: Request, answer: Answer) -> Response:
    status = 200 if answer.ok else answer.status
    return Reader.of(request).render("pages/acknowledge.html", status, found=answer)
