"""The door: every request from outside comes through here, and most go on to a room.

A raw ASGI app. It decides who calls, how much they may send and how often, and where it goes; what
is not for a room goes to the gateway's own pages, with the same signed identity that rooms get.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.types import Message, Receive, Scope, Send

from gateway.bodies import Body
from gateway.console.safety import comes_from_elsewhere
from gateway.errors import AnswerCut, ClientGone
from gateway.headers import (
    REQUEST_ID,
    accepted_request_id,
    bearer_secret,
    content_length,
    for_pages,
    for_room,
    going_out,
    session_token,
)
from gateway.identity.callers import Caller
from gateway.identity.secrets import Kind
from gateway.protocol import CLOSE
from gateway.resources import GatewayResources
from gateway.routes import (
    API,
    ROUTES,
    body_limit,
    lane_of,
    patience_of,
    prefix_of,
    signed_by_sender,
)
from shared import metrics
from shared.auth import IdentitySigner
from shared.contracts.rooms import Room
from shared.errors import (
    BadRequest,
    Forbidden,
    MethodNotAllowed,
    NotFound,
    Problem,
    Unauthenticated,
)
from shared.ids import new_id
from shared.log import get_logger, request_id
from shared.problems import as_problem, problem_response
from shared.settings import Settings

log = get_logger(__name__)

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_METHODS = _SAFE | {"POST", "PUT", "PATCH", "DELETE"}
# For the inside alone: metrics have a port of their own, and the API is described as a whole.
_INSIDE = frozenset({"/metrics", "/openapi.json"})
_NOBODY_ASKED = ("/livez", "/readyz", "/static/", "/docs", "/api/v1/openapi.json")


@dataclass(frozen=True, slots=True)
class _Visitor:
    """Who calls, and by which secret."""

    caller: Caller
    kind: Kind
    secret: str


class _Answer:
    """Sends an answer, with the headers that every answer carries."""

    __slots__ = ("_request_id", "_send", "_tls", "status")

    def __init__(self, send: Send, request_id: bytes, *, tls: bool) -> None:
        self._send = send
        self._request_id = request_id
        self._tls = tls
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = going_out(
                message.get("headers", ()), self._request_id, tls=self._tls
            )
        await self._send(message)


class Door:
    """The gateway as one ASGI app; `pages` are its own endpoints."""

    def __init__(self, pages: FastAPI, settings: Settings, signer: IdentitySigner) -> None:
        self._pages = pages
        self._settings = settings
        self._signer = signer

    @property
    def _open(self) -> GatewayResources:
        resources: GatewayResources = self._pages.state.runtime.resources
        return resources

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the life of the process."""
        if scope["type"] != "http":
            scope.setdefault("state", {})[CLOSE] = lambda: self._open.feed.close()
            await self._pages(scope, receive, send)
            return
        headers: dict[bytes, bytes] = dict(scope["headers"])
        current = accepted_request_id(headers.get(REQUEST_ID)) or str(new_id()).encode()
        token = request_id.set(current.decode())
        answer = _Answer(send, current, tls=scope["scheme"] == "https")
        try:
            await self._serve(scope, receive, answer, headers, current)
        except (ClientGone, AnswerCut):
            # There is nobody to tell, or no way: the server closes the connection.
            log.info("request_cut", path=ascii(scope["path"]))
        except Exception as error:  # whatever it is, the caller gets a problem document
            problem = _problem_of(error, scope["path"])
            if answer.status:
                raise
            await problem_response(problem, ascii(scope["path"])[1:-1])(scope, receive, answer)
        finally:
            request_id.reset(token)

    async def _serve(
        self,
        scope: Scope,
        receive: Receive,
        answer: _Answer,
        headers: Mapping[bytes, bytes],
        current: bytes,
    ) -> None:
        method, path = scope["method"], scope["path"]
        _check_target(method, path, scope["query_string"])
        signed = signed_by_sender(method, path)
        visitor = None if signed else await self._who(method, path, headers)
        room = ROUTES.get(prefix_of(path))
        lane = lane_of(method, path)
        if signed:
            # By where it comes from: which source it names, a stranger may make up.
            self._open.limiter.take(f"{(scope.get('client') or ('',))[0]}/{lane}")
        elif visitor is None:
            if path.startswith(API) and not path.startswith(_NOBODY_ASKED):
                raise Unauthenticated("Sign in: send an API key as `Authorization: Bearer KEY`.")
        else:
            self._open.limiter.take(f"{visitor.caller.share}/{lane}")
        limit = body_limit(path, self._settings, signed_in=visitor is not None)
        body = Body(receive, declared=content_length(headers), limit=limit)
        if room is None or (visitor is None and not signed):
            await self._own(scope, receive, answer, visitor, body, current)
            return
        started = time.perf_counter()
        try:
            await self._open.rooms.forward(
                room,
                lane,
                method=method,
                target=_target(scope),
                headers=for_room(
                    scope["headers"],
                    headers.get(b"connection"),
                    current,
                    self._signer.sign(visitor.caller.actor, room) if visitor else None,
                ),
                body=body,
                patience=patience_of(path),
                repeatable=method in _SAFE or signed or b"idempotency-key" in headers,
                send=answer,
            )
        finally:
            _count(method, prefix_of(path), answer.status, time.perf_counter() - started)

    async def _who(self, method: str, path: str, headers: Mapping[bytes, bytes]) -> _Visitor | None:
        """Who calls; None for nobody in particular.

        Raises:
            Unauthenticated: a key that opens nothing. Forbidden: sent by another site's page.
        """
        if path.startswith(_NOBODY_ASKED):
            return None
        secret = bearer_secret(headers)
        if secret is not None:
            caller = await self._open.callers.find(Kind.KEY, secret)
            if caller is None:
                raise Unauthenticated("This API key is not known, was revoked, or has expired.")
            return _Visitor(caller, Kind.KEY, secret)
        if method not in _SAFE and _comes_from_elsewhere(headers):
            raise Forbidden("This was sent by the page of another site.")
        token = session_token(headers)
        found = await self._open.callers.find(Kind.SESSION, token) if token else None
        return _Visitor(found, Kind.SESSION, token) if found and token else None

    async def _own(
        self,
        scope: Scope,
        receive: Receive,
        answer: _Answer,
        visitor: _Visitor | None,
        body: Body,
        current: bytes,
    ) -> None:
        """Serve one of the gateway's own endpoints."""
        content: bytes | None = await body.whole()

        async def once() -> Message:
            nonlocal content
            if content is None:
                return await receive()
            message = {"type": "http.request", "body": content, "more_body": False}
            content = None
            return message

        async def holds() -> bool:
            """Whether the caller still may be here; a stream that lasts asks now and then."""
            try:
                return (
                    visitor is not None
                    and await self._open.callers.find(visitor.kind, visitor.secret) is not None
                )
            except Exception:  # nobody can say: let them come in again
                return False

        identity = self._signer.sign(visitor.caller.actor, Room.GATEWAY) if visitor else None
        scope["headers"] = for_pages(scope["headers"], current, identity)
        scope["groundswell.holds"] = holds
        await self._pages(scope, once, answer)


