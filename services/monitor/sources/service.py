"""Use cases of sources that people cause. Nothing here commits or calls anybody."""

from datetime import timedelta
from math import ceil
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.sources.credentials import seal_credentials
from services.monitor.sources.models import Source, SourceHealth
from services.monitor.sources.schemas import SourceNew
from services.monitor.sources.wishes import Wish, read_wish, same_site
from shared.contracts.posts import SourceDue
from shared.db import database_now
from shared.errors import Conflict, Invalid, TooMany
from shared.events import emit
from shared.ids import new_id
from shared.rows import find_row
from shared.schemas import check_version
from shared.sealing import Sealer
from shared.settings import Settings

# No site is asked twice within this time, however often somebody presses the button.
_BREATH = timedelta(seconds=10)


async def create_source(session: AsyncSession, new: SourceNew, settings: Settings) -> Source:
    """Put a source into service; it is read within seconds.

    Raises:
        Invalid: its address is not called, or its settings or credentials do not fit its kind.
        Conflict: there is one of this name or address.
    """
    source_id = new_id()
    wish = read_wish(new, source_id, settings)
    source = Source(id=source_id, **_columns(new, wish), health=SourceHealth())
    await _refuse_namesake(session, source)
    source.credentials = _sealed(source, wish, settings)
    session.add(source)
    await session.flush()
    await session.refresh(source)
    await session.refresh(source.health)
    return source


async def change_source(
    session: AsyncSession, source_id: UUID, new: SourceNew, if_match: str | None, settings: Settings
) -> Source:
    """Change a source. One that gets another address, other settings or credentials, or is enabled
    again, starts afresh.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, Invalid, Conflict.
    """
    source = await get_source(session, source_id)
    check_version(if_match, source.version)
    wish = read_wish(new, source_id, settings)
    columns = _columns(new, wish)
    elsewhere = any(columns[name] != getattr(source, name) for name in ("kind", "url", "settings"))
    if source.kind != new.kind or not same_site(source.url, wish.url):
        # Whoever may change the address must not get to know by it what was given for another.
        source.credentials = None
    if elsewhere or new.credentials is not None or (new.enabled and not source.enabled):
        await _start_afresh(session, source, forget=elsewhere)
    for name, value in columns.items():
        setattr(source, name, value)
    await _refuse_namesake(session, source)
    source.credentials = _sealed(source, wish, settings)
    await session.flush()
    await session.refresh(source)
    return source


async def get_source(session: AsyncSession, source_id: UUID) -> Source:
    """One source.

    Raises:
        NotFound: there is none with this id.
    """
    return await find_row(session, Source, source_id, "source")


async def queue_reading(session: AsyncSession, source_id: UUID) -> None:
    """Have a source read now.

    Raises:
        NotFound: there is none with this id. Conflict: it is disabled.
        TooMany: it was read a moment ago, or its site asked to be left alone.
    """
    source = await get_source(session, source_id)
    if not source.enabled:
        raise Conflict("This source is disabled. Enable it before you have it read.")
    now = await database_now(session)
    health = source.health
    rest = health.last_attempt_at + _BREATH if health.last_attempt_at else now
    free_at = max(rest, health.paused_until or now)
    if free_at > now:
        raise TooMany(
            f"The site is not asked again before {free_at:%Y-%m-%d %H:%M:%S} UTC.",
            retry_after=ceil((free_at - now).total_seconds()),
        )
    await emit(session, SourceDue(source_id=source.id))


def _columns(new: SourceNew, wish: Wish) -> dict[str, Any]:
    return {
        "name": new.name,
        "kind": new.kind,
        "url": wish.url,
        "platform": wish.platform,
        "settings": wish.settings,
        "robots_reason": new.robots_reason,
        "every_minutes": wish.every_minutes,
        "enabled": new.enabled,
        "sample": new.sample,
    }


def _sealed(source: Source, wish: Wish, settings: Settings) -> str | None:
    """What is kept of the credentials: those given, or those that there are."""
    if wish.credentials is None:
        if wish.kind.credentials_needed and source.credentials is None:
            detail = "a source of this kind and address needs credentials"
            raise Invalid(
                f"/credentials: {detail}.", errors=[{"pointer": "/credentials", "detail": detail}]
            )
        return source.credentials
    return seal_credentials(Sealer.of(settings), source.id, wish.credentials)


async def _start_afresh(session: AsyncSession, source: Source, *, forget: bool) -> None:
    """Read a source soon, whatever happened; `forget` what was known of the old address."""
    health = source.health
    await session.refresh(health, with_for_update=True)
    if forget:
        health.etag = health.last_modified = health.cursor = None
        health.looked_at = health.moved_to = None
    health.last_error = health.paused_until = None
    health.failures = health.rounds = 0
    health.next_at = await database_now(session)


async def _refuse_namesake(session: AsyncSession, source: Source) -> None:
    """Raise Conflict where another source has this name, or reads the same."""
    same = and_(
        Source.kind == source.kind, Source.url == source.url, Source.settings == source.settings
    )
    others = select(Source.name).where(
        Source.id != source.id, or_(Source.name == source.name, same)
    )
    with session.no_autoflush:
        found = await session.scalar(others.limit(1))
    if found:
        raise Conflict(f"The source {found} has this name or this address already.")
