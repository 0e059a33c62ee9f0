"""`groundswell serve ROOM`: the API of one room."""

from typing import Annotated

import typer
import uvicorn

from shared.app import create_room_app
from shared.contracts.rooms import Room
from shared.garbage import collect_seldom
from shared.log import set_up_logging
from shared.room import find_room
from shared.settings import load_settings


def serve(room: Annotated[Room, typer.Argument(help="The room")]) -> None:
    """Serve the API of one room until stopped."""
    settings = load_settings(room)
    set_up_logging(room=room, role="api", level=settings.log_level, form=settings.log_format)
    definition = find_room(room)
    build = definition.app or create_room_app
    app = build(definition, settings)
    collect_seldom()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=definition.protocol or "httptools",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=8,
        h11_max_incomplete_event_size=32 * 1024,
    )
