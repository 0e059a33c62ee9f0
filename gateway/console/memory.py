"""The memory twin of the backend and of the sessions: for tests, and to look at the pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request, Response

from gateway.console.backend import Params
from shared.contracts.actors import Actor

COOKIE = "groundswell_preview"
NOT_FOUND = {
    "type": "/problems/not-found",
    "title": "Not found",
    "status": 404,
    "detail": "There is nothing at this address.",
}

Reply = tuple[int, Any] | Callable[[Any], tuple[int, Any]]


@dataclass(frozen=True)
class Call:
    """A call that was made."""

    method: str
    path: str
    params: Params
    json: Any
    headers: Mapping[str, str]


@dataclass
class MemoryBackend:
    """Answers from a table of `METHOD path` to status and body, and remembers what was asked.

    A function in the table gets the JSON body and answers.
    """

    replies: dict[str, Reply]
    calls: list[Call] = field(default_factory=list)

    async def fetch(
        self,
        actor: Actor,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, Any]:
        """Look the answer up."""
        self.calls.append(Call(method, path, params or (), json, headers or {}))
        reply = self.replies.get(f"{method} {path}", (404, NOT_FOUND))
        return reply(json) if callable(reply) else reply

    def sent(self) -> list[Call]:
        """The calls that were meant to change something."""
        return [call for call in self.calls if call.method != "GET"]


@dataclass
class MemorySessions:
    """Lets one person in with any key that begins with `gsw_`."""

    actor: Actor

    async def find(self, request: Request) -> Actor | None:
        """The person, where the cookie is there."""
        return self.actor if COOKIE in request.cookies else None

    async def sign_in(self, key: str, response: Response) -> Actor | None:
        """Begin a session."""
        if not key.startswith("gsw_"):
            return None
        response.set_cookie(COOKIE, "here", httponly=True, samesite="strict")
        return self.actor

    async def sign_out(self, request: Request, response: Response) -> None:
        """End it."""
        response.delete_cookie(COOKIE)
