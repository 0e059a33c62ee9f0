"""One request of a person: who they are, what they read in, and how they ask the rooms."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from gateway.console.answers import Answer, Trouble
from gateway.console.backend import Backend, ConsoleParts, Params
from gateway.console.done import DONE
from gateway.console.findings import FINDINGS, MISTAKES
from gateway.console.language import COOKIE as LANGUAGE_COOKIE
from gateway.console.language import LOCALES, choose_language
from gateway.console.moments import Teller, zone_of
from gateway.console.permissions import PERMISSIONS
from gateway.console.problems import PROBLEMS, REFUSALS, UNKNOWN_PROBLEM
from gateway.console.safety import HEADERS, comes_from_elsewhere
from gateway.console.templates import environment
from shared.contracts import EVENTS
from shared.contracts.actors import Actor, Permission
from shared.log import get_logger

log = get_logger(__name__)

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "groundswell_theme"
A_YEAR = 365 * 24 * 3600
# What the live stream may tell, by name: the browser listens to each.
_LIVE = " ".join(sorted(name for name, event in EVENTS.items() if event.live))


class SignInNeeded(Exception):
    """Nobody is signed in."""


class PageMissing(Exception):
    """A page cannot be shown: what it shows is not there, not permitted, or not answered."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.detail)
        self.trouble = trouble


NOT_FOUND = Trouble(status=404, slug="not-found", detail="")


@dataclass(frozen=True)
class Reader:
    """How a browser wants to be spoken to; known before anybody signs in."""

    request: Request
    language: str
    teller: Teller
    theme: str

    @classmethod
    def of(cls, request: Request) -> "Reader":
        """Read the preferences that came with a request."""
        language = choose_language(
            request.query_params, request.cookies, request.headers.get("accept-language", "")
        )
        theme = request.cookies.get(THEME_COOKIE, "auto")
        return cls(
            request=request,
            language=language,
            teller=Teller(LOCALES[language], zone_of(request.cookies), datetime.now(UTC)),
            theme=theme if theme in THEMES else "auto",
        )

    def render(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page in the reader's language."""
        page = environment(self.language).get_template(template)
        request = self.request
        html = page.render(
            {
                "reader": self,
                "teller": self.teller,
                "now": self.teller.now,
                "path": request.url.path,
                "query": request.query_params,
                "live": _LIVE,
                "done": DONE.get(request.query_params.get("done", "")),
                "problems": PROBLEMS,
                "refusals": REFUSALS,
                "unknown_problem": UNKNOWN_PROBLEM,
                "permissions": PERMISSIONS,
                "findings": FINDINGS,
                "mistakes": MISTAKES,
            }
            | values
        )
        response = HTMLResponse(html, status)
        if request.query_params.get("lang") == self.language:
            response.set_cookie(
                LANGUAGE_COOKIE, self.language, max_age=A_YEAR, samesite="lax", httponly=True
            )
        return response

    def sorry(self, trouble: Trouble) -> Response:
        """The page that says why there is no page."""
        return self.render("pages/sorry.html", trouble.status, trouble=trouble)


@dataclass(frozen=True)
class Visit(Reader):
    """A request of somebody who is signed in."""

    actor: Actor = field(kw_only=True)
    backend: Backend = field(kw_only=True)

    async def ask(
        self,
        path: str,
        params: Params | None = None,
        *,
        method: str = "GET",
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask the API; `path` is below `/api/v1`."""
        status, body = await self.backend.fetch(
            self.actor, method, f"/api/v1{path}", params=params, json=json, headers=headers
        )
        return Answer(status, body)

    async def require(self, path: str) -> dict[str, Any]:
        """What the page is about.

        Raises:
            PageMissing: there is no answer to show.
        """
        answer = await self.ask(path)
        if answer.trouble is not None:
            raise PageMissing(answer.trouble)
        found: dict[str, Any] = answer.body
        return found

    async def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page inside the frame: with navigation, and how much waits behind each entry."""
        asked = {
            "/warnings": self.ask("/warnings", [("state", "active"), ("limit", "100")]),
            "/incidents": self.ask(
                "/incidents", [("state", "open"), ("state", "active"), ("limit", "100")]
            ),
        }
        if self.actor.may(Permission.HANDLE_REPORTS):
            asked["/inbox"] = self.ask("/reports/staff", [("state", "new"), ("limit", "50")])
        counted = await together(*asked.values())
        counts = {place: len(found.items) for place, found in zip(asked, counted, strict=True)}
        return self.render(template, status, actor=self.actor, counts=counts, **values)


async def together(*asked: Awaitable[Answer]) -> list[Answer]:
    """Answers to questions that do not wait for each other."""
    return await asyncio.gather(*asked)


async def enter(request: Request) -> Visit:
    """Let in whoever is signed in.

    Raises:
        SignInNeeded: nobody is.
    """
    parts: ConsoleParts = request.app.state.console
    actor = await parts.sessions.find(request)
    if actor is None:
        raise SignInNeeded
    reader = Reader.of(request)
    return Visit(
        request=request,
        language=reader.language,
        teller=reader.teller,
        theme=reader.theme,
        actor=actor,
        backend=parts.backend,
    )


Here = Annotated[Visit, Depends(enter)]


class ConsoleRoute(APIRoute):
    """Pages answer people: a failure is a page in words, and every page carries the headers."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler."""
        endpoint = super().get_route_handler()

        async def handle(request: Request) -> Response:
            request.scope["groundswell.route"] = self.path_format
            response = await _answer(request, endpoint)
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return handle


async def _answer(
    request: Request, endpoint: Callable[[Request], Coroutine[Any, Any, Response]]
) -> Response:
    if request.method == "POST" and comes_from_elsewhere(request.headers):
        return Reader.of(request).sorry(Trouble(403, "not-permitted", "Sent by another site."))
    try:
        return await endpoint(request)
    except SignInNeeded:
        wanted = request.url.path if request.method == "GET" else "/"
        if request.method == "GET" and request.url.query:
            wanted = f"{wanted}?{request.url.query}"
        return RedirectResponse(f"/sign-in?next={quote(wanted, safe='')}", 303)
    except PageMissing as missing:
        return Reader.of(request).sorry(missing.trouble)
    except RequestValidationError:
        return Reader.of(request).sorry(NOT_FOUND)
    except HTTPException as refused:  # a form that is none
        return Reader.of(request).sorry(Trouble(refused.status_code, "bad-request", ""))
    except Exception as error:  # whatever it is, a person gets a page in words
        log.error("page_broke", path=request.url.path, exc_info=error)
        return Reader.of(request).sorry(Trouble(500, "internal-error", ""))
