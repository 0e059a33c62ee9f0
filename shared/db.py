"""The database as a room sees it: one engine, one way to open a transaction."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from enum import StrEnum
from typing import Any

import asyncpg
from sqlalchemy import Enum, event, func, select, text
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass
from sqlalchemy.pool import ConnectionPoolEntry

from shared.contracts.rooms import Room
from shared.settings import Settings


class Model(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """Base of every table class of every room. Each names its room's schema itself."""


def enum_text(kind: type[StrEnum]) -> Enum:
    """A column that holds a StrEnum's values as text: a new value needs no migration."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda members: [str(member.value) for member in members],
    )


def async_url(url: str) -> str:
    """The same database address, for SQLAlchemy's asyncpg dialect."""
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            return "postgresql+asyncpg://" + url.removeprefix(plain)
    return url


# SQLSTATE: the connection, a conflict with others, no resources, the server stopping or starting,
# a transaction cut off because it was idle, a lock that others hold.
_PASSING = ("08", "40", "53", "57P", "25P03", "55P03")


def is_passing(error: BaseException) -> bool:
    """Whether the surroundings are to blame, and not what was asked: the database went away or cut
    us off, or others stood in the way. The same thing may be tried again."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None) or ""
        return error.connection_invalidated or state.startswith(_PASSING)
    return isinstance(error, PoolTimeoutError | OSError)


async def _connect(*place: Any, **options: Any) -> asyncpg.Connection:
    """asyncpg's `connect`, with one error for all ways of not reaching the server: no name, no
    route, nobody there. Outside of it an OSError would not tell that it is about the database."""
    try:
        return await asyncpg.connect(*place, **options)
    except OSError as error:
        raise asyncpg.ClientCannotConnectError(str(error) or type(error).__name__) from error


def create_engine(
    url: str,
    *,
    pool: int,
    application: str,
    idle_seconds: float = 30.0,
    rest_seconds: float = 2.0,
) -> AsyncEngine:
    """Open a pool of at most `pool` connections.

    One that has rested for `rest_seconds` is asked first whether it still holds.
    The time limits (milliseconds) hold on the server too: a stopped process that sits in a
    transaction is cut off after `idle_seconds`, so that it cannot block whoever took over its work.
    """
    engine = create_async_engine(
        async_url(url),
        pool_size=pool,
        max_overflow=0,
        pool_timeout=5,
        connect_args={
            "async_creator_fn": _connect,
            "timeout": 5,
            "command_timeout": 30,
            "server_settings": {
                "application_name": application,
                "timezone": "UTC",
                "jit": "off",
                "lock_timeout": "8000",
                "statement_timeout": "20000",
                "idle_in_transaction_session_timeout": str(round(idle_seconds * 1000)),
            },
        },
    )
    _ping_after(engine, rest_seconds)
    return engine


def _ping_after(engine: AsyncEngine, rest_seconds: float) -> None:
    """What `pool_pre_ping` does at every use, only for connections that have rested: to ask takes
    three round trips, more than most of our transactions."""
    dialect = engine.sync_engine.dialect

    def note_rest(connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["rests_since"] = time.monotonic()

    def ping(connection: Any, record: ConnectionPoolEntry, _: Any) -> None:
        rested = time.monotonic() - record.info.get("rests_since", time.monotonic())
        if rested < rest_seconds:
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine.sync_engine.pool, "checkin", note_rest)
    event.listen(engine.sync_engine.pool, "checkout", ping)


class Database:
    """A room's connections."""

    def __init__(
        self, url: str, *, pool: int, application: str, idle_seconds: float = 30.0
    ) -> None:
        self.engine = create_engine(
            url, pool=pool, application=application, idle_seconds=idle_seconds
        )
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    @classmethod
    def of(cls, settings: Settings, *, role: str, room: Room | None = None) -> "Database":
        """The database of the room that `settings` describe; `role` is `api` or `worker`.

        Who sleeps in a transaction beyond a lease has lost its work: it must not keep the locks.
        """
        return cls(
            settings.database_url.get_secret_value(),
            pool=settings.database_pool,
            application=f"groundswell-{room or settings.room}-{role}",
            idle_seconds=min(settings.lease_seconds, 30.0),
        )

    def session(self) -> AsyncSession:
        """A session without a transaction yet; it takes a connection at its first statement."""
        return self._sessions()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends well, else rolled back."""
        async with self._sessions() as session, session.begin():
            yield session

    async def ping(self) -> None:
        """Raise unless the database answers."""
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


async def database_now(session: AsyncSession) -> datetime:
    """The time at which the current transaction began, by the database's clock.

    It alone decides due times: the clocks of the machines that run the rooms may differ.
    """
    return (await session.execute(select(func.now()))).scalar_one()
