"""Connections of a room."""

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db import create_engine

_WHO = text("SELECT pg_backend_pid()")


async def process_of(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return int((await connection.execute(_WHO)).scalar_one())


async def test_a_connection_that_was_cut_while_it_rested_is_replaced_unnoticed(
    database_url: str,
) -> None:
    engine = create_engine(database_url, pool=1, application="test", rest_seconds=0.0)
    other = await asyncpg.connect(database_url)
    try:
        first = await process_of(engine)
        assert await process_of(engine) == first
        assert await other.fetchval("SELECT pg_terminate_backend($1, 5000)", first)
        assert await process_of(engine) != first
    finally:
        await other.close()
        await engine.dispose()
