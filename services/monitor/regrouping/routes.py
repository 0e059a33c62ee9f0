"""Endpoints of merging and splitting stories."""

from typing import Annotated
from uuid import UUID

from sqlalchemy import or_, select

from services.monitor.regrouping import queries, service
from services.monitor.regrouping.schemas import (
    AlikeList,
    ChangeOut,
    MergeNew,
    PieceList,
    SplitNew,
    UndoNew,
)
from services.monitor.stories.models import StoryChange
from services.monitor.stories.queries import get_story
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import Session, room_router
from shared.paging import PageQuery
from shared.schemas import Page

router = room_router("/stories", "stories")

Viewer = Annotated[Actor, allow(Permission.VIEW)]
Officer = Annotated[Actor, allow(Permission.HANDLE_WARNINGS)]


@router.post("/{story_id}/merge", status_code=201, operation_id="stories_merge")
async def merge_stories(
    story_id: UUID, new: MergeNew, session: Session, actor: Officer
) -> ChangeOut:
    """Put two stories together that are one matter (合并话题); one warning stays."""
    into, other = (new.into, story_id) if new.into else (story_id, new.with_story or story_id)
    change = await service.merge_stories(session, into, other, new.reason, actor.ref)
    return ChangeOut.model_validate(change)


@router.post("/{story_id}/split", status_code=201, operation_id="stories_split")
async def split_story(story_id: UUID, new: SplitNew, session: Session, actor: Officer) -> ChangeOut:
    """Make a story of its own of some posts (拆分话题); what repeats or answers them goes along."""
    change = await service.split_story(
        session,
        story_id,
        post_ids=new.post_ids,
        term=new.term,
        reason=new.reason,
        by=actor.ref,
    )
    return ChangeOut.model_validate(change)


@router.post("/changes/{change_id}/undo", operation_id="stories_undo_change")
async def undo_change(change_id: UUID, new: UndoNew, session: Session, actor: Officer) -> ChangeOut:
    """Take a merge or a split back. Later changes of the same stories must be undone first."""
    change = await service.undo_change(session, change_id, new.reason, actor.ref)
    return ChangeOut.model_validate(change)


@router.get("/{story_id}/changes", operation_id="stories_changes")
async def list_changes(
    story_id: UUID, session: Session, page: PageQuery, _: Viewer
) -> Page[ChangeOut]:
    """What was merged with a story and split from it, by whom and why, newest first."""
    await get_story(session, story_id)
    query = select(StoryChange).where(
        or_(StoryChange.story_id == story_id, StoryChange.other_id == story_id)
    )
    rows, cursor = await page.rows(session, query, StoryChange.id)
    return Page(items=[ChangeOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.get("/{story_id}/pieces", operation_id="stories_pieces")
async def list_pieces(story_id: UUID, session: Session, _: Viewer) -> PieceList:
    """What the story might fall into (拆分建议): posts that are alike among themselves, with the
    words that tell them from the others. Splitting off their `post_ids` makes a story of them."""
    return await queries.pieces_of(session, story_id)


@router.get("/{story_id}/alike", operation_id="stories_alike")
async def list_alike(story_id: UUID, session: Session, _: Viewer) -> AlikeList:
    """Stories that may be the same matter, with the reasons."""
    return await queries.alike_of(session, story_id)
