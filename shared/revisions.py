"""Waiting until somebody else has migrated: a room that starts on an older schema than it needs
would use up the tries of its deliveries."""

import asyncio
from collections.abc import Callable
from importlib import resources

import asyncpg
from alembic.script import ScriptDirectory

from shared.contracts.rooms import Room
from shared.migrate import SCHEMAS, Schema

# Migrations come first, the rights of the rooms' roles last, all at once.
_CLOSED = """
SELECT min(format('%I.%I', schemaname, tablename)) FROM pg_tables
WHERE schemaname = ANY($1)
  AND NOT has_table_privilege(format('%I.%I', schemaname, tablename), 'SELECT')
"""


async def wait_for_schema(
    url: str, room: Room, *, report: Callable[[str], None], pause: float = 2.0
) -> None:
    """Return when the corridor and the schema of `room` are as this version needs them; look every
    `pause` seconds.

    Needs only the room's own role. A newer schema than this version knows is fine: migrations keep
    what the version before them uses. What is waited for is reported once, and again when it
    changes.
    """
    schemas = [schema for schema in SCHEMAS if schema.name in ("corridor", room)]
    told = ""
    while reason := await _obstacle(url, schemas):
        if reason != told:
            told = reason
            report(f"waiting for the database: {reason}")
        await asyncio.sleep(pause)


async def _obstacle(url: str, schemas: list[Schema]) -> str:
    """What keeps the room from starting, in words; empty when nothing does."""
    try:
        connection = await asyncpg.connect(url, timeout=5)
        try:
            for schema in schemas:
                if missing := _missing(schema, await _applied(connection, schema)):
                    return f"migration {missing} has not run yet"
            closed = await connection.fetchval(_CLOSED, [schema.name for schema in schemas])
            return f"{closed} is not open to its role yet" if closed else ""
        finally:
            await connection.close()
    except (OSError, asyncpg.PostgresError) as error:
        return str(error) or type(error).__name__


async def _applied(connection: asyncpg.Connection, schema: Schema) -> set[str]:
    try:
        rows = await connection.fetch(
            f'SELECT version_num FROM "{schema.name}".alembic_version'  # noqa: S608
        )
    except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
        return set()
    return {row["version_num"] for row in rows}


def _missing(schema: Schema, applied: set[str]) -> str:
    scripts = ScriptDirectory(
        str(resources.files("shared.migrations")), version_locations=[str(schema.versions)]
    )
    known = {script.revision for script in scripts.walk_revisions()}
    return "" if applied - known else ", ".join(sorted(set(scripts.get_heads()) - applied))
