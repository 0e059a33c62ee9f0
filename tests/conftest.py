"""What every test may use: real PostgreSQL and Valkey, a migrated database, rooms in process.

The engines start once for all xdist workers and are shared; each worker has a database of its own,
in which each test begins with empty tables.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as property_settings
from sqlalchemy.ext.asyncio import AsyncSession

from shared.app import create_room_app
from shared.auth import HEADER, IdentitySigner, make_key_pair
from shared.contracts import Room
from shared.contracts.actors import Actor, Permission
from shared.engines import Engines, start_engines
from shared.ids import new_id
from shared.log import set_up_logging
from shared.migrate import SCHEMAS, migrate
from shared.room import RoomDefinition
from shared.runtime import Runtime, open_runtime
from shared.settings import Settings
from shared.worker import Worker
from tests.sharing import Sharing

REPOSITORY = Path(__file__).resolve().parent.parent

# No example is failed for its time: these machines are shared. A change is judged by the same
# examples each time; at the desk they are new ones.
property_settings.register_profile(
    "shared",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
property_settings.load_profile("shared")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Sharing:
    """With several workers, tests that share a running system stay in one."""
    return Sharing(config, log)


# Under this name a test records a line for the summary of the run (`record_property`).
TOLD = "told"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests told: counts and times that people want to see when all went well too."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            told = [value for name, value in report.user_properties if name == TOLD]
            if told and report.when == "call":
                terminalreporter.section(report.nodeid.rpartition("::")[2], sep="-")
                for line in told:
                    terminalreporter.write_line(str(line))


@pytest.fixture(autouse=True, scope="session")
def quiet_logs() -> None:
    """Logs as in production: one line each, without local variables."""
    set_up_logging(room="test", role="test", level="WARNING")


@pytest.fixture(scope="session")
def engines() -> Iterator[Engines]:
    """PostgreSQL and Valkey: ours under `.groundswell-test/`, or those that the URLs name."""
    running = start_engines(
        REPOSITORY / ".groundswell-test",
        database_url=os.environ.get("GROUNDSWELL_TEST_DATABASE_URL"),
        redis_url=os.environ.get("GROUNDSWELL_TEST_REDIS_URL"),
        report=lambda _: None,
    )
    yield running.engines
    running.stop()


@pytest.fixture(scope="session")
def database_url(engines: Engines) -> Iterator[str]:
    """A migrated database of this test process alone, dropped when it ends."""
    name = f"groundswell_test_{os.getpid()}"
    base, _, _ = engines.database_url.rpartition("/")
    url = f"{base}/{name}"

    async def administer(*statements: str) -> None:
        connection = await asyncpg.connect(engines.database_url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    drop = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
    asyncio.run(administer(drop, f'CREATE DATABASE "{name}"'))
    asyncio.run(migrate(url, report=lambda _: None))
    yield url
    asyncio.run(administer(drop))


@pytest.fixture(scope="session")
def identity_keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Files with the private and the public half of the gateway's key."""
    folder = tmp_path_factory.mktemp("identity")
    private, public = make_key_pair()
    (folder / "private.pem").write_bytes(private)
    (folder / "public.pem").write_bytes(public)
    return folder / "private.pem", folder / "public.pem"


SettingsFor = Callable[..., Settings]


@pytest.fixture(scope="session")
def settings_for(
    engines: Engines, database_url: str, identity_keys: tuple[Path, Path]
) -> SettingsFor:
    """`settings_for(Room.MONITOR, backlog_limit=5)`: settings on this worker's database."""

    def build(room: Room, **changes: object) -> Settings:
        values: dict[str, object] = {
            "room": room,
            "database_url": database_url,
            "redis_url": engines.redis_url,
            "identity_public_key_file": identity_keys[1],
            "identity_private_key_file": identity_keys[0] if room is Room.GATEWAY else None,
            "database_pool": 4,
            # At once open, and the same for every test that is not about models.
            "analysis_model": "lexicon",
            "source_pace_seconds": 0,
            "sealing_keys": "a-key-for-tests-and-nothing-else",
        }
        return Settings.model_validate(values | changes)

    return build


_TABLES = """
SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
WHERE schemaname = ANY($1) AND tablename <> 'alembic_version'
"""


@pytest.fixture
async def clean_database(database_url: str) -> str:
    """The database with all tables empty."""
    connection = await asyncpg.connect(database_url)
    try:
        names = await connection.fetch(_TABLES, [schema.name for schema in SCHEMAS])
        tables = ", ".join(row[0] for row in names)
        await connection.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
    finally:
        await connection.close()
    return database_url


def make_actor(
    name: str = "officer", *permissions: Permission, groups: tuple[str, ...] = ()
) -> Actor:
    """A caller; without permissions named, one who may do everything."""
    return Actor(
        id=f"user:{name}",
        name=name,
        groups=frozenset(groups),
        permissions=frozenset(permissions or Permission),
    )


class RoomClient:
    """A room in process: its API for any caller, its worker run on demand, its database."""

    def __init__(
        self, definition: RoomDefinition, runtime: Runtime, http: httpx.AsyncClient, key: bytes
    ) -> None:
        self.definition = definition
        self.runtime = runtime
        self._http = http
        self._signer = IdentitySigner(key)
        self._worker = Worker(runtime, definition.room, definition.jobs)

    async def call(
        self,
        method: str,
        path: str,
        *,
        actor: Actor | None = None,
        headers: dict[str, str] | None = None,
        **request: object,
    ) -> httpx.Response:
        """Send a request as `actor` (by default one who may do everything)."""
        identity = self._signer.sign(actor or make_actor(), self.definition.room)
        return await self._http.request(
            method, path, headers={HEADER: identity} | (headers or {}), **request
        )

    async def get(self, path: str, **request: object) -> httpx.Response:
        """GET as one who may do everything, unless an actor is given."""
        return await self.call("GET", path, **request)

    async def post(self, path: str, json: object = None, **request: object) -> httpx.Response:
        """POST a JSON body."""
        return await self.call("POST", path, json=json, **request)

    async def work(self) -> bool:
        """Run the deliveries that are ready; True if there were any."""
        return await self._worker.drain()

    async def tick(self) -> bool:
        """Open the schedules that are due, and run what is ready."""
        return await self._worker.drain(schedules=True)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A transaction in the room's database."""
        async with self.runtime.transaction() as session:
            yield session


OpenRoom = Callable[..., Awaitable[RoomClient]]


@pytest.fixture
async def open_room(
    clean_database: str, settings_for: SettingsFor, identity_keys: tuple[Path, Path]
) -> AsyncIterator[OpenRoom]:
    """`await open_room(definition, backlog_limit=5)`: a room on empty tables."""
    async with AsyncExitStack() as stack:

        async def build(definition: RoomDefinition, **changes: object) -> RoomClient:
            settings = settings_for(definition.room, **changes)
            app = create_room_app(definition, settings)
            await stack.enter_async_context(app.router.lifespan_context(app))
            runtime = await stack.enter_async_context(
                open_runtime(
                    settings,
                    role="worker",
                    resources=definition.worker_resources or definition.resources,
                )
            )
            http = await stack.enter_async_context(
                httpx.AsyncClient(
                    transport=httpx.ASGITransport(app=app, raise_app_exceptions=False),
                    base_url="http://room",
                )
            )
            return RoomClient(definition, runtime, http, identity_keys[0].read_bytes())

        yield build


@pytest.fixture
def fresh_key() -> str:
    """An Idempotency-Key that nobody used."""
    return str(new_id())
