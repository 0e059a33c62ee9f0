"""The page behind the public link: nobody signs in, nothing is shown of what others told."""

from ipaddress import ip_address
from typing import Any

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from gateway.console.acts import pictures, text
from gateway.console.answers import Answer
from gateway.console.backend import ConsoleParts
from gateway.console.pages import page_router
from gateway.console.visit import Reader, Visit
from shared.contracts.actors import Actor, ActorKind, Permission

router = page_router()

# In whose name the page asks: it may hand on reports, and nothing else.
ANYBODY = Actor(
    id="page:public-report",
    name="Public report page",
    kind=ActorKind.PROGRAM,
    permissions=frozenset({Permission.SEND_PUBLIC_REPORTS}),
)
# Programs fill in every field. People do not see this one.
_TRAP = "website"


@router.get("/r/{token}")
async def show_form(request: Request, token: str) -> Response:
    """The form, where the link is open."""
    link = await _visit(request).ask(f"/reports/public/{token}")
    return _page(request, link, token=token)


@router.post("/r/{token}")
async def send(request: Request, token: str) -> Response:
    """Hand on what somebody wrote."""
    visit = _visit(request)
    link = await visit.ask(f"/reports/public/{token}")
    if not link.ok:
        # Before anything is read of what may be megabytes.
        return _page(request, link, token=token)
    async with request.form() as form:
        typed = {name: str(value) for name, value in form.items()}
        said = {name: text(name)(form, visit) for name in ("link", "text")}
        said |= {"pictures": pictures("pictures")(form, visit)}
    done = RedirectResponse(f"/r/{token}?sent=1", 303)
    if typed.get(_TRAP):
        return done
    key = typed.get("key", "")[:100]
    answer = await visit.ask(
        "/reports/public",
        method="POST",
        json={"token": token, "sender": _sender(request), **said},
        headers={"Idempotency-Key": key} if key else {},
    )
    return done if answer.ok else _page(request, answer, token=token, typed=typed)


def _page(request: Request, answer: Answer, **values: Any) -> Response:
    """The form; where the link is not open, that, and no form."""
    reader = Reader.of(request)
    trouble = answer.trouble
    gone = trouble is not None and trouble.status in (403, 404)
    response = reader.render(
        "pages/public_report.html",
        answer.status if trouble else 200,
        trouble=trouble,
        gone=gone,
        sent="sent" in request.query_params,
        **values,
    )
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _visit(request: Request) -> Visit:
    reader = Reader.of(request)
    parts: ConsoleParts = request.app.state.console
    return Visit(
        request=request,
        language=reader.language,
        teller=reader.teller,
        theme=reader.theme,
        actor=ANYBODY,
        backend=parts.backend,
    )


def _sender(request: Request) -> str | None:
    """Where the request comes from; None behind a proxy or within the house, where many share an
    address."""
    host = request.client.host if request.client else ""
    try:
        return host if ip_address(host).is_global else None
    except ValueError:
        return None
