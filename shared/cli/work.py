"""`groundswell work ROOM`: the worker of one room."""

from typing import Annotated

import typer
import uvloop

from shared.contracts.rooms import Room
from shared.errors import ConfigurationError
from shared.garbage import collect_seldom
from shared.health_page import health_page
from shared.log import set_up_logging
from shared.room import RoomDefinition, find_room
from shared.runtime import open_runtime
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
        collect_seldom()
        stop_on_signals(worker)
        async with health_page(runtime):
            await worker.run()
