"""What a running room holds: its settings, its database, the doorbell, and its own resources."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Database
from shared.events import Doorbell
from shared.settings import Settings

# Opens what a room needs besides database and Redis (a model, an HTTP client) and closes it again.
Resources = Callable[[Settings], AbstractAsyncContextManager[Any]]


@asynccontextmanager
async def no_resources(_: Settings) -> AsyncIterator[None]:
    """A room that needs nothing else."""
    yield None


@dataclass(frozen=True)
class Runtime:
    """One process of one room."""

    settings: Settings
    database: Database
    doorbell: Doorbell
    resources: Any

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """One transaction; when it has committed, the rooms that hear of it are rung."""
        async with self.database.session() as session:
            async with session.begin():
                yield session
            self.doorbell.ring(session)


@asynccontextmanager
async def open_runtime(
    settings: Settings, *, role: str, resources: Resources = no_resources
) -> AsyncIterator[Runtime]:
    """Open everything a process of a room needs; `role` is `api` or `worker`."""
    database = Database.of(settings, role=role)
    doorbell = Doorbell(settings.redis_url.get_secret_value())
    try:
        async with resources(settings) as own:
            yield Runtime(settings=settings, database=database, doorbell=doorbell, resources=own)
    finally:
        await doorbell.close()
        await database.close()
