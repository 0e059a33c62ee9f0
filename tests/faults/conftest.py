"""Engines that a test may crash, and the real system to be hurt."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from shared.contracts import Room
from shared.engines import RunningEngines, start_engines
from shared.migrate import migrate
from shared.runtime import open_runtime
from shared.settings import Settings
from tests.conftest import TOLD
from tests.faults.counting_room import TABLES
from tests.faults.telling import Tell
from tests.faults.workshop import Workshop
from tests.monitor.desk import desk, mailbox

__all__ = ["desk", "mailbox"]

_FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them, so that `-m faults` runs them and `-m "not faults"` leaves them out."""
    for item in items:
        if _FOLDER in item.path.parents:
            item.add_marker(pytest.mark.faults)


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """`tell("counts: ...")` puts a line into the summary of the run."""
    return lambda line: record_property(TOLD, line)


@pytest.fixture(scope="session")
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of engines that only these tests use."""
    return tmp_path_factory.mktemp("faults")


@pytest.fixture(scope="session")
def own_engines(own_home: Path) -> Iterator[RunningEngines]:
    """PostgreSQL, migrated, and Valkey; they may be crashed."""
    running = start_engines(own_home, database_url=None, redis_url=None, report=lambda _: None)

    async def prepare() -> None:
        await migrate(running.engines.database_url, report=lambda _: None)
        connection = await asyncpg.connect(running.engines.database_url)
        try:
            await connection.execute(TABLES)
        finally:
            await connection.close()

    asyncio.run(prepare())
    yield running
    running.stop()


@pytest.fixture
async def workshop(
    own_engines: RunningEngines, own_home: Path, tmp_path: Path
) -> AsyncIterator[Workshop]:
    """Empty tables, and no worker yet."""
    settings = Settings.model_validate(
        {
            "room": Room.RESPONSE,
            "database_url": own_engines.engines.database_url,
            "redis_url": own_engines.engines.redis_url,
            "identity_public_key_file": "/dev/null",
            "database_pool": 4,
        }
    )
    connection = await asyncpg.connect(own_engines.engines.database_url)
    try:
        await connection.execute(
            "TRUNCATE faults.effects, faults.ticks, faults.orders, corridor.events, "
            "corridor.deliveries, corridor.schedules, corridor.workers"
        )
    finally:
        await connection.close()
    async with open_runtime(settings, role="api") as runtime:
        workshop = Workshop(own_engines, own_home, runtime, tmp_path)
        try:
            yield workshop
        finally:
            workshop.stop()
