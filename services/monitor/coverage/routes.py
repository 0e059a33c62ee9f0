"""Endpoints of statistics and coverage."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.monitor.coverage import queries
from services.monitor.coverage.schemas import CoverageOut, StatisticsOut, VolumesOut
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import Session, room_router

router = room_router("/sources", "sources")

Viewer = Annotated[Actor, allow(Permission.VIEW)]


@router.get("/coverage", operation_id="sources_coverage")
async def read_coverage(session: Session, _: Viewer) -> CoverageOut:
    """What is covered (覆盖情况), by platform: how many sources, how they do, how fresh it is."""
    return await queries.read_coverage(session)


@router.get("/volumes", operation_id="sources_volumes")
async def read_volumes(
    session: Session,
    _: Viewer,
    days: Annotated[int, Query(ge=2, le=90, description="How far back")] = 14,
) -> VolumesOut:
    """New posts of every source, day by day: what a list of sources shows beside each."""
    return await queries.read_volumes(session, days)


@router.get("/{source_id}/statistics", operation_id="sources_statistics")
async def read_statistics(
    source_id: UUID,
    session: Session,
    _: Viewer,
    days: Annotated[int, Query(ge=1, le=366, description="How far back")] = 28,
) -> StatisticsOut:
    """How a source does: posts a day, what of it was asked for, how late it is, its silences."""
    return await queries.read_statistics(session, source_id, days)
