"""Work that takes seconds within a request: so much of it at once, and no long queue.

Whoever waits holds a connection to the database: past a few, it is better to say so at once.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.errors import Unavailable

_COME_AGAIN = 5


class Places:
    """`at_once` work, `waiting` more wait, and the rest are asked to come again."""

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._most = at_once + waiting
        self._taken = 0

    @asynccontextmanager
    async def one(self, busy: str) -> AsyncIterator[None]:
        """A place, as soon as one is free; `busy` says in words what there is too much of.

        Raises:
            Unavailable: too many wait.
        """
        if self._taken >= self._most:
            raise Unavailable(f"{busy} Try again in a few seconds.", retry_after=_COME_AGAIN)
        self._taken += 1
        try:
            async with self._free:
                yield
        finally:
            self._taken -= 1
