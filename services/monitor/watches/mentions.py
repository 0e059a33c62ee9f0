"""Reading what watches matched."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.posts.models import Mention, Post
from services.monitor.watches.explain import Writing
from services.monitor.watches.live import fields_of, nodes_of, read_aliases, read_source_names
from services.monitor.watches.past import SHOWN_CHARACTERS, spans_out
from services.monitor.watches.schemas import MentionOut
from services.monitor.watches.service import get_watch
from shared.paging import Paging


async def list_mentions(
    session: AsyncSession, page: Paging, watch_id: UUID
) -> tuple[list[MentionOut], str | None]:
    """One page of what a watch matched, newest first, and the cursor of the next.

    Highlights are those of the watch as it reads now.

    Raises:
        NotFound: there is no watch with this id.
    """
    watch = await get_watch(session, watch_id)
    node = nodes_of([watch], await read_aliases(session)).get(watch_id)
    names = await read_source_names(session)
    query = select(Mention).where(Mention.watch_id == watch_id)
    mentions, cursor = await page.rows(session, query, Mention.post_id)
    ids = [mention.post_id for mention in mentions]
    posts = {post.id: post for post in await session.scalars(select(Post).where(Post.id.in_(ids)))}
    items = []
    for mention in mentions:
        if (post := posts.get(mention.post_id)) is None:  # deleted since
            continue
        text = post.text[:SHOWN_CHARACTERS]
        items.append(
            MentionOut(
                post_id=post.id,
                story_id=mention.story_id,
                platform=post.platform,
                title=post.title,
                text=text,
                published_at=post.published_at,
                terms=mention.terms,
                highlights=spans_out(node, Writing(text, fields_of(post, names))) if node else [],
            )
        )
    return items, cursor
