"""Bring the database to the form that this version of the rooms needs.

Run by the owner of the database, before the rooms start. Every room has a schema, a version table
and a role of its own; the role sees its own schema and the corridor, nothing else.
"""

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.contracts.rooms import Room
from shared.db import async_url
from shared.errors import ConfigurationError

# Any number will do, as long as every migration job of this product uses the same one.
_ADVISORY_LOCK = 7_215_544

# What a room's role may do in the corridor. Nobody may change an event, not even its sender.
_CORRIDOR_GRANTS = {
    "events": "SELECT, INSERT, DELETE",
    "deliveries": "SELECT, INSERT, UPDATE, DELETE",
    "schedules": "SELECT, INSERT, DELETE",
    "idempotency_keys": "SELECT, INSERT, UPDATE, DELETE",
    "workers": "SELECT, INSERT, UPDATE, DELETE",
    "alembic_version": "SELECT",
}


@dataclass(frozen=True)
class Schema:
    """One schema and where its migrations lie."""

    name: str
    package: str

    @property
    def versions(self) -> Path:
        """The folder of the migrations."""
        return Path(str(resources.files(self.package))) / "versions"


SCHEMAS = (
    Schema("corridor", "shared.migrations"),
    Schema("gateway", "gateway.migrations"),
    Schema("monitor", "services.monitor.migrations"),
    Schema("analysis", "services.analysis.migrations"),
    Schema("response", "services.response.migrations"),
    Schema("archive", "services.archive.migrations"),
)


def alembic_config(
    schema: Schema, connection: Connection, metadata: MetaData | None = None
) -> Config:
    """Alembic's configuration for one schema, on an open connection."""
    config = Config()
    config.set_main_option("script_location", str(resources.files("shared.migrations")))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", str(schema.versions))
    config.attributes.update(connection=connection, schema=schema.name, metadata=metadata)
    return config


async def migrate(url: str, *, report: Callable[[str], None]) -> None:
    """Create or upgrade every schema, then the roles for which a password is given.

    Passwords come from `GROUNDSWELL_<ROOM>_DATABASE_PASSWORD`. Two migrations at once wait for each
    other.

    Raises:
        ConfigurationError: a password is set, and the owner may not create roles.
    """
    engine = create_async_engine(async_url(url), connect_args={"timeout": 10})
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_LOCK})
            await connection.commit()
            for schema in SCHEMAS:
                await connection.run_sync(_upgrade, schema)
                report(f"schema {schema.name} is up to date")
            passwords = _passwords()
            if passwords:
                await connection.run_sync(_create_roles, passwords)
                await connection.commit()
                report(f"{len(passwords)} database roles are set")
            await connection.execute(
                text("SELECT pg_advisory_unlock(:key)"), {"key": _ADVISORY_LOCK}
            )
            await connection.commit()
    finally:
        await engine.dispose()


def role_of(room: Room) -> str:
    """The database role of a room."""
    return f"groundswell_{room}"


def _passwords() -> dict[Room, str]:
    found = {
        room: os.environ.get(f"GROUNDSWELL_{room.upper()}_DATABASE_PASSWORD", "") for room in Room
    }
    return {room: password for room, password in found.items() if password}


def _upgrade(connection: Connection, schema: Schema) -> None:
    connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema.name}"'))
    connection.commit()
    command.upgrade(alembic_config(schema, connection), "head")
    connection.commit()


def _create_roles(connection: Connection, passwords: dict[Room, str]) -> None:
    may_create = connection.execute(
        text("SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user")
    ).scalar_one()
    if not may_create:
        raise ConfigurationError(
            "The database user may not create roles. Give it CREATEROLE, or create the rooms' "
            "roles yourself and leave GROUNDSWELL_<ROOM>_DATABASE_PASSWORD unset."
        )
    for statement in _role_statements(connection, passwords):
        connection.execute(text(statement))


def _role_statements(connection: Connection, passwords: dict[Room, str]) -> Iterable[str]:
    existing = set(connection.execute(text("SELECT rolname FROM pg_roles")).scalars())
    for room, password in passwords.items():
        role = role_of(room)
        if not re.fullmatch(r"[A-Za-z0-9_-]{16,200}", password):
            raise ConfigurationError(
                f"GROUNDSWELL_{room.upper()}_DATABASE_PASSWORD must be 16 to 200 letters, digits, "
                "'-' or '_'."
            )
        verb = "ALTER" if role in existing else "CREATE"
        yield f"{verb} ROLE {role} LOGIN PASSWORD '{password}'"
        yield f"GRANT USAGE ON SCHEMA {room}, corridor TO {role}"
        yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {room} TO {role}"
        yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {room} TO {role}"
        for table, grants in _CORRIDOR_GRANTS.items():
            yield f"GRANT {grants} ON corridor.{table} TO {role}"
