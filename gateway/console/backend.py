"""What the console needs of the gateway: one who asks the rooms, and one who knows people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from fastapi import Request, Response

from shared.contracts.actors import Actor

Params = Sequence[tuple[str, str]]


class Backend(Protocol):
    """Asks the rooms in the name of a person."""

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
        """Send one request to the public API; `path` begins with `/api/v1/`.

        Returns the status and the JSON body. A room that is down answers as a problem document with
        503 or 504; this raises nothing.
        """
        ...


class Sessions(Protocol):
    """Who sits at the browser."""

    async def find(self, request: Request) -> Actor | None:
        """The person whose session cookie came with the request."""
        ...

    async def sign_in(self, key: str, response: Response) -> Actor | None:
        """Begin a session for the holder of an API key; None where the key is not known.

        Sets the session cookie on `response`.
        """
        ...

    async def sign_out(self, request: Request, response: Response) -> None:
        """End the session, and remove its cookie."""
        ...


@dataclass(frozen=True)
class ConsoleParts:
    """What the gateway puts at `app.state.console`."""

    backend: Backend
    sessions: Sessions
