"""What a process of the monitor holds besides the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from services.monitor.posts.valve import Valve
from services.monitor.tracking.memory import Memory
from shared.settings import Settings


@dataclass
class ApiResources:
    """What the API of the monitor holds: `valve` refuses posts while too many wait."""

    valve: Valve = field(default_factory=Valve)


@asynccontextmanager
async def open_api_resources(settings: Settings) -> AsyncIterator[ApiResources]:
    """The resources of one API process."""
    yield ApiResources()


@dataclass
class MonitorResources:
    """`memory`: the stories that the tracker of this process knows."""

    memory: Memory = field(default_factory=Memory)


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncIterator[MonitorResources]:
    """The resources of one worker."""
    yield MonitorResources()
