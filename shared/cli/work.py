"""`groundswell work ROOM`: the worker of one room."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
import uvicorn
import uvloop
from fastapi import FastAPI

from shared.contracts.rooms import Room
from shared.errors import ConfigurationError
from shared.health import health_router
from shared.log import set_up_logging
from shared.problems import install_problem_handlers
from shared.room import RoomDefinition, find_room
from shared.runtime import Runtime, open_runtime
from shared.settings import Settings, load_settings
from shared.worker import Worker, stop_on_signals


def work(room: Annotated[Room, typer.Argument(help="The room")]) -> None:
    """Take the work of one room until stopped."""
    settings = load_settings(room)
    set_up_logging(room=room, role="worker", level=settings.log_level, form=settings.log_format)
    definition = find_room(room)
    if not definition.jobs.handlers and not definition.jobs.schedules:
        raise ConfigurationError(f"The room {room} has no work of its own.")
    uvloop.run(_work(definition, settings))


async def _work(definition: RoomDefinition, settings: Settings) -> None:
    resources = definition.worker_resources or definition.resources
    async with open_runtime(settings, role="worker", resources=resources) as runtime:
        worker = Worker(runtime, definition.room, definition.jobs)
        stop_on_signals(worker)
        health = asyncio.create_task(_serve_health(runtime)) if settings.health_port else None
        try:
            await worker.run()
        finally:
            if health is not None:
                health.cancel()
                await asyncio.gather(health, return_exceptions=True)


class _QuietServer(uvicorn.Server):
    """A server that leaves the signals of this process to the worker."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


async def _serve_health(runtime: Runtime) -> None:
    """The page of probes and metrics."""
    app = FastAPI(openapi_url=None)
    app.state.runtime = runtime
    install_problem_handlers(app)
    app.include_router(health_router)
    server = _QuietServer(
        uvicorn.Config(
            app,
            host=runtime.settings.host,
            port=runtime.settings.health_port,
            access_log=False,
            log_config=None,
            lifespan="off",
        )
    )
    await server.serve()
