"""Watches against posts that are stored."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.posts.models import Post
from services.monitor.watches.explain import Writing, highlights
from services.monitor.watches.live import SourceNames, fields_of
from services.monitor.watches.matching import Matcher
from services.monitor.watches.nodes import Node
from services.monitor.watches.schemas import SpanOut
from shared.folding import fold

# A list shows so much of a text: to find the places of a long one takes a tenth of a second.
SHOWN_CHARACTERS = 5_000
# Read and matched in pieces, so that other requests are answered meanwhile.
_SLICE = 500

_COLUMNS = (
    Post.id,
    Post.platform,
    Post.title,
    Post.text,
    Post.author,
    Post.region,
    Post.language,
    Post.source_id,
    Post.url,
    Post.published_at,
)


async def newest_posts(session: AsyncSession, count: int) -> AsyncIterator[Row[Any]]:
    """The newest posts, read in slices."""
    before: UUID | None = None
    while count > 0:
        query = select(*_COLUMNS).order_by(Post.id.desc()).limit(min(_SLICE, count))
        if before is not None:
            query = query.where(Post.id < before)
        rows: list[Row[Any]] = list(await session.execute(query))
        if not rows:
            return
        for row in rows:
            yield row
        before = rows[-1].id
        count -= len(rows)


def match_row(
    matcher: Matcher[Any], row: Row[Any], names: SourceNames
) -> list[tuple[Any, tuple[str, ...]]]:
    """The watches that a stored post matches, each with its terms."""
    return matcher.match(folded_row(row), fields_of(row, names))


def folded_row(row: Row[Any]) -> str:
    """Title and text of a stored post, as watches see them."""
    return fold(f"{row.title} {row.text}" if row.title else row.text)


def spans_out(node: Node, writing: Writing) -> list[SpanOut]:
    """The places that made a post match."""
    return [SpanOut.model_validate(span) for span in highlights(node, writing)]
