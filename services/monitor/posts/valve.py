"""Refuses posts while too many wait, so that those accepted are handled in time."""

import time

from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts import Room
from shared.deliveries import backlog
from shared.errors import Unavailable

_LOOK_EVERY = 1.0
_RETRY_AFTER = 5


class Valve:
    """Looks once a second how many batches of posts wait to be tracked."""

    def __init__(self) -> None:
        self._looked_at = float("-inf")
        self._waiting = 0

    async def check(self, session: AsyncSession, limit: int) -> None:
        """Let the request in.

        Raises:
            Unavailable: more than `limit` deliveries wait.
        """
        now = time.monotonic()
        if now - self._looked_at > _LOOK_EVERY:
            self._looked_at = now
            self._waiting = await backlog(session, Room.MONITOR, "PostsCollected")
        if self._waiting > limit:
            raise Unavailable(
                f"{self._waiting} batches of posts wait to be tracked (limit {limit}). Nothing of "
                "this request was stored; send it again later.",
                retry_after=_RETRY_AFTER,
            )
