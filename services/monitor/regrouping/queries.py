"""Reading which stories may be one, and what one may fall into."""

import asyncio
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.regrouping.parts import Part, leaving
from services.monitor.regrouping.pieces import Piece, pieces
from services.monitor.regrouping.reading import parts_of
from services.monitor.regrouping.schemas import (
    AlikeList,
    AlikeOut,
    ExampleOut,
    PieceList,
    PieceOut,
)
from services.monitor.regrouping.wording import proposal
from services.monitor.stories.grouping import GroupingPost
from services.monitor.stories.models import AlikeStories, StoryRecord
from services.monitor.stories.queries import get_story
from shared.folding import fold

_MOST = 10
# So many posts with words of their own are compared, the newest: a fifth of a second.
_MOST_COMPARED = 5_000
_EXAMPLES = 3
_SHOWN = 280


async def alike_of(session: AsyncSession, story_id: UUID) -> AlikeList:
    """The stories that may be the same matter as this one, the likeliest first.

    Raises:
        NotFound: there is no such story.
    """
    await get_story(session, story_id)
    pairs = (
        await session.scalars(
            select(AlikeStories)
            .where(or_(AlikeStories.one_id == story_id, AlikeStories.other_id == story_id))
            .order_by(AlikeStories.likeness.desc())
            .limit(_MOST)
        )
    ).all()
    others = {
        pair.other_id if pair.one_id == story_id else pair.one_id: pair.grounds for pair in pairs
    }
    records = await session.scalars(
        select(StoryRecord).where(StoryRecord.id.in_(others), StoryRecord.merged_into.is_(None))
    )
    found = [_shown(record, others[record.id]) for record in records]
    return AlikeList(items=sorted(found, key=lambda each: (-each.likeness, each.story_id)))


def _shown(record: StoryRecord, grounds: dict[str, Any]) -> AlikeOut:
    text, text_zh = proposal(grounds)
    return AlikeOut(
        story_id=record.id,
        title=record.title,
        posts=record.posts + record.copies,
        last_post_at=record.last_post_at,
        likeness=grounds["likeness"],
        words=grounds["words"],
        hours_apart=grounds["hours_apart"],
        bridges=grounds.get("bridges", 0),
        reason=text,
        reason_zh=text_zh,
    )


async def pieces_of(session: AsyncSession, story_id: UUID) -> PieceList:
    """What a story might fall into.

    Raises:
        NotFound: there is no such story.
    """
    await get_story(session, story_id)
    parts = await parts_of(session, story_id)
    compared = [part for part in parts if part.own][-_MOST_COMPARED:]
    found = await asyncio.to_thread(_compare, compared)
    gone: set[UUID] = set()
    items = []
    for piece in found:
        post_ids = [UUID(each) for each in piece.posts]
        leaves = leaving(parts, frozenset(post_ids))
        gone |= leaves
        items.append(_piece(piece, post_ids, len(leaves) - len(post_ids), compared))
    return PieceList(items=items, read=len(compared), stay=len(parts) - len(gone))


def _compare(parts: Iterable[Part]) -> list[Piece]:
    return pieces(
        [
            GroupingPost(
                id=str(part.id), at=part.at.timestamp(), text=part.text, folded=fold(part.text)
            )
            for part in parts
        ]
    )


def _piece(piece: Piece, post_ids: list[UUID], along: int, parts: Iterable[Part]) -> PieceOut:
    wanted = set(post_ids[:_EXAMPLES])
    return PieceOut(
        posts=len(post_ids),
        along=along,
        words=list(piece.words),
        examples=[
            ExampleOut(
                post_id=part.id,
                platform=part.platform,
                text=part.text.strip()[:_SHOWN],
                published_at=part.at,
            )
            for part in parts
            if part.id in wanted
        ],
        post_ids=post_ids,
    )
