"""A room as an ASGI app: its endpoints, its health, its errors, its log line a request."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from pydantic import BaseModel
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import metrics
from shared.auth import IdentityVerifier, read_key
from shared.health import health_router
from shared.ids import new_id
from shared.log import get_logger, request_id
from shared.problems import ProblemDocument, install_problem_handlers
from shared.room import RoomDefinition
from shared.runtime import open_runtime
from shared.settings import Settings

log = get_logger(__name__)

REQUEST_ID_HEADER = b"x-request-id"


def create_room_app(definition: RoomDefinition, settings: Settings) -> FastAPI:
    """The API of one room.

    Raises:
        ConfigurationError: the identity key cannot be read.
    """
    verifier = IdentityVerifier(
        read_key(settings.identity_public_key_file, "GROUNDSWELL_IDENTITY_PUBLIC_KEY_FILE"),
        definition.room,
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_runtime(settings, role="api", resources=definition.resources) as runtime:
            app.state.runtime = runtime
            yield

    app = FastAPI(
        title=f"Groundswell {definition.title}",
        lifespan=lifespan,
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
    )
    app.state.verifier = verifier
    app.state.figures = definition.figures
    install_problem_handlers(app)
    app.include_router(health_router)
    for router in definition.routers:
        app.include_router(router)
    _document(app, ProblemDocument, *definition.raw_bodies)
    app.add_middleware(RequestLog, room=str(definition.room))
    return app


def _document(app: FastAPI, *shapes: type[BaseModel]) -> None:
    """Put shapes that FastAPI does not see into the OpenAPI components, where routes refer to
    them."""
    plain = app.openapi

    def openapi() -> dict[str, object]:
        document = plain()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for shape in shapes:
            described = shape.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= described.pop("$defs", {}) | {shape.__name__: described}
        schemas.pop("HTTPValidationError", None)
        schemas.pop("ValidationError", None)
        return document

    app.openapi = openapi  # type: ignore[method-assign]


class RequestLog:
    """Gives every request an id, and one line in the log when it was answered."""

    def __init__(self, app: ASGIApp, *, room: str) -> None:
        self._app = app
        self._room = room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        current = headers.get(REQUEST_ID_HEADER, b"").decode("ascii", "replace") or str(new_id())
        token = request_id.set(current)
        started = time.perf_counter()
        status = 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    (REQUEST_ID_HEADER, current.encode("ascii", "replace")),
                ]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            seconds = time.perf_counter() - started
            route = scope.get("groundswell.route", "other")
            metrics.requests.labels(self._room, scope["method"], route, status).inc()
            metrics.request_seconds.labels(self._room, route).observe(seconds)
            if route != "other":
                log.info(
                    "request",
                    method=scope["method"],
                    path=scope["path"],
                    status=status,
                    ms=round(seconds * 1000, 1),
                )
            request_id.reset(token)
