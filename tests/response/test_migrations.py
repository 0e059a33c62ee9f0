"""The migrations make exactly the tables that the room's code expects."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from services.response.models import metadata
from services.response.room import room
from shared.db import async_url


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(
        connection,
        opts={
            "include_schemas": True,
            "compare_type": True,
            "version_table_schema": "response",
            "include_name": lambda name, kind, _: kind != "schema" or name == "response",
        },
    )
    return list(compare_metadata(context, metadata))


async def test_the_database_is_what_the_models_say(clean_database: str) -> None:
    assert room.routers  # the room's definition loads every table
    engine = create_async_engine(async_url(clean_database))
    try:
        async with engine.connect() as connection:
            assert await connection.run_sync(differences) == []
    finally:
        await engine.dispose()
