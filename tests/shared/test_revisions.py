"""A room waits until its schema is as it needs it, and no longer."""

import asyncio
from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest

from shared.contracts import Room
from shared.engines import Engines
from shared.migrate import migrate
from shared.revisions import wait_for_schema


@pytest.fixture
async def empty_database(engines: Engines, worker_id: str) -> AsyncIterator[str]:
    """A database in which nobody has migrated."""
    name = f"groundswell_empty_{worker_id}"
    owner = await asyncpg.connect(engines.database_url)
    await owner.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await owner.execute(f'CREATE DATABASE "{name}"')
    yield f"{engines.database_url.rpartition('/')[0]}/{name}"
    await owner.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await owner.close()


async def wait(url: str, report: Callable[[str], None]) -> None:
    """Wait as an init container does, only less patiently."""
    async with asyncio.timeout(20):
        await wait_for_schema(url, Room.RESPONSE, report=report, pause=0.05)


async def test_a_migrated_database_is_not_waited_for(database_url: str) -> None:
    told: asyncio.Queue[str] = asyncio.Queue()
    await wait(database_url, told.put_nowait)
    assert told.empty()


async def test_the_wait_ends_when_somebody_else_has_migrated(empty_database: str) -> None:
    told: asyncio.Queue[str] = asyncio.Queue()
    waiting = asyncio.create_task(wait(empty_database, told.put_nowait))
    assert (await told.get()).startswith("waiting for the database: migration ")
    assert not waiting.done()
    await migrate(empty_database, report=lambda _: None)
    await waiting


async def test_an_older_version_starts_on_a_newer_schema(empty_database: str) -> None:
    await migrate(empty_database, report=lambda _: None)
    owner = await asyncpg.connect(empty_database)
    await owner.execute("UPDATE response.alembic_version SET version_num = 'response_9999'")
    await owner.close()
    told: asyncio.Queue[str] = asyncio.Queue()
    await wait(empty_database, told.put_nowait)
    assert told.empty()


async def test_a_room_waits_until_its_role_may_use_what_is_new(
    empty_database: str, worker_id: str
) -> None:
    await migrate(empty_database, report=lambda _: None)
    role = f"waiting_{worker_id}"
    owner = await asyncpg.connect(empty_database)
    await owner.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'sesame'")
    try:
        for schema in ("corridor", "response"):
            await owner.execute(f"GRANT USAGE ON SCHEMA {schema} TO {role}")
            await owner.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}")
        await owner.execute("CREATE TABLE response.newcomers (id int)")
        told: asyncio.Queue[str] = asyncio.Queue()
        address = empty_database.rpartition("@")[2]
        waiting = asyncio.create_task(
            wait(f"postgresql://{role}:sesame@{address}", told.put_nowait)
        )
        closed = "waiting for the database: response.newcomers is not open to its role yet"
        assert await told.get() == closed
        await owner.execute(f"GRANT SELECT ON response.newcomers TO {role}")
        await waiting
    finally:
        await owner.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")
        await owner.close()


async def test_a_database_that_does_not_answer_is_waited_for(engines: Engines) -> None:
    told: asyncio.Queue[str] = asyncio.Queue()
    url = engines.database_url.rpartition("/")[0] + "/groundswell_no_such_database"
    waiting = asyncio.create_task(wait(url, told.put_nowait))
    assert "groundswell_no_such_database" in await told.get()
    await asyncio.sleep(0.2)
    waiting.cancel()
    assert told.empty()
