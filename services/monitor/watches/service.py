"""Use cases of watches."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.posts.models import Post
from services.monitor.watches.expression import Node, parse
from services.monitor.watches.matching import Matcher
from services.monitor.watches.models import Watch
from services.monitor.watches.schemas import PreviewMatch, PreviewNew, PreviewOut, WatchNew
from services.monitor.watches.tokens import ExpressionError
from shared.errors import Conflict, Invalid
from shared.folding import fold
from shared.rows import find_row
from shared.schemas import check_version


async def create_watch(session: AsyncSession, new: WatchNew) -> Watch:
    """Put a watch into service; it sees what comes from now on.

    Raises:
        Invalid: the expression cannot be read, or would match everything.
        Conflict: there is a watch of this name.
    """
    read_expression(new.expression)
    if await session.scalar(select(Watch.id).where(Watch.name == new.name)):
        raise Conflict(f"There is a watch named {new.name} already.")
    watch = Watch(**_values(new))
    session.add(watch)
    await session.flush()
    await session.refresh(watch)
    return watch


async def change_watch(
    session: AsyncSession, watch_id: UUID, new: WatchNew, if_match: str | None
) -> Watch:
    """Change a watch; posts that it matched before keep their mentions.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, Invalid, Conflict.
    """
    read_expression(new.expression)
    watch = await get_watch(session, watch_id)
    check_version(if_match, watch.version)
    namesake = await session.scalar(
        select(Watch.id).where(Watch.name == new.name, Watch.id != watch_id)
    )
    if namesake:
        raise Conflict(f"There is a watch named {new.name} already.")
    for name, value in _values(new).items():
        setattr(watch, name, value)
    await session.flush()
    await session.refresh(watch)
    return watch


async def get_watch(session: AsyncSession, watch_id: UUID) -> Watch:
    """One watch.

    Raises:
        NotFound: there is none with this id.
    """
    return await find_row(session, Watch, watch_id, "watch")


async def preview(session: AsyncSession, new: PreviewNew) -> PreviewOut:
    """Run an expression over the newest stored posts.

    Raises:
        Invalid: the expression cannot be read, or would match everything.
    """
    matcher = Matcher({0: read_expression(new.expression)})
    rows = await session.execute(
        select(Post.id, Post.platform, Post.title, Post.text, Post.published_at)
        .order_by(Post.id.desc())
        .limit(new.examine)
    )
    examined = matched = 0
    items: list[PreviewMatch] = []
    for row in rows:
        examined += 1
        found = matcher.match(fold(f"{row.title or ''} {row.text}"))
        if found:
            matched += 1
            if len(items) < new.show:
                items.append(
                    PreviewMatch(
                        post_id=row.id,
                        platform=row.platform,
                        title=row.title,
                        text=row.text,
                        published_at=row.published_at,
                        terms=list(found[0][1]),
                    )
                )
    return PreviewOut(
        examined=examined,
        matched=matched,
        hit_rate=matched / examined if examined else 0.0,
        items=items,
    )


def read_expression(source: str) -> Node:
    """The tree of an expression.

    Raises:
        Invalid: it cannot be read; the problem says what is wrong and where.
    """
    try:
        return parse(source)
    except ExpressionError as error:
        raise Invalid(
            f"/expression: {error}",
            errors=[{"pointer": "/expression", "detail": str(error), "position": error.position}],
        ) from error


def _values(new: WatchNew) -> dict[str, Any]:
    values = new.model_dump()
    if new.thresholds is not None:
        values["thresholds"] = new.thresholds.model_dump(exclude_unset=True, exclude_none=True)
    return values
