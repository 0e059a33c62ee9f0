"""The body of a request, taken in with limits on its size and on its time.

uvicorn takes any body at any pace. Here a body has a limit from its address, and must arrive at no
less than a slow telephone line's rate; both hold while it streams, whatever its headers say.
"""

import asyncio
import time
from collections.abc import AsyncIterator

from starlette.types import Receive

from gateway.errors import ClientGone, TooSlow
from shared.errors import Problem, TooLarge

# A body may take this long, plus a second for every so many bytes that have arrived.
_GRACE_SECONDS = 10.0
_SLOWEST = 16 * 1024
# Up to this size a body is taken in whole: it can be sent to a room twice.
BUFFERED = 1024 * 1024


class Body:
    """The body of one request, read once: by `whole`, or by `head` and then `rest`.

    `trouble` keeps what ended it early, for those who cannot see the exception.
    """

    def __init__(self, receive: Receive, *, declared: int | None, limit: int) -> None:
        """Take the body from `receive`; `declared` is its Content-Length, None when it has none.

        Raises:
            TooLarge: it says itself that it is larger than `limit` bytes.
        """
        self.declared = declared
        self._receive = receive
        self._limit = limit
        if declared is not None and declared > limit:
            raise self._too_large()
        self._begun = time.monotonic()
        self._taken = 0
        self._chunks: list[bytes] = []
        self.complete = declared == 0
        self.trouble: Problem | ClientGone | None = None

    async def whole(self) -> bytes:
        """All of it.

        Raises:
            TooLarge, TooSlow: the limits. ClientGone: the caller hung up.
        """
        while not self.complete:
            self._chunks.append(await self._next())
        return self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)

    async def head(self) -> bytes | None:
        """All of a body of at most `BUFFERED` bytes, or None: then `rest` goes on from its start.

        Raises:
            TooLarge, TooSlow, ClientGone: as `whole`.
        """
        while not self.complete and self._taken <= BUFFERED:
            self._chunks.append(await self._next())
        return await self.whole() if self.complete else None

    async def rest(self) -> AsyncIterator[bytes]:
        """The chunks of a body that `head` found too large."""
        for chunk in self._chunks:
            yield chunk
        self._chunks.clear()
        while not self.complete:
            yield await self._next()

    async def _next(self) -> bytes:
        patience = self._begun + _GRACE_SECONDS + self._taken / _SLOWEST - time.monotonic()
        try:
            async with asyncio.timeout(patience):
                message = await self._receive()
        except TimeoutError:
            self.trouble = TooSlow(
                f"After {self._taken} bytes the body stopped coming. Send it again at once."
            )
            raise self.trouble from None
        if message["type"] == "http.disconnect":
            self.trouble = ClientGone()
            raise self.trouble
        chunk: bytes = message.get("body", b"")
        self._taken += len(chunk)
        if self._taken > self._limit:
            self.trouble = self._too_large()
            raise self.trouble
        self.complete = not message.get("more_body", False)
        return chunk

    def _too_large(self) -> TooLarge:
        return TooLarge(f"At most {self._limit} bytes are taken here. Send it in parts.")
