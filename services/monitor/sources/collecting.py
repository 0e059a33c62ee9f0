"""Reading sources: who is due, what came of it. The call itself lies between two transactions."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from pydantic import BaseModel, SecretStr, ValidationError
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.deletions.service import note_deletions, note_returns
from services.monitor.posts.intake import take_in
from services.monitor.posts.schemas import Outcome, PostResult
from services.monitor.sources.connectors.protocol import Connector, Harvest, Order
from services.monitor.sources.connectors.registry import KINDS, Kind
from services.monitor.sources.credentials import open_credentials, seal_credentials
from services.monitor.sources.fetching import Validators
from services.monitor.sources.looking import next_look
from services.monitor.sources.models import Source, SourceHealth
from services.monitor.sources.pacing import (
    pause_after_failure,
    pause_after_success,
    spread_of,
)
from services.monitor.sources.volumes import TAKEN, is_break, note_arrivals, note_miss
from services.monitor.sources.watched import WatchedPosts
from shared.contracts.posts import SourceDue
from shared.db import database_now
from shared.errors import Conflict
from shared.events import emit
from shared.log import get_logger
from shared.rows import lock_row
from shared.sealing import SealBroken, Sealer
from shared.settings import Settings

log = get_logger(__name__)

_PUSHED = [name for name, kind in KINDS.items() if kind.pushed]
_DUE_AT_ONCE = 100
# A source that is queued comes due again after this even if nothing is heard of its reading.
_LOST_AFTER = timedelta(minutes=15)
# Readings in a row of a source that always has more: then it waits for its time like others.
_MOST_ROUNDS = 100


class OrderRefusedError(Exception):
    """A source cannot be read as it is written; the message says why."""

    def __init__(self, order: Order, message: str) -> None:
        super().__init__(message)
        self.order = order


async def queue_due_sources(session: AsyncSession) -> int:
    """Queue a reading for each source that is due, once; the number of them."""
    now = await database_now(session)
    due = (
        await session.execute(
            select(SourceHealth, Source.every_minutes)
            .join(Source, Source.id == SourceHealth.source_id)
            .where(Source.enabled, Source.kind.not_in(_PUSHED), SourceHealth.next_at <= now)
            .order_by(SourceHealth.next_at)
            .limit(_DUE_AT_ONCE)
            .with_for_update(skip_locked=True, of=SourceHealth)
        )
    ).all()
    for health, every_minutes in due:
        health.next_at = now + max(timedelta(minutes=every_minutes), _LOST_AFTER)
        await emit(session, SourceDue(source_id=health.source_id))
    return len(due)


async def take_order(
    session: AsyncSession, source_id: UUID, settings: Settings, watched: WatchedPosts
) -> tuple[Connector, Order] | None:
    """What is to be read, and how; None if there is nothing to read: the source is gone, disabled,
    or sends by itself.

    Raises:
        OrderRefusedError: it cannot be read as it is written.
    """
    source = await session.get(Source, source_id)
    if source is None or not source.enabled:
        return None
    kind, health = KINDS[source.kind], source.health
    if kind.connector is None:
        return None
    order = Order(
        source_id=source.id,
        version=source.version,
        url=source.url,
        platform=source.platform,
        now=await database_now(session),
        cursor=health.cursor,
        known=Validators(etag=health.etag, last_modified=health.last_modified),
        obeys_robots=kind.robots and source.robots_reason is None,
    )
    if kind.looks_again:
        order = replace(order, kept=await next_look(session, source.id, health, order.now))
    if kind.hears_all:
        asked = await watched.current(session, source_id=source.id, platform=source.platform)
        order = replace(order, watched=asked)
    try:
        return kind.connector, replace(
            order,
            settings=kind.settings.model_validate(source.settings),
            credentials=_credentials(kind, source, settings),
        )
    except (SealBroken, Conflict, ValidationError) as error:
        raise OrderRefusedError(order, _why(error)) from error


def _credentials(kind: Kind, source: Source, settings: Settings) -> BaseModel | None:
    if kind.credentials is None or source.credentials is None:
        return None
    return kind.credentials.model_validate(
        open_credentials(Sealer.of(settings), source.id, source.credentials)
    )


def _why(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "Its settings are not those that this version reads. Open it and save it anew."
    return str(error)


async def note_harvest(session: AsyncSession, order: Order, harvest: Harvest | None) -> None:
    """Store what a source had, and that it does well; None means that nothing had changed."""
    locked = await _lock(session, order)
    results: list[PostResult] = []
    if harvest is not None:
        # Undated entries of a first reading are of any age: they must not look like a surge.
        first = locked is None or locked[1].last_success_at is None
        results += await take_in(session, harvest.posts.dated)
        results += await take_in(session, harvest.posts.undated, warn=not first)
        await note_returns(session, results)
        await note_deletions(
            session,
            order.platform,
            order.source_id,
            gone=harvest.gone,
            accounts=harvest.gone_accounts,
        )
    if locked is None:
        return
    source, health = locked
    if harvest is not None:
        taken = sum(result.status in TAKEN for result in results)
        refused = sum(result.status is Outcome.REJECTED for result in results)
        health.last_entries = len(results) + harvest.posts.skipped
        health.last_accepted = taken
        health.last_skipped = harvest.posts.skipped + refused
        health.etag = harvest.validators.etag
        health.last_modified = harvest.validators.last_modified
        health.moved_to = harvest.moved_to
        if harvest.cursor is not None:
            health.cursor = dict(harvest.cursor)
    now = await database_now(session)
    every = timedelta(minutes=source.every_minutes)
    if is_break(health, now, every):
        health.steady_since = now
    await note_arrivals(session, health, results, now)
    health.last_attempt_at = health.last_success_at = now
    health.last_error = None
    health.failures = 0
    asked = harvest.pause if harvest else None
    again = harvest is not None and harvest.more and health.rounds < _MOST_ROUNDS
    health.rounds = health.rounds + 1 if again else 0
    pause = pause_after_success(every, asked)
    health.paused_until = now + asked if asked else None
    health.next_at = now + pause
    if again and not asked:
        await emit(session, SourceDue(source_id=source.id))


async def keep_renewed(
    session: AsyncSession, order: Order, renewed: Mapping[str, str], settings: Settings
) -> None:
    """Keep credentials that their service renewed. No edit collides with that: the source reads as
    before."""
    if order.credentials is None:
        return
    fresh = {name: SecretStr(value) for name, value in renewed.items()}
    sealed = seal_credentials(
        Sealer.of(settings), order.source_id, order.credentials.model_copy(update=fresh)
    )
    await session.execute(
        update(Source)
        .where(Source.id == order.source_id, Source.version == order.version)
        .values(credentials=sealed, changed_at=Source.changed_at)
    )


async def note_failure(
    session: AsyncSession, order: Order, error: str, retry_after: float | None = None
) -> None:
    """Keep why a source could not be read, and leave it alone for longer each time."""
    log.info("source_failed", source=str(order.source_id), error=error)
    locked = await _lock(session, order)
    if locked is None:
        return
    source, health = locked
    now = await database_now(session)
    asked = timedelta(seconds=retry_after) if retry_after else None
    health.failures += 1
    every = timedelta(minutes=source.every_minutes)
    pause = pause_after_failure(
        every, health.failures, asked, spread=spread_of(source.id, health.failures)
    )
    await note_miss(session, health, now)
    health.last_attempt_at = now
    health.last_error = error.replace("\x00", "")
    health.next_at = now + pause
    health.paused_until = now + min(asked, pause) if asked else None


async def note_turn(session: AsyncSession, order: Order, seconds: float | None) -> None:
    """Have a source read a little later: others of its site are before it."""
    locked = await _lock(session, order)
    if locked is not None:
        now = await database_now(session)
        locked[1].next_at = now + timedelta(seconds=seconds or 0.0)


async def _lock(session: AsyncSession, order: Order) -> tuple[Source, SourceHealth] | None:
    """The source and its health, locked; None if it was changed while it was read: what came of
    the old address says nothing of the new one."""
    health = await lock_row(session, SourceHealth, order.source_id)
    source = await session.get(Source, order.source_id)
    if source is None or health is None or source.version != order.version:
        return None
    return source, health
