"""API keys: shown once, kept as a hash, and dead as soon as they are revoked."""

import asyncio
import stat
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from typer.testing import CliRunner

from gateway.identity import callers as callers_module
from gateway.identity.callers import Callers
from gateway.identity.cli import key as key_command
from gateway.identity.cli import user as user_command
from gateway.identity.secrets import Kind, digest, new_secret
from shared.db import Database
from tests.gateway.conftest import House


async def test_key_is_shown_once_and_opens_the_door(house: House) -> None:
    made = await house.call("POST", "/api/v1/keys", json={"user": "admin", "name": "laptop"})
    assert made.status_code == 201
    secret = made.json()["key"]
    assert secret.startswith("gsw_")
    assert len(secret) == 47
    assert (await house.call("GET", "/api/v1/me", secret)).json()["name"] == "admin"

    listed = await house.call("GET", "/api/v1/keys?user=admin")
    assert [item["name"] for item in listed.json()["items"]] == ["laptop", "bootstrap"]
    assert secret not in listed.text
    assert listed.json()["items"][0]["last_used_at"] is not None


async def test_secret_is_kept_nowhere(house: House) -> None:
    made = await house.call(
        "POST",
        "/api/v1/keys",
        json={"user": "admin", "name": "laptop"},
        headers={"Idempotency-Key": "again"},
    )
    secret = made.json()["key"]
    async with house.database.transaction() as session:
        kept = (await session.execute(text("SELECT * FROM gateway.keys"))).all()
        answers = (await session.execute(text("SELECT * FROM corridor.idempotency_keys"))).all()
    assert digest(secret) in [value for row in kept for value in row]
    assert secret not in str(kept)
    assert answers == []


async def test_revoked_key_is_dead_at_once(house: House) -> None:
    made = (await house.call("POST", "/api/v1/keys", json={"user": "admin", "name": "x"})).json()
    assert (await house.call("GET", "/api/v1/posts", made["key"])).status_code == 200
    assert (await house.call("DELETE", f"/api/v1/keys/{made['id']}")).status_code == 204
    assert (await house.call("GET", "/api/v1/posts", made["key"])).status_code == 401
    assert (await house.call("DELETE", f"/api/v1/keys/{made['id']}")).status_code == 204


async def test_key_revoked_elsewhere_is_dead_within_five_seconds(house: House) -> None:
    now = 1000.0
    callers = Callers(house.database, clock=lambda: now)
    assert await callers.find(Kind.KEY, house.admin_key)
    async with house.database.transaction() as session:
        await session.execute(text("UPDATE gateway.keys SET revoked_at = now()"))
    assert await callers.find(Kind.KEY, house.admin_key)
    now += callers_module.REMEMBERED_SECONDS
    assert callers_module.REMEMBERED_SECONDS <= 5
    assert await callers.find(Kind.KEY, house.admin_key) is None


async def test_key_expires(house: House) -> None:
    wanted = {"user": "admin", "name": "short"}
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    naive = "2090-01-01T00:00:00"
    for moment in (past, naive):
        refused = await house.call("POST", "/api/v1/keys", json=wanted | {"expires_at": moment})
        assert refused.status_code == 422
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    made = (await house.call("POST", "/api/v1/keys", json=wanted | {"expires_at": soon})).json()
    assert (await house.call("GET", "/api/v1/me", made["key"])).status_code == 200
    async with house.database.transaction() as session:
        await session.execute(
            text("UPDATE gateway.keys SET expires_at = now() WHERE name = 'short'")
        )
    house.resources.callers.forget()
    assert (await house.call("GET", "/api/v1/me", made["key"])).status_code == 401


class CountingDatabase(Database):
    """Counts how often it is asked."""

    asked = 0

    def transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        self.asked += 1
        return super().transaction()


async def test_hundred_requests_at_once_ask_the_database_once(house: House) -> None:
    database = CountingDatabase(
        house.settings.database_url.get_secret_value(), pool=2, application="test"
    )
    callers = Callers(database)
    found = await asyncio.gather(*(callers.find(Kind.KEY, house.admin_key) for _ in range(100)))
    assert all(found)
    assert database.asked == 1
    unknown = new_secret(Kind.KEY)
    for _ in range(10):
        assert await callers.find(Kind.KEY, unknown) is None
    assert await callers.find(Kind.KEY, "no key at all") is None
    assert await callers.find(Kind.SESSION, house.admin_key) is None
    assert database.asked == 2
    await database.close()


async def test_answer_that_was_under_way_when_a_key_died_is_not_remembered(house: House) -> None:
    callers = Callers(house.database)
    asking = asyncio.create_task(callers.find(Kind.KEY, house.admin_key))
    await asyncio.sleep(0)
    callers.forget()
    assert await asking
    async with house.database.transaction() as session:
        await session.execute(text("UPDATE gateway.keys SET revoked_at = now()"))
    assert await callers.find(Kind.KEY, house.admin_key) is None


Command = Callable[..., Awaitable[str]]


@pytest.fixture
def command(house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """`await command(key, "list")`: a verb run against the database of the test."""
    settings = house.settings
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    for name, value in {
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "IDENTITY_PUBLIC_KEY_FILE": str(settings.identity_public_key_file),
    }.items():
        monkeypatch.setenv(f"GROUNDSWELL_{name}", value)

    async def run(app: typer.Typer, *arguments: str) -> str:
        result = await asyncio.to_thread(CliRunner().invoke, app, arguments)
        if result.exception:
            raise result.exception
        return result.output

    return run


async def test_bootstrap_writes_a_key_for_its_owner_alone(
    house: House, command: Command, tmp_path: Path
) -> None:
    file = tmp_path / "data" / "admin-key"
    await command(key_command, "bootstrap", "--out", str(file))
    first = file.read_text().strip()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (await house.call("GET", "/api/v1/me", first)).json()["roles"] == ["administrator"]

    await command(key_command, "bootstrap", "--out", str(file))
    assert file.read_text().strip() == first

    file.unlink()
    await command(key_command, "bootstrap", "--out", str(file))
    house.resources.callers.forget()
    assert (await house.call("GET", "/api/v1/me", first)).status_code == 401
    assert (await house.call("GET", "/api/v1/me", file.read_text().strip())).status_code == 200


async def test_users_and_keys_from_the_command_line(house: House, command: Command) -> None:
    await command(
        user_command, "create", "bridge", "--role", "connector", "--program", "--group", "g2"
    )
    assert "connector" in await command(user_command, "list")
    secret = (await command(key_command, "create", "--user", "bridge", "--name", "feeds")).strip()
    me = (await house.call("GET", "/api/v1/me", secret)).json()
    assert (me["kind"], me["groups"], me["permissions"]) == ("program", ["g2"], ["posts:ingest"])
    listed = await command(key_command, "list")
    assert secret[:10] in listed
    assert secret not in listed
    key_id = next(line for line in listed.splitlines() if "feeds" in line).split()[1]
    await command(key_command, "revoke", key_id)
    house.resources.callers.forget()
    assert (await house.call("GET", "/api/v1/me", secret)).status_code == 401
    await command(user_command, "deactivate", "bridge")
    with pytest.raises(Exception, match="not active"):
        await command(key_command, "create", "--user", "bridge", "--name", "again")
    with pytest.raises(Exception, match="already"):
        await command(user_command, "create", "bridge")
    with pytest.raises(Exception, match="name"):
        await command(user_command, "create", "No Good")
