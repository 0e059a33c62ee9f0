"""Endpoints of indicators over time, of stories and of watches."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.monitor.indicators import queries
from services.monitor.indicators.forecast import DEFAULT_COURSE, STEADY_COURSE
from services.monitor.indicators.rolling import Resolution
from services.monitor.indicators.schemas import HistoryOut
from services.monitor.stories.queries import get_story
from services.monitor.watches.service import get_watch
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import Session, room_router
from shared.schemas import Moment

stories = room_router("/stories", "stories")
watches = room_router("/watches", "watches")

Viewer = Annotated[Actor, allow(Permission.VIEW)]
Wanted = Annotated[
    Resolution | None,
    Query(
        description="minute (kept for a day), quarter (15 minutes; a week), hour (92 days), "
        "day (years). By default the finest that fits"
    ),
]
Since = Annotated[Moment | None, Query(description="By default from the first post on")]


@stories.get("/{story_id}/indicators", operation_id="stories_indicators")
async def get_story_indicators(
    story_id: UUID, session: Session, _: Viewer, resolution: Wanted = None, since: Since = None
) -> HistoryOut:
    """Heat, spread, impact, sentiment, trend and a short forecast of a story (舆情指标)."""
    await get_story(session, story_id)
    return await queries.read_history(session, story_id, resolution, since, DEFAULT_COURSE)


@watches.get("/{watch_id}/indicators", operation_id="watches_indicators")
async def get_watch_indicators(
    watch_id: UUID, session: Session, _: Viewer, resolution: Wanted = None, since: Since = None
) -> HistoryOut:
    """Heat, spread, impact, sentiment, trend and a short forecast of all that a watch matched."""
    await get_watch(session, watch_id)
    return await queries.read_history(session, watch_id, resolution, since, STEADY_COURSE)
