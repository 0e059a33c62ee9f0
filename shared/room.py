"""The definition of a room: what `groundswell serve` and `groundswell work` need to run it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.types import ASGIApp

from shared.contracts.rooms import Room
from shared.errors import ConfigurationError
from shared.figures import ReadFigures, no_figures
from shared.jobs import Jobs
from shared.runtime import Resources, no_resources
from shared.settings import Settings

BuildApp = Callable[["RoomDefinition", Settings], ASGIApp]


@dataclass(frozen=True)
class RoomDefinition:
    """One room: its endpoints, its handlers, and what it opens at its start."""

    room: Room
    title: str
    routers: Sequence[APIRouter]
    jobs: Jobs = field(default_factory=Jobs)
    resources: Resources = no_resources
    worker_resources: Resources | None = None
    # What its API tells Prometheus besides what all rooms do.
    figures: ReadFigures = no_figures
    # Bodies that a route reads from the bytes itself: they are described all the same.
    raw_bodies: Sequence[type[BaseModel]] = ()
    # Only the gateway builds an app of another kind.
    app: BuildApp | None = None
    # Only the gateway, which the outside reaches, has a stricter protocol than uvicorn's.
    protocol: type[asyncio.Protocol] | None = None


def find_room(room: Room) -> RoomDefinition:
    """Load the definition that a package registered under the entry point `groundswell.rooms`.

    Raises:
        ConfigurationError: the room's code or one of its libraries is not installed.
    """
    for entry in entry_points(group="groundswell.rooms", name=room):
        try:
            definition = entry.load()
        except ModuleNotFoundError as error:
            raise ConfigurationError(
                f"{error.name} is missing. Install it with: pip install 'groundswell[{room}]'"
            ) from error
        if isinstance(definition, RoomDefinition):
            return definition
    raise ConfigurationError(f"No room named {room} is installed (entry point groundswell.rooms).")
