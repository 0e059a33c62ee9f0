"""Reading one row by its id, and keeping it from others."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Model
from shared.errors import NotFound

M = TypeVar("M", bound=Model)


async def find_row(
    session: AsyncSession, kind: type[M], key: UUID, called: str, *, locked: bool = False
) -> M:
    """The row of this id; `locked` keeps others from changing it until the transaction ends.

    `called` is what people call it.

    Raises:
        NotFound: there is none.
    """
    row = await lock_row(session, kind, key) if locked else await session.get(kind, key)
    if row is None:
        raise NotFound(f"There is no {called} with this id.")
    return row


async def lock_row(session: AsyncSession, kind: type[M], key: Any) -> M | None:
    """The row of this key, kept from others until the transaction ends; None if there is none.

    It is as it stands once the lock is held, also where the session has read it before:
    `Session.get` would answer with what was read then, or refuse where its version is another.
    """
    (column,) = inspect(kind).primary_key
    wanted = select(kind).where(column == key).with_for_update(of=kind)
    return await session.scalar(wanted, execution_options={"populate_existing": True})
