"""Waiting until somebody else has migrated: a room that starts on an older schema than it needs
would use up the tries of its deliveries."""

import asyncio
from collections.abc import Callable
from importlib import resources

import asyncpg
from alembic.script import ScriptDirectory

from shared.contracts.rooms import Room
from shared.migrate import SCHEMAS, Schema

_UNDEFINED = (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError)


async def wait_for_schema(
    url: str, room: Room, *, report: Callable[[str], None], pause: float = 2.0
) -> None:
    """Return when the schema of `room` is as this version needs it; look every `pause` seconds.

    Needs only the room's own role. A newer schema than this version knows is fine: migrations keep
    what the version before them uses. What is waited for is reported once, and again when it
    changes.
    """
    schema = next(schema for schema in SCHEMAS if schema.name == room)
    told = ""
    while reason := await _obstacle(url, schema):
        if reason != told:
            told = reason
            report(f"waiting for the schema {schema.name}: {reason}")
        await asyncio.sleep(pause)


async def _obstacle(url: str, schema: Schema) -> str:
    """What keeps the room from starting, in words; empty when nothing does."""
    try:
        found = await _applied(url, schema)
    except (OSError, asyncpg.PostgresError) as error:
        return str(error) or type(error).__name__
    scripts = ScriptDirectory(
        str(resources.files("shared.migrations")), version_locations=[str(schema.versions)]
    )
    known = {script.revision for script in scripts.walk_revisions()}
    missing = set(scripts.get_heads()) - found
    if not missing or found - known:
        return ""
    return f"migration {', '.join(sorted(missing))} has not run yet"


async def _applied(url: str, schema: Schema) -> set[str]:
    connection = await asyncpg.connect(url, timeout=5)
    try:
        rows = await connection.fetch(
            f'SELECT version_num FROM "{schema.name}".alembic_version'  # noqa: S608
        )
    except _UNDEFINED:
        return set()
    finally:
        await connection.close()
    return {row["version_num"] for row in rows}
