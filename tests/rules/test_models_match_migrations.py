"""The tables of the code are those that the migrations make."""

import pkgutil
from importlib import import_module
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData
from sqlalchemy.ext.asyncio import create_async_engine

from shared.db import async_url
from shared.migrate import SCHEMAS
from shared.tables import corridor


def metadata_of(schema: str) -> MetaData:
    if schema == "corridor":
        return corridor
    package = import_module("gateway" if schema == "gateway" else f"services.{schema}")
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if module.name.endswith(".models"):
            import_module(module.name)
    metadata: MetaData = import_module(f"{package.__name__}.models").metadata
    return metadata


@pytest.mark.parametrize("schema", [schema.name for schema in SCHEMAS])
async def test_no_table_or_column_is_missing_or_left_over(schema: str, database_url: str) -> None:
    metadata = metadata_of(schema)
    assert metadata.tables

    def compare(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "compare_type": True,
                "version_table_schema": schema,
                "include_name": lambda name, kind, _: name == schema if kind == "schema" else True,
            },
        )
        return list(compare_metadata(context, metadata))

    engine = create_async_engine(async_url(database_url))
    try:
        async with engine.connect() as connection:
            assert await connection.run_sync(compare) == []
    finally:
        await engine.dispose()
