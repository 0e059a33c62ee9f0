"""Probes and metrics on an inner port, beside whatever else the process does."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI

from shared.health import health_router
from shared.problems import install_problem_handlers
from shared.runtime import Runtime


class _QuietServer(uvicorn.Server):
    """A server that leaves the signals of this process to others."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@asynccontextmanager
async def health_page(runtime: Runtime) -> AsyncIterator[None]:
    """Serve the page on `health_port` for the time of the block; nothing where that is 0."""
    settings = runtime.settings
    if not settings.health_port:
        yield
        return
    app = FastAPI(openapi_url=None)
    app.state.runtime = runtime
    install_problem_handlers(app)
    app.include_router(health_router)
    server = _QuietServer(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.health_port,
            access_log=False,
            log_config=None,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
    )
    serving = asyncio.create_task(server.serve())
    try:
        yield
    finally:
        server.should_exit = True
        await serving
