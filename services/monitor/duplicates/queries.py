"""Reading copies, and the spread of stories over platforms."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.duplicates.schemas import (
    CopiesPage,
    CopyOut,
    JudgementOut,
    PlatformCopies,
    PlatformSpread,
    SpreadOut,
)
from services.monitor.posts.models import CopyJudgement, Post, PostCopy
from shared.paging import Paging
from shared.rows import find_row


async def copies_of(session: AsyncSession, post_id: UUID, page: Paging) -> CopiesPage:
    """The copies of a post, or of its original where it is a copy itself.

    Raises:
        NotFound: no such post.
    """
    await find_row(session, Post, post_id, "post")
    of = select(PostCopy.original_id).where(
        PostCopy.post_id == post_id, PostCopy.separated_at.is_(None)
    )
    original = await session.scalar(of) or post_id
    here = select(PostCopy).where(PostCopy.original_id == original)
    pairs, cursor = await page.rows(session, here, PostCopy.post_id)
    posts = {
        post.id: post
        for post in await session.scalars(
            select(Post).where(Post.id.in_([pair.post_id for pair in pairs]))
        )
    }
    counted = (PostCopy.original_id == original, PostCopy.separated_at.is_(None))
    first = func.min(Post.published_at)
    platforms = await session.execute(
        select(Post.platform, func.count().label("copies"), first.label("first_at"))
        .join(PostCopy, PostCopy.post_id == Post.id)
        .where(*counted)
        .group_by(Post.platform)
        .order_by(first, Post.platform)
    )
    shown = [PlatformCopies.model_validate(row, from_attributes=True) for row in platforms]
    return CopiesPage(
        items=[_shown(pair, posts[pair.post_id]) for pair in pairs if pair.post_id in posts],
        next_cursor=cursor,
        original_id=original,
        total=sum(platform.copies for platform in shown),
        platforms=shown,
    )


async def judgements(session: AsyncSession, post_id: UUID) -> list[JudgementOut]:
    """What people judged of a post, newest first.

    Raises:
        NotFound: no such post.
    """
    await find_row(session, Post, post_id, "post")
    rows = await session.scalars(
        select(CopyJudgement)
        .where(CopyJudgement.post_id == post_id)
        .order_by(CopyJudgement.id.desc())
    )
    return [JudgementOut.model_validate(row) for row in rows]


_SPREAD = text("""
WITH members AS (
    SELECT DISTINCT ON (post.id) post.id, post.platform, post.author, post.author_followers,
        post.published_at,
        CASE WHEN copy.post_id IS NOT NULL THEN 'copy'
             WHEN post.parent_external_id IS NOT NULL THEN 'answer' ELSE 'post' END AS manner
    FROM monitor.mentions AS mention
    JOIN monitor.posts AS post ON post.id = mention.post_id
    LEFT JOIN monitor.post_copies AS copy
      ON copy.post_id = post.id AND copy.separated_at IS NULL
    WHERE mention.story_id = :story_id
), carriers AS (
    SELECT platform, author, count(*) AS posts, max(author_followers) AS followers,
        row_number() OVER (
            PARTITION BY platform
            ORDER BY max(author_followers) DESC NULLS LAST, count(*) DESC, author) AS place
    FROM members WHERE author IS NOT NULL GROUP BY platform, author
)
SELECT members.platform, count(*) FILTER (WHERE manner = 'post') AS posts,
    count(*) FILTER (WHERE manner = 'copy') AS copies,
    count(*) FILTER (WHERE manner = 'answer') AS answers,
    min(published_at) AS first_at, (array_agg(id ORDER BY published_at, id))[1] AS first_post_id,
    coalesce((
        SELECT json_agg(json_build_object(
            'author', author, 'posts', posts, 'followers', followers) ORDER BY place)
        FROM carriers WHERE carriers.platform = members.platform AND place <= :carriers
    ), '[]') AS carriers
FROM members GROUP BY members.platform ORDER BY first_at, members.platform
""")


async def spread_of(session: AsyncSession, story_id: UUID, carriers: int) -> SpreadOut:
    """A story by platform, with the `carriers` largest accounts of each."""
    rows = await session.execute(_SPREAD, {"story_id": story_id, "carriers": carriers})
    platforms: list[dict[str, Any]] = [dict(row._mapping) for row in rows]
    return SpreadOut(platforms=[PlatformSpread.model_validate(row) for row in platforms])


def _shown(pair: PostCopy, post: Post) -> CopyOut:
    return CopyOut(
        post_id=post.id,
        kind=pair.kind,
        # Kept in four bytes, which show as 0.9869999885559082.
        similarity=round(pair.similarity, 4),
        platform=post.platform,
        author=post.author,
        author_followers=post.author_followers,
        url=post.url,
        text=post.text,
        published_at=post.published_at,
        separated=pair.separated_at is not None,
    )
