"""What the record asks of every process: the live release of each task, and the shadows."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.analysis.releases.models import LiveRelease, Release, ShadowRun
from services.analysis.sources import Source, SourceKind
from shared.contracts.labels import Task
from shared.settings import Settings


class WantedRelease(NamedTuple):
    """A promoted release, and where it is opened from here."""

    id: UUID
    source: Source


class WantedShadow(NamedTuple):
    """A shadow run that has not ended: which release looks at which share of the posts."""

    run_id: UUID
    task: Task
    source: Source
    share: float


class Wanted(NamedTuple):
    """What is asked of a process. A task without a promotion has the model of the settings."""

    live: Mapping[Task, WantedRelease]
    shadows: Mapping[Task, WantedShadow]


async def read_wanted(session: AsyncSession, settings: Settings) -> Wanted:
    """Read the promotions in force and the shadow runs."""
    live = await session.scalars(
        select(Release).join(LiveRelease, LiveRelease.release_id == Release.id)
    )
    promoted = {
        release.task: WantedRelease(release.id, source_of(release, settings)) for release in live
    }
    runs = await session.execute(
        select(ShadowRun, Release)
        .join(Release, Release.id == ShadowRun.release_id)
        .where(ShadowRun.ended_at.is_(None))
    )
    shadows = {
        run.task: WantedShadow(run.id, run.task, source_of(release, settings), run.share)
        for run, release in runs
    }
    return Wanted(promoted, shadows)


def source_of(release: Release, settings: Settings) -> Source:
    """Where this process opens a release from."""
    match release.kind:
        case SourceKind.FOLDER:
            # The card in the folder says the rest.
            return Source(str(settings.models_path / release.location))
        case SourceKind.SHIPPED:
            return Source(release.location)
        case SourceKind.REMOTE:
            return Source.of(release.location, release.task, release.labels)
