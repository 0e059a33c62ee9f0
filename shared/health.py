"""Is it alive, is it ready, and how does it do: for probes and for Prometheus."""

import asyncio

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.errors import Unavailable
from shared.figures import ReadFigures, no_figures, read_figures
from shared.runtime import Runtime

health_router = APIRouter(include_in_schema=False)


@health_router.get("/livez")
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@health_router.get("/readyz")
async def ready(request: Request) -> dict[str, str]:
    """The database answers. Redis is only a doorbell: without it the room is slower, and ready.

    Raises:
        Unavailable: the database does not answer.
    """
    runtime: Runtime = request.app.state.runtime
    try:
        async with asyncio.timeout(3):
            await runtime.database.ping()
    except Exception as error:
        raise Unavailable("The database does not answer.", retry_after=2) from error
    try:
        async with asyncio.timeout(1):
            await runtime.doorbell.ping()
    except Exception:  # said in the answer
        return {"status": "ready", "database": "ok", "redis": "away"}
    return {"status": "ready", "database": "ok", "redis": "ok"}


@health_router.get("/metrics")
async def prometheus(request: Request) -> Response:
    """All metrics of this process, and what stands in the database about its room."""
    own: ReadFigures = getattr(request.app.state, "figures", no_figures)
    figures = await read_figures(request.app.state.runtime, own)
    return Response(generate_latest() + figures, media_type=CONTENT_TYPE_LATEST)
