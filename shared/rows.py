"""Reading one row that a caller named by its id."""

from typing import TypeVar
from uuid import UUID

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
    row = await session.get(kind, key, with_for_update=True if locked else None)
    if row is None:
        raise NotFound(f"There is no {called} with this id.")
    return row
