"""The session of somebody at a browser: a cookie that scripts cannot read."""

from fastapi import FastAPI, Request, Response

from gateway.identity import sessions
from gateway.identity.callers import Callers
from gateway.identity.secrets import Kind
from shared.auth import HEADER
from shared.contracts.actors import Actor
from shared.runtime import Runtime


class BrowserSessions:
    """What the console needs to know of sessions."""

    def __init__(self, pages: FastAPI) -> None:
        self._pages = pages

    async def find(self, request: Request) -> Actor | None:
        """The person that the door vouches for; it has looked at the cookie already."""
        identity = request.headers.get(HEADER)
        if identity is None:
            return None
        actor: Actor = self._pages.state.verifier.verify(identity)
        return actor

    async def sign_in(self, key: str, response: Response) -> Actor | None:
        """Open a session for the holder of an API key, and put its token into a cookie."""
        async with self._runtime.transaction() as session:
            token = await sessions.sign_in(session, key)
        caller = await self._callers.find(Kind.SESSION, token) if token else None
        if token is None or caller is None:
            return None
        response.set_cookie(
            sessions.COOKIE,
            token,
            max_age=int(sessions.LASTS.total_seconds()),
            path="/",
            httponly=True,
            samesite="strict",
        )
        return caller.actor

    async def sign_out(self, request: Request, response: Response) -> None:
        """End the session, and remove its cookie."""
        if token := request.cookies.get(sessions.COOKIE):
            async with self._runtime.transaction() as session:
                await sessions.sign_out(session, token)
            self._callers.forget()
        response.delete_cookie(sessions.COOKIE, path="/", httponly=True, samesite="strict")

    @property
    def _runtime(self) -> Runtime:
        runtime: Runtime = self._pages.state.runtime
        return runtime

    @property
    def _callers(self) -> Callers:
        callers: Callers = self._runtime.resources.callers
        return callers
