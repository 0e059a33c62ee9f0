"""Engines that were given by URL: do they answer, and what may we do there?"""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import asyncpg
import redis

from shared.engines import EngineFailed
from shared.engines.binaries import OLDEST_POSTGRES

_PATIENCE = 10.0
_QUESTION = """
SELECT current_setting('server_version_num')::int / 10000 AS version,
       rolcreaterole OR rolsuper AS may_create_roles
FROM pg_roles WHERE rolname = current_user
"""


def check_database(url: str) -> bool:
    """Whether the owner named in `url` may create roles.

    Raises:
        EngineFailed: the database does not answer, refuses us, or is too old.
    """
    version, may_create_roles = asyncio.run(_ask(url))
    if version < OLDEST_POSTGRES:
        raise EngineFailed(
            f"The database of GROUNDSWELL_DATABASE_URL is PostgreSQL {version}; "
            f"{OLDEST_POSTGRES} or later is needed."
        )
    return may_create_roles


async def _ask(url: str) -> tuple[int, bool]:
    try:
        connection = await asyncpg.connect(url, timeout=_PATIENCE)
        try:
            answer = await connection.fetchrow(_QUESTION)
        finally:
            await connection.close()
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise EngineFailed(
            f"The database of GROUNDSWELL_DATABASE_URL ({_place(url)}) cannot be used: "
            f"{_reason(error)}"
        ) from error
    return answer["version"], answer["may_create_roles"]


def check_redis(url: str) -> None:
    """Raise unless the Redis or Valkey at `url` answers.

    Raises:
        EngineFailed: it does not, or refuses us.
    """
    try:
        with redis.Redis.from_url(url, socket_timeout=_PATIENCE) as client:
            client.ping()
    except (OSError, ValueError, redis.RedisError) as error:
        raise EngineFailed(
            f"The Redis of GROUNDSWELL_REDIS_URL ({_place(url)}) cannot be used: {_reason(error)}"
        ) from error


def _place(url: str) -> str:
    """Host and port, without the password."""
    return urlsplit(url).netloc.rpartition("@")[2]


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
