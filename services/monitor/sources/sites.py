"""What is shared by all who call a site: when it may be asked again, and its robots.txt.

In PostgreSQL, so that all workers together keep the pace, and go on keeping it when Redis was
emptied.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Protocol

import httpx
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.sources.models import Site
from services.monitor.sources.robots import Copy
from shared.db import database_now

Transaction = Callable[[], AbstractAsyncContextManager[AsyncSession]]
Ask = Callable[[Copy | None, datetime], Awaitable[Copy]]


class Sites(Protocol):
    """Turns at sites, and their robots.txt."""

    async def take_turn(self, origin: str, *, gap: float, patience: float) -> float | None:
        """Take the next turn at a site, `gap` seconds after the one before: in how many seconds it
        is. None where it would be later than `patience`: then no turn is taken."""
        ...

    async def robots(self, origin: str, ask: Ask) -> tuple[Copy, datetime]:
        """What is known of a site's robots.txt, and the time now; `ask` where that is too old."""
        ...


def origin_of(url: httpx.URL) -> str:
    """The origin of a URL (RFC 6454), as robots.txt and the pace know it."""
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


_TAKE_TURN = text("""
INSERT INTO monitor.sites AS site (origin, free_at)
VALUES (:origin, clock_timestamp() + make_interval(secs => :gap))
ON CONFLICT (origin) DO UPDATE
SET free_at = greatest(site.free_at, clock_timestamp()) + make_interval(secs => :gap)
WHERE site.free_at <= clock_timestamp() + make_interval(secs => :patience)
RETURNING extract(epoch FROM free_at - clock_timestamp())::float8 - :gap AS wait
""")


class RecordedSites:
    """Sites in the database. Each step is a short transaction of its own."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def take_turn(self, origin: str, *, gap: float, patience: float) -> float | None:
        """See `Sites.take_turn`."""
        values = {"origin": origin, "gap": gap, "patience": patience}
        async with self._transaction() as session:
            wait = (await session.execute(_TAKE_TURN, values)).scalar_one_or_none()
        return None if wait is None else max(0.0, wait)

    async def robots(self, origin: str, ask: Ask) -> tuple[Copy, datetime]:
        """See `Sites.robots`."""
        async with self._transaction() as session:
            now = await database_now(session)
            site = await session.get(Site, origin)
            known = _copy(site) if site else None
        if known is not None and known.is_fresh(now):
            return known, now
        found = await ask(known, now)
        values = {
            "robots": found.text,
            "robots_read_at": found.read_at,
            "robots_failed_at": found.failed_at,
        }
        write = insert(Site).values(origin=origin, free_at=now, **values)
        async with self._transaction() as session:
            await session.execute(
                write.on_conflict_do_update(index_elements=[Site.origin], set_=values)
            )
        return found, now


def _copy(site: Site) -> Copy | None:
    if site.robots_read_at is None:
        return None
    return Copy(text=site.robots, read_at=site.robots_read_at, failed_at=site.robots_failed_at)


class RememberedSites:
    """The twin in memory: for one process alone."""

    def __init__(self) -> None:
        self._free_at: dict[str, datetime] = {}
        self._robots: dict[str, Copy] = {}

    async def take_turn(self, origin: str, *, gap: float, patience: float) -> float | None:
        """See `Sites.take_turn`."""
        now = datetime.now(UTC)
        turn = max(self._free_at.get(origin, now), now)
        wait = (turn - now).total_seconds()
        if wait > patience:
            return None
        self._free_at[origin] = turn + timedelta(seconds=gap)
        return wait

    async def robots(self, origin: str, ask: Ask) -> tuple[Copy, datetime]:
        """See `Sites.robots`."""
        now = datetime.now(UTC)
        known = self._robots.get(origin)
        if known is None or not known.is_fresh(now):
            self._robots[origin] = known = await ask(known, now)
        return known, now
