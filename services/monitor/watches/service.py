"""Use cases of watches."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.watches.expression import Aliases
from services.monitor.watches.live import read_aliases
from services.monitor.watches.models import Watch
from services.monitor.watches.schemas import StrategyIn, WatchNew
from services.monitor.watches.strategy import NO_FILTERS, Strategy, StrategyError, read_strategy
from services.monitor.watches.versions import keep_version, settings_at
from shared.contracts.actors import ActorRef
from shared.errors import Conflict, Invalid
from shared.rows import find_row
from shared.schemas import check_version


async def create_watch(session: AsyncSession, new: WatchNew, by: ActorRef) -> Watch:
    """Put a watch into service; it sees what comes from now on.

    Raises:
        Invalid: the expression cannot be read, or would match everything.
        Conflict: there is a watch of this name.
    """
    read_new(new, await read_aliases(session))
    if await session.scalar(select(Watch.id).where(Watch.name == new.name)):
        raise Conflict(f"There is a watch named {new.name} already.")
    watch = Watch(**_values(new))
    session.add(watch)
    await keep_version(session, watch, by)
    return watch


async def change_watch(
    session: AsyncSession,
    watch_id: UUID,
    new: WatchNew,
    if_match: str | None,
    by: ActorRef,
    *,
    restored: int | None = None,
) -> Watch:
    """Change a watch; posts that it matched before keep their mentions.

    `restored`: the earlier version from which the settings are.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, Invalid, Conflict.
    """
    read_new(new, await read_aliases(session))
    watch = await get_watch(session, watch_id)
    check_version(if_match, watch.version)
    namesake = await session.scalar(
        select(Watch.id).where(Watch.name == new.name, Watch.id != watch_id)
    )
    if namesake:
        raise Conflict(f"There is a watch named {new.name} already.")
    for name, value in _values(new).items():
        setattr(watch, name, value)
    await keep_version(session, watch, by, restored=restored)
    return watch


async def restore_watch(
    session: AsyncSession, watch_id: UUID, version: int, if_match: str | None, by: ActorRef
) -> Watch:
    """Let a watch be as it was in an earlier version; that is a new version.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, Conflict.
        Invalid: what it was cannot be read any more.
    """
    settings = await settings_at(session, watch_id, version)
    new = WatchNew.model_validate(settings)
    return await change_watch(session, watch_id, new, if_match, by, restored=version)


async def get_watch(session: AsyncSession, watch_id: UUID) -> Watch:
    """One watch.

    Raises:
        NotFound: there is none with this id.
    """
    return await find_row(session, Watch, watch_id, "watch")


def read_new(new: StrategyIn, aliases: Aliases) -> Strategy:
    """What somebody wants to look for.

    Raises:
        Invalid: it cannot be read; the problem says what is wrong and where.
    """
    try:
        return read_parts(new, aliases)
    except StrategyError as error:
        raise Invalid(
            f"{error.pointer}: {error}",
            errors=[
                {
                    "pointer": error.pointer,
                    "detail": str(error),
                    "code": error.mistake,
                    "position": error.position,
                }
            ],
        ) from error


def read_parts(new: StrategyIn, aliases: Aliases) -> Strategy:
    """What somebody wants to look for.

    Raises:
        StrategyError: it cannot be read.
    """
    filters = new.filters.conditions() if new.filters else NO_FILTERS
    return read_strategy(new.expression, new.exclusions, filters, aliases)


def _values(new: WatchNew) -> dict[str, Any]:
    values = new.model_dump()
    if new.filters is not None:
        values["filters"] = new.filters.model_dump(mode="json", exclude_defaults=True) or None
    if new.thresholds is not None:
        values["thresholds"] = new.thresholds.model_dump(exclude_unset=True, exclude_none=True)
    return values
