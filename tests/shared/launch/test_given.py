"""Engines given by URL: checked before anything starts, and refused in one line."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from shared.contracts.rooms import Room
from shared.engines import EngineFailed, RunningEngines, start_engines
from shared.engines.home import Home
from shared.launch.credentials import identity_key
from shared.launch.given import check_database, check_redis
from shared.launch.processes import Kind, Process
from shared.launch.wiring import Wiring


@pytest.fixture
def running(made: Path) -> Iterator[RunningEngines]:
    with start_engines(made, database_url=None, redis_url=None, report=lambda _: None) as engines:
        yield engines


def run(url: str, *statements: str) -> None:
    async def work() -> None:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(work())


def test_an_owner_who_may_create_roles_and_one_who_may_not(running: RunningEngines) -> None:
    url = running.engines.database_url
    assert check_database(url) is True
    run(url, "CREATE ROLE plain LOGIN PASSWORD 'plain'")
    try:
        at = url.rpartition("@")[2]
        assert check_database(f"postgresql://plain:plain@{at}") is False
    finally:
        run(url, "DROP ROLE plain")


def test_a_wrong_password_is_one_line_that_does_not_tell_it(running: RunningEngines) -> None:
    at = running.engines.database_url.rpartition("@")[2]
    with pytest.raises(EngineFailed, match="password authentication failed") as caught:
        check_database(f"postgresql://groundswell:hunter2@{at}")
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert at.partition("/")[0] in str(caught.value)


def test_a_database_that_is_not_there_is_one_line() -> None:
    with pytest.raises(EngineFailed, match=r"GROUNDSWELL_DATABASE_URL \(127\.0\.0\.1:9\)"):
        check_database("postgresql://groundswell:hunter2@127.0.0.1:9/groundswell")


def test_redis_is_asked_too(running: RunningEngines) -> None:
    check_redis(running.engines.redis_url)
    with pytest.raises(EngineFailed, match=r"GROUNDSWELL_REDIS_URL \(127\.0\.0\.1:9\)"):
        check_redis("redis://:hunter2@127.0.0.1:9/0")


def wiring(home: Home, passwords: dict[Room, str]) -> Wiring:
    return Wiring(
        home=home.path,
        owner_url="postgresql://owner:secret@db.example:5433/opinion?sslmode=require",
        redis_url="redis://cache.example",
        passwords=passwords,
        ports={"gateway": 8000, "monitor": 1, "analysis": 2, "response": 3, "archive": 4},
        key=identity_key(home),
    )


def test_rooms_use_their_own_roles_on_a_given_database(tmp_path: Path) -> None:
    monitor = Process("monitor", Room.MONITOR, Kind.API, ())
    wired = wiring(Home.open(tmp_path), {Room.MONITOR: "theirs"})
    assert wired.process(monitor, {})["GROUNDSWELL_DATABASE_URL"] == (
        "postgresql://groundswell_monitor:theirs@db.example:5433/opinion?sslmode=require"
    )


def test_rooms_share_the_owner_where_roles_cannot_be_made(tmp_path: Path) -> None:
    monitor = Process("monitor", Room.MONITOR, Kind.API, ())
    wired = wiring(Home.open(tmp_path), {})
    assert wired.process(monitor, {})["GROUNDSWELL_DATABASE_URL"] == wired.owner_url
    assert not [name for name in wired.migration({}) if name.endswith("_DATABASE_PASSWORD")]


def test_secrets_of_the_surroundings_reach_only_whom_they_are_for(tmp_path: Path) -> None:
    surroundings = {
        "GROUNDSWELL_IDENTITY_PRIVATE_KEY_FILE": "/elsewhere",
        "GROUNDSWELL_ARCHIVE_DATABASE_PASSWORD": "theirs",
        "GROUNDSWELL_LOG_LEVEL": "DEBUG",
    }
    monitor = Process("monitor", Room.MONITOR, Kind.API, ())
    environment = wiring(Home.open(tmp_path), {}).process(monitor, surroundings)
    assert environment["GROUNDSWELL_LOG_LEVEL"] == "DEBUG"
    assert "GROUNDSWELL_IDENTITY_PRIVATE_KEY_FILE" not in environment
    assert "GROUNDSWELL_ARCHIVE_DATABASE_PASSWORD" not in environment
