"""Use cases of the versions of a watch: who changed what, and how it was before."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.watches.models import Watch, WatchVersion
from shared.contracts.actors import ActorRef
from shared.errors import NotFound

SETTINGS = (
    "name",
    "expression",
    "exclusions",
    "filters",
    "targets",
    "thresholds",
    "enabled",
    "sample",
)


async def keep_version(
    session: AsyncSession, watch: Watch, by: ActorRef, *, restored: int | None = None
) -> None:
    """Keep what a watch is now; once a version, so that a change that changes nothing leaves none.

    `restored`: the version whose settings it took over.
    """
    await session.flush()
    await session.refresh(watch)
    query = select(WatchVersion).where(WatchVersion.watch_id == watch.id)
    last = await session.scalar(query.order_by(WatchVersion.version.desc()).limit(1))
    if last is not None and last.version == watch.version:
        return
    settings = {name: getattr(watch, name) for name in SETTINGS}
    changes = [name for name in SETTINGS if last and last.settings.get(name) != settings[name]]
    session.add(
        WatchVersion(
            watch_id=watch.id,
            version=watch.version,
            settings=settings,
            changes=changes,
            restored=restored,
            changed_by=by.model_dump(mode="json"),
            changed_at=watch.changed_at,
        )
    )


async def settings_at(session: AsyncSession, watch_id: UUID, version: int) -> dict[str, Any]:
    """The settings of a version of a watch.

    Raises:
        NotFound: there is none of this number.
    """
    found = await session.scalar(
        select(WatchVersion).where(
            WatchVersion.watch_id == watch_id, WatchVersion.version == version
        )
    )
    if found is None:
        raise NotFound(f"The watch has no version {version} on record.")
    return found.settings
