"""Endpoints of what is seen after an incident."""

from typing import Annotated
from uuid import UUID

from services.monitor.aftermath import queries
from services.monitor.aftermath.schemas import FollowUps, ReactionsOut
from services.monitor.stories.queries import get_story
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import Session, room_router

router = room_router("/stories", "stories")

Viewer = Annotated[Actor, allow(Permission.VIEW)]


@router.get("/{story_id}/follow-ups", operation_id="stories_follow_ups")
async def list_follow_ups(story_id: UUID, session: Session, _: Viewer) -> FollowUps:
    """What became of the matter after its incidents (后续跟踪): where it was seen again, which
    accounts spoke again, and whether it came back."""
    await get_story(session, story_id)
    return await queries.follow_ups(session, story_id)


@router.get("/{story_id}/reactions", operation_id="stories_reactions")
async def list_reactions(story_id: UUID, session: Session, _: Viewer) -> ReactionsOut:
    """Sentiment and volume before and after each statement (声明后反应), over 1, 6, 24 and 72
    hours."""
    await get_story(session, story_id)
    return await queries.reactions(session, story_id)
