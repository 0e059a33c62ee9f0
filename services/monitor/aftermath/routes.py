"""Endpoints of what is seen after an incident."""

from typing import Annotated
from uuid import UUID

from sqlalchemy import select

from services.monitor.aftermath import queries, service
from services.monitor.aftermath.models import FollowUp, Sighting
from services.monitor.aftermath.schemas import (
    Ending,
    FollowUpOut,
    FollowUps,
    Prolonging,
    ReactionsOut,
    SightingOut,
)
from services.monitor.stories.queries import get_story
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import Session, room_router
from shared.paging import PageQuery
from shared.schemas import Page

stories = room_router("/stories", "stories")
router = room_router("/follow-ups", "follow-ups")

Viewer = Annotated[Actor, allow(Permission.VIEW)]
Officer = Annotated[Actor, allow(Permission.HANDLE_WARNINGS)]


@stories.get("/{story_id}/follow-ups", operation_id="stories_follow_ups")
async def list_of_story(story_id: UUID, session: Session, _: Viewer) -> FollowUps:
    """What became of the matter after its incidents (后续跟踪): where it was seen again, which
    accounts spoke again, and whether it came back."""
    await get_story(session, story_id)
    return await queries.follow_ups(session, story_id)


@stories.get("/{story_id}/reactions", operation_id="stories_reactions")
async def list_reactions(story_id: UUID, session: Session, _: Viewer) -> ReactionsOut:
    """Sentiment and volume before and after each statement (声明后反应), over 1, 6, 24 and 72
    hours."""
    await get_story(session, story_id)
    return await queries.reactions(session, story_id)


@router.get("", operation_id="follow_ups_list")
async def list_follow_ups(session: Session, page: PageQuery, _: Viewer) -> Page[FollowUpOut]:
    """The incidents whose matter is followed, newest first, those that were ended too."""
    rows, cursor = await page.rows(session, select(FollowUp), FollowUp.incident_id)
    return Page(items=[await queries.shown(session, row) for row in rows], next_cursor=cursor)


@router.get("/{incident_id}", operation_id="follow_ups_get")
async def get_follow_up(incident_id: UUID, session: Session, _: Viewer) -> FollowUpOut:
    """What became of the matter of an incident. 404 while its response goes on, and where the
    incident names nothing that could be followed."""
    return await queries.shown(session, await service.get_follow_up(session, incident_id))


@router.get("/{incident_id}/sightings", operation_id="follow_ups_sightings")
async def list_sightings(
    incident_id: UUID, session: Session, page: PageQuery, _: Viewer
) -> Page[SightingOut]:
    """Posts about the matter since the end of the response, newest first."""
    await service.get_follow_up(session, incident_id)
    query = select(Sighting).where(Sighting.incident_id == incident_id)
    rows, cursor = await page.rows(session, query, Sighting.post_id)
    return Page(items=[queries.sighting_shown(row) for row in rows], next_cursor=cursor)


@router.get("/{incident_id}/reactions", operation_id="follow_ups_reactions")
async def list_reactions_of_incident(
    incident_id: UUID, session: Session, _: Viewer
) -> ReactionsOut:
    """How the matter of an incident went on after each of its statements, while the response goes
    on too."""
    return await queries.reactions_of_incident(session, incident_id)


@router.post("/{incident_id}/prolong", operation_id="follow_ups_prolong")
async def prolong_follow_up(
    incident_id: UUID, new: Prolonging, session: Session, actor: Officer
) -> FollowUpOut:
    """Follow the matter until another day, longer or shorter."""
    return await queries.shown(
        session, await service.prolong_follow_up(session, incident_id, new, actor.ref)
    )


@router.post("/{incident_id}/end", operation_id="follow_ups_end")
async def end_follow_up(
    incident_id: UUID, new: Ending, session: Session, actor: Officer
) -> FollowUpOut:
    """Follow the matter no more. Texts and accounts are forgotten; what was seen stays."""
    return await queries.shown(
        session, await service.end_follow_up(session, incident_id, new, actor.ref)
    )
