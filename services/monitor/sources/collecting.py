"""Reading sources: who is due, what came of it. The call itself lies between two transactions."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.posts.intake import take_in
from services.monitor.posts.schemas import Outcome
from services.monitor.sources.connectors import Harvest, Order
from services.monitor.sources.fetching import FetchError, Validators
from services.monitor.sources.models import Source, SourceHealth, SourceKind
from services.monitor.sources.pacing import pause_after_failure, pause_after_success
from shared.contracts.posts import SourceDue
from shared.db import database_now
from shared.events import emit
from shared.log import get_logger

log = get_logger(__name__)

_DUE_AT_ONCE = 100
# A source that is queued comes due again after this even if nothing is heard of its reading.
_LOST_AFTER = timedelta(minutes=15)
_TAKEN = (Outcome.ACCEPTED, Outcome.REVISED)


async def queue_due_sources(session: AsyncSession) -> int:
    """Queue a reading for each source that is due, once; the number of them."""
    now = await database_now(session)
    due = (
        await session.execute(
            select(SourceHealth, Source.every_minutes)
            .join(Source, Source.id == SourceHealth.source_id)
            .where(Source.enabled, SourceHealth.next_at <= now)
            .order_by(SourceHealth.next_at)
            .limit(_DUE_AT_ONCE)
            .with_for_update(skip_locked=True, of=SourceHealth)
        )
    ).all()
    for health, every_minutes in due:
        health.next_at = now + max(timedelta(minutes=every_minutes), _LOST_AFTER)
        await emit(session, SourceDue(source_id=health.source_id))
    return len(due)


async def take_order(session: AsyncSession, source_id: UUID) -> tuple[SourceKind, Order] | None:
    """What is to be read, and how; None if the source is gone or disabled by now."""
    source = await session.get(Source, source_id)
    if source is None or not source.enabled:
        return None
    health = source.health
    return source.kind, Order(
        source_id=source.id,
        version=source.version,
        url=source.url,
        platform=source.platform,
        known=Validators(etag=health.etag, last_modified=health.last_modified),
        now=await database_now(session),
    )


async def note_harvest(session: AsyncSession, order: Order, harvest: Harvest | None) -> None:
    """Store what a source had, and that it does well; None means that nothing had changed."""
    locked = await _lock(session, order)
    if harvest is not None:
        # Undated entries of a first reading are of any age: they must not look like a surge.
        first = locked is None or locked[1].last_success_at is None
        results = await take_in(session, harvest.posts.dated)
        results += await take_in(session, harvest.posts.undated, warn=not first)
    if locked is None:
        return
    source, health = locked
    if harvest is not None:
        taken = sum(result.status in _TAKEN for result in results)
        refused = sum(result.status is Outcome.REJECTED for result in results)
        health.last_entries = len(results) + harvest.posts.skipped
        health.last_accepted = taken
        health.last_skipped = harvest.posts.skipped + refused
        health.posts += taken
        health.etag = harvest.validators.etag
        health.last_modified = harvest.validators.last_modified
    now = await database_now(session)
    health.last_attempt_at = health.last_success_at = now
    health.last_error = health.paused_until = None
    health.failures = 0
    health.next_at = now + pause_after_success(timedelta(minutes=source.every_minutes))


async def note_failure(session: AsyncSession, order: Order, error: FetchError) -> None:
    """Keep why a source could not be read, and leave it alone for longer each time."""
    log.info("source_failed", source=str(order.source_id), error=str(error))
    locked = await _lock(session, order)
    if locked is None:
        return
    source, health = locked
    now = await database_now(session)
    asked = timedelta(seconds=error.retry_after) if error.retry_after else None
    health.failures += 1
    pause = pause_after_failure(timedelta(minutes=source.every_minutes), health.failures, asked)
    health.last_attempt_at = now
    health.last_error = str(error).replace("\x00", "")
    health.next_at = now + pause
    health.paused_until = now + min(asked, pause) if asked else None


async def _lock(session: AsyncSession, order: Order) -> tuple[Source, SourceHealth] | None:
    """The source and its health, locked; None if it was changed while it was read: what came of
    the old address says nothing of the new one."""
    health = await session.get(SourceHealth, order.source_id, with_for_update=True)
    source = await session.get(Source, order.source_id)
    if source is None or health is None or source.version != order.version:
        return None
    return source, health