def _check_target(method: str, path: str, query: bytes) -> None:
    """Refuse what no address of ours looks like.

    Raises:
        MethodNotAllowed, NotFound, BadRequest
    """
    if method not in _METHODS:
        raise MethodNotAllowed(
            "This method is not used here.", headers={"Allow": ", ".join(sorted(_METHODS))}
        )
    if path in _INSIDE or not path.isprintable() or {".", ".."} & set(path.split("/")):
        raise NotFound("There is nothing at this address.")
    if path.startswith("/api/") and path.endswith("/"):
        raise NotFound("There is nothing at this address. Leave out the slash at its end.")
    if not query.isascii():
        raise BadRequest("The query must be percent-encoded.")


def _comes_from_elsewhere(headers: Mapping[bytes, bytes]) -> bool:
    try:
        return comes_from_elsewhere(
            {name.decode("latin-1"): value.decode("latin-1") for name, value in headers.items()}
        )
    except ValueError:  # an Origin that is no address
        return True


def _target(scope: Scope) -> str:
    path: str = scope["raw_path"].decode("ascii")
    query: bytes = scope["query_string"]
    return f"{path}?{query.decode('ascii')}" if query else path


def _problem_of(error: Exception, path: str) -> Problem:
    if isinstance(error, Problem | DBAPIError | PoolTimeoutError | ConnectionError | TimeoutError):
        problem = as_problem(error)
        if problem.status >= 500:
            log.warning("request_failed", path=ascii(path), error=repr(error))
        return problem
    log.error("request_broke", path=ascii(path), exc_info=error)
    return Problem("Something broke on our side. It is in the log.")


def _count(method: str, prefix: str, status: int, seconds: float) -> None:
    route = f"/api/v1/{prefix}"
    metrics.requests.labels(str(Room.GATEWAY), method, route, status).inc()
    metrics.request_seconds.labels(str(Room.GATEWAY), route).observe(seconds)
