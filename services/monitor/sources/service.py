"""Use cases of sources that people cause. Nothing here commits or calls anybody."""

from datetime import timedelta
from math import ceil
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.sources.address_guard import AddressRefusedError, check_url
from services.monitor.sources.models import Source, SourceHealth
from services.monitor.sources.schemas import SourceNew
from shared.contracts.posts import SourceDue
from shared.db import database_now
from shared.errors import Conflict, Invalid, TooMany
from shared.events import emit
from shared.rows import find_row
from shared.schemas import check_version

# No site is asked twice within this time, however often somebody presses the button.
_BREATH = timedelta(seconds=10)


async def create_source(session: AsyncSession, new: SourceNew, *, allow_private: bool) -> Source:
    """Put a source into service; it is read within seconds.

    Raises:
        Invalid: its address is not called. Conflict: there is one of this name or address.
    """
    _check_address(new.url, allow_private)
    await _refuse_namesake(session, new, None)
    source = Source(**new.model_dump(), health=SourceHealth())
    session.add(source)
    await session.flush()
    await session.refresh(source)
    await session.refresh(source.health)
    return source


async def change_source(
    session: AsyncSession,
    source_id: UUID,
    new: SourceNew,
    if_match: str | None,
    *,
    allow_private: bool,
) -> Source:
    """Change a source. One that gets another address, or is enabled again, starts afresh.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, Invalid, Conflict.
    """
    source = await get_source(session, source_id)
    check_version(if_match, source.version)
    _check_address(new.url, allow_private)
    await _refuse_namesake(session, new, source_id)
    if new.url != source.url or (new.enabled and not source.enabled):
        await _start_afresh(session, source)
    for name, value in new.model_dump().items():
        setattr(source, name, value)
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


async def _start_afresh(session: AsyncSession, source: Source) -> None:
    """Forget what was known of the document at the old address, and read it soon."""
    health = source.health
    await session.refresh(health, with_for_update=True)
    health.etag = health.last_modified = health.last_error = health.paused_until = None
    health.failures = 0
    health.next_at = await database_now(session)


async def _refuse_namesake(session: AsyncSession, new: SourceNew, source_id: UUID | None) -> None:
    others = select(Source.name).where((Source.name == new.name) | (Source.url == new.url))
    if source_id is not None:
        others = others.where(Source.id != source_id)
    if found := await session.scalar(others.limit(1)):
        raise Conflict(f"The source {found} has this name or this address already.")


def _check_address(url: str, allow_private: bool) -> None:
    try:
        check_url(url, allow_private=allow_private)
    except AddressRefusedError as error:
        raise Invalid(
            f"/url: {error}", errors=[{"pointer": "/url", "detail": str(error)}]
        ) from error
