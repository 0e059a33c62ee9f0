"""Endpoints of stories."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy import exists, select

from services.monitor.duplicates.queries import spread_of
from services.monitor.duplicates.schemas import SpreadOut
from services.monitor.posts.models import Mention
from services.monitor.posts.queries import PostFilter, list_posts
from services.monitor.posts.schemas import PostOut
from services.monitor.stories import queries
from services.monitor.stories.models import StoryRecord
from services.monitor.stories.schemas import Rising, StoryOut
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import Session, room_router
from shared.paging import PageQuery
from shared.schemas import Page

router = room_router("/stories", "stories")

Viewer = Annotated[Actor, allow(Permission.VIEW)]


@router.get("", operation_id="stories_list")
async def list_stories(
    session: Session,
    page: PageQuery,
    _: Viewer,
    watch: Annotated[UUID | None, Query(description="With posts that this watch matched")] = None,
    fewest_posts: Annotated[int, Query(ge=1, le=10_000, description="Copies included")] = 1,
) -> Page[StoryOut]:
    """Stories (舆情话题), newest first."""
    query = select(StoryRecord).where(
        StoryRecord.posts + StoryRecord.copies >= fewest_posts, StoryRecord.merged_into.is_(None)
    )
    if watch is not None:
        matched = exists().where(Mention.story_id == StoryRecord.id, Mention.watch_id == watch)
        query = query.where(matched)
    rows, cursor = await page.rows(session, query, StoryRecord.id)
    return Page(items=await queries.complete(session, rows), next_cursor=cursor)


@router.get("/rising", operation_id="stories_rising")
async def list_rising(
    session: Session, _: Viewer, limit: Annotated[int, Query(ge=1, le=50)] = 10
) -> Rising:
    """The stories with a warning in force, gravest first, then those with the most heat."""
    return Rising(items=await queries.rising(session, limit))


@router.get("/{story_id}", operation_id="stories_get")
async def get_story(story_id: UUID, session: Session, _: Viewer) -> StoryOut:
    """One story with its newest reading."""
    return (await queries.complete(session, [await queries.get_story(session, story_id)]))[0]


@router.get("/{story_id}/posts", operation_id="stories_posts")
async def list_story_posts(
    story_id: UUID,
    session: Session,
    page: PageQuery,
    _: Viewer,
    folded: Annotated[bool, Query(description="Without copies: each text once")] = False,
) -> Page[PostOut]:
    """The posts of a story, newest first."""
    await queries.get_story(session, story_id)
    posts, cursor = await list_posts(session, page, PostFilter(story=story_id, folded=folded))
    return Page(items=posts, next_cursor=cursor)


@router.get("/{story_id}/spread", operation_id="stories_spread")
async def get_spread(
    story_id: UUID,
    session: Session,
    _: Viewer,
    carriers: Annotated[int, Query(ge=0, le=50, description="Accounts on each platform")] = 5,
) -> SpreadOut:
    """Where a story went: posts, copies and answers on each platform, and who carried it."""
    await queries.get_story(session, story_id)
    return await spread_of(session, story_id, carriers)
