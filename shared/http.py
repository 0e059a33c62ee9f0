"""One request is one transaction, committed at the edge before the answer leaves."""

import hashlib
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import HEADER, IdentityVerifier
from shared.errors import BadRequest
from shared.idempotency import Replay, remember_answer, reserve_key
from shared.problems import PROBLEM_RESPONSES
from shared.runtime import Runtime

_MAX_KEY = 200


async def current_session(request: Request) -> AsyncSession:
    """The session of this request. It takes a connection at its first statement."""
    session: AsyncSession = request.state.session
    return session


async def current_runtime(request: Request) -> Runtime:
    """The runtime of this process."""
    runtime: Runtime = request.app.state.runtime
    return runtime


Session = Annotated[AsyncSession, Depends(current_session)]
CurrentRuntime = Annotated[Runtime, Depends(current_runtime)]


class TransactionalRoute(APIRoute):
    """Opens a transaction around an endpoint, and commits it when the answer is a success.

    A POST with an `Idempotency-Key` runs once: its answer is kept in the same transaction, and a
    repetition by the same caller gets that answer.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler."""
        endpoint = super().get_route_handler()

        async def handle(request: Request) -> Response:
            runtime: Runtime = request.app.state.runtime
            request.scope["groundswell.route"] = self.path_format
            async with runtime.database.session() as session:
                request.state.session = session
                key = request.headers.get("idempotency-key")
                if key is None or request.method != "POST":
                    response = await endpoint(request)
                else:
                    response = await _once(request, session, key, endpoint)
                if response.status_code < 400:
                    await session.commit()
                    runtime.doorbell.ring(session)
                else:
                    await session.rollback()
                return response

        return handle


async def _once(
    request: Request,
    session: AsyncSession,
    key: str,
    endpoint: Callable[[Request], Coroutine[Any, Any, Response]],
) -> Response:
    if not 1 <= len(key) <= _MAX_KEY or not key.isprintable():
        raise BadRequest(f"Idempotency-Key must be 1 to {_MAX_KEY} printable characters.")
    runtime: Runtime = request.app.state.runtime
    verifier: IdentityVerifier = request.app.state.verifier
    actor = verifier.verify(request.headers.get(HEADER, ""))
    room = str(runtime.settings.room)
    target = f"{request.method} {request.url.path}\n".encode()
    digest = hashlib.sha256(target + await request.body()).digest()
    earlier = await reserve_key(session, room=room, actor_id=actor.id, key=key, digest=digest)
    if isinstance(earlier, Replay):
        return Response(
            content=earlier.body,
            status_code=earlier.status,
            media_type=earlier.media_type,
            headers={"Idempotency-Replayed": "true"},
        )
    response = await endpoint(request)
    if response.status_code < 400:
        await remember_answer(session, room=room, actor_id=actor.id, key=key, response=response)
    return response


def room_router(prefix: str, tag: str) -> APIRouter:
    """The router of one folder: endpoints are transactions, and say which errors they answer."""
    return APIRouter(
        prefix=f"/api/v1{prefix}",
        tags=[tag],
        route_class=TransactionalRoute,
        responses=PROBLEM_RESPONSES,
    )
