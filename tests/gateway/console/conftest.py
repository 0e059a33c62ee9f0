"""The console in a browser's place: on sample answers, without database or rooms."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from gateway.console.backend import ConsoleParts
from gateway.console.memory import COOKIE, Call, MemoryBackend
from gateway.console.preview.answers import SOMEBODY
from gateway.console.preview.app import preview_app
from shared.contracts.actors import Actor, Permission

PROBLEM = {
    "type": "/problems/conflict",
    "title": "Conflict",
    "status": 409,
    "detail": "The response is active already.",
}


@dataclass
class Browser:
    """Somebody who looks at the console."""

    http: httpx.AsyncClient
    backend: MemoryBackend

    async def see(self, path: str, **headers: str) -> str:
        """The HTML of a page, which must be there."""
        response = await self.http.get(path, headers=headers)
        assert response.status_code == 200, (path, response.status_code)
        return response.text

    async def send(self, path: str, **fields: Any) -> httpx.Response:
        """Send a form."""
        return await self.http.post(path, data={"key": "key-1"} | fields)

    def answers(self, call: str, status: int, body: Any) -> None:
        """Let the house answer `GET /warnings` or the like otherwise than the sample does."""
        method, path = call.split()
        self.backend.replies[f"{method} /api/v1{path}"] = (status, body)

    def said(self) -> Call:
        """The one call that was meant to change something."""
        (call,) = self.backend.sent()
        return call


def somebody(*permissions: Permission, groups: Iterable[str] = ()) -> Actor:
    """Somebody who may do just this."""
    return SOMEBODY.model_copy(
        update={"permissions": frozenset(permissions), "groups": frozenset(groups)}
    )


Visit = Callable[..., Browser]


@pytest.fixture
async def visit() -> AsyncIterator[Visit]:
    """`visit(actor)`: a browser of somebody who is signed in; `visit(None)`: of nobody yet."""
    async with AsyncExitStack() as stack:

        def build(actor: Actor | None = SOMEBODY, language: str = "zh-CN") -> Browser:
            app = preview_app(actor or SOMEBODY, pulse=0)
            parts: ConsoleParts = app.state.console
            http = httpx.AsyncClient(
                transport=httpx.ASGITransport(app=app),
                base_url="http://console",
                headers={"Accept-Language": language},
                cookies={"groundswell_zone": "Asia/Shanghai"} | ({COOKIE: "here"} if actor else {}),
            )
            stack.push_async_callback(http.aclose)
            backend = parts.backend
            assert isinstance(backend, MemoryBackend)
            return Browser(http, backend)

        yield build


@pytest.fixture
def problem() -> dict[str, Any]:
    """A problem document of the API."""
    return dict(PROBLEM)


@pytest.fixture
def person() -> Callable[..., Actor]:
    """`person(Permission.VIEW, groups=("g1",))`."""
    return somebody
