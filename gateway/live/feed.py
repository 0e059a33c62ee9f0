"""Reads the events of the house once for all who listen in this process.

The newest events are held in memory. A listener has a cursor and no queue: one who comes back, or
falls behind, is served from the record until they have caught up. Nobody can be too slow, and
nothing grows with the number of listeners.
"""

import asyncio
import json
from bisect import bisect_right
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from fastapi.sse import format_sse_event
from pydantic import ValidationError
from sqlalchemy import ARRAY, Row, Text, bindparam, text

from gateway.live.cursor import Cursor
from shared.contracts import EVENTS
from shared.db import Database
from shared.errors import Unavailable
from shared.log import get_logger

log = get_logger(__name__)

LIVE_TYPES = frozenset(name for name, event in EVENTS.items() if event.live)
_POLL_SECONDS = 0.5
_PAGE = 200
_HELD = 2_000
_MOST_LISTENERS = 500

_READ = text("""
SELECT transaction_id, position, type, payload::text AS payload, occurred_at, request_id
FROM corridor.events
WHERE (transaction_id, position) > (:transaction_id, :position)
  AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
  AND type = ANY(:types)
ORDER BY transaction_id, position LIMIT :limit
""").bindparams(bindparam("types", type_=ARRAY(Text)))

_NOW = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """One event, ready to be sent."""

    cursor: Cursor
    type: str
    frame: bytes


class Feed:
    """The stream of events of one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: list[LiveEvent] = []
        # All that lies between these two is in `_held`; None while nobody listens.
        self._from: Cursor | None = None
        self._to: Cursor | None = None
        self._moved = asyncio.Event()
        self._listeners = 0
        self._wanted = asyncio.Event()
        self.closing = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Keep the feed running for the time of the block.

        Raises:
            Unavailable: too many listen already.
        """
        if self._listeners >= _MOST_LISTENERS:
            raise Unavailable("Too many listen to live events already.", retry_after=10)
        self._listeners += 1
        self._wanted.set()
        try:
            yield
        finally:
            self._listeners -= 1
            if not self._listeners:
                self._wanted.clear()

    async def now(self) -> Cursor:
        """The place of now: behind all that has happened."""
        async with self._database.transaction() as session:
            return Cursor.before((await session.execute(_NOW)).scalar_one())

    async def after(
        self, cursor: Cursor, types: frozenset[str], patience: float
    ) -> tuple[Sequence[LiveEvent], Cursor]:
        """Events of `types` behind `cursor`, oldest first, and the cursor to go on from.

        Waits up to `patience` seconds for one to happen; then there may be none.
        """
        if self._to is None or self._to <= cursor:
            await self._until_moved(patience)
        reached = self._to
        if reached is None or reached <= cursor or self._from is None:
            return (), cursor
        if cursor >= self._from:
            start = bisect_right(self._held, cursor, key=lambda event: event.cursor)
            return [event for event in self._held[start:] if event.type in types], reached
        try:
            events = await self._read(cursor, types)
        except Exception as error:  # the database is away: the listener waits
            log.info("live_events_wait", error=repr(error))
            await asyncio.sleep(_POLL_SECONDS)
            return (), cursor
        # A page that is not full had everything up to where the feed was before it was read.
        return events, events[-1].cursor if len(events) == _PAGE else reached

    def close(self) -> None:
        """Let every listener go: the process is about to end."""
        self.closing = True
        self._wake()

    async def run(self) -> None:
        """Read on as long as anybody listens."""
        while True:
            if not self._wanted.is_set():
                self._held, self._from, self._to = [], None, None
                await self._wanted.wait()
            try:
                await self.read_on()
            except Exception as error:  # the database is away: listeners wait, and resume
                log.info("live_events_wait", error=repr(error))
            await asyncio.sleep(_POLL_SECONDS)

    async def read_on(self) -> None:
        """Take up what has happened since the last time."""
        if self._to is None:
            self._from = self._to = await self.now()
            self._wake()
        while events := await self._read(self._to, LIVE_TYPES):
            self._held += events
            self._to = events[-1].cursor
            if len(self._held) > _HELD:
                self._from = self._held[-_HELD - 1].cursor
                del self._held[:-_HELD]
            self._wake()

    async def _until_moved(self, patience: float) -> None:
        if not self.closing:
            with suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await self._moved.wait()

    def _wake(self) -> None:
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def _read(self, cursor: Cursor, types: frozenset[str]) -> list[LiveEvent]:
        async with self._database.transaction() as session:
            rows = await session.execute(
                _READ,
                {
                    "transaction_id": cursor.transaction_id,
                    "position": cursor.position,
                    "types": sorted(types),
                    "limit": _PAGE,
                },
            )
        return [_live(row) for row in rows]


def _live(row: Row[Any]) -> LiveEvent:
    cursor = Cursor(row.transaction_id, row.position)
    try:
        shown = EVENTS[row.type].model_validate_json(row.payload).live_view()
    except ValidationError as error:  # of another version: that it happened is told all the same
        log.warning("live_event_unread", type=row.type, error=repr(error))
        shown = {}
    data = {
        "type": row.type,
        "occurred_at": row.occurred_at.isoformat(),
        "request_id": row.request_id,
        "data": shown,
    }
    frame = format_sse_event(
        event=row.type, id=str(cursor), data_str=json.dumps(data, ensure_ascii=False)
    )
    return LiveEvent(cursor=cursor, type=row.type, frame=frame)


@asynccontextmanager
async def open_feed(database: Database) -> AsyncIterator[Feed]:
    """A feed that reads while it is open."""
    feed = Feed(database)
    running = asyncio.create_task(feed.run())
    try:
        yield feed
    finally:
        feed.close()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
