"""Telling the other rooms that a story was merged or split: once for every warning concerned, and
once for every incident that names one of the stories."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.aftermath.subjects import tell_incidents
from services.monitor.stories.models import StoryChange
from services.monitor.warnings.models import WarningRecord
from shared.contracts.actors import ActorRef
from shared.contracts.aftermath import StoryFate
from shared.contracts.stories import (
    StoriesMerged,
    StoryChangeEvent,
    StoryChangeUndone,
    StorySplit,
)
from shared.events import emit

_FATES: dict[type[StoryChangeEvent], StoryFate] = {
    StoriesMerged: StoryFate.MERGED,
    StorySplit: StoryFate.SPLIT,
    StoryChangeUndone: StoryFate.UNDONE,
}


async def tell(
    session: AsyncSession,
    kind: type[StoryChangeEvent],
    change: StoryChange,
    warnings: Sequence[WarningRecord],
    by: ActorRef,
    goes_on: Mapping[UUID, UUID],
) -> None:
    """Emit the event for each of the warnings, and what became of the stories for each incident.

    `goes_on`: where the matter of a story goes on that has no posts any more.
    """
    for warning in warnings:
        await emit(
            session,
            kind(
                warning_id=warning.id,
                change_id=change.id,
                story_id=goes_on.get(warning.story_id, warning.story_id),
                title=change.story_title,
                other_id=change.other_id,
                other_title=change.other_title,
                posts=change.posts,
                reason=change.undone_reason or change.reason,
                by=by,
            ),
        )
    await tell_incidents(session, change, _FATES[kind], by)
