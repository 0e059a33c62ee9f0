"""Signing in and out."""

from typing import Annotated

from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse

from gateway.console.backend import ConsoleParts
from gateway.console.pages import page_router
from gateway.console.safety import local_path
from gateway.console.visit import Reader
from gateway.console.words import N_

router = page_router()

_MISSING = N_("Paste your key first.")
_WRONG = N_(
    "This key is not known, was withdrawn, or has expired. Check that you copied all of it."
)


@router.get("/sign-in")
async def ask_for_key(request: Request) -> Response:
    """The form."""
    return Reader.of(request).render("pages/sign_in.html", next=request.query_params.get("next"))


@router.post("/sign-in")
async def sign_in(
    request: Request, key: Annotated[str, Form()] = "", next: Annotated[str, Form()] = "/"
) -> Response:
    """Begin a session, and go where the visitor wanted to go."""
    parts: ConsoleParts = request.app.state.console
    response = RedirectResponse(local_path(next), 303)
    if key.strip() and await parts.sessions.sign_in(key.strip(), response):
        return response
    wrong = _WRONG if key.strip() else _MISSING
    return Reader.of(request).render("pages/sign_in.html", 401, next=next, wrong=wrong)


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """End the session."""
    parts: ConsoleParts = request.app.state.console
    response = RedirectResponse("/sign-in", 303)
    await parts.sessions.sign_out(request, response)
    return response
