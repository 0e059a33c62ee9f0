"""The watches in service, read from the database as trees."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.posts.models import Post
from services.monitor.sources.models import Source
from services.monitor.watches.content import Fields
from services.monitor.watches.expression import Aliases
from services.monitor.watches.mistakes import ExpressionError
from services.monitor.watches.models import Alias, Watch
from services.monitor.watches.nodes import Node
from services.monitor.watches.schemas import WatchFilters
from services.monitor.watches.strategy import NO_FILTERS, Strategy, read_strategy
from shared.contracts.posts import CollectedPost
from shared.log import get_logger

log = get_logger(__name__)

# Nearly all links: told ten times as fast as by `urlsplit`.
_PLAIN_LINK = re.compile(r"https?://([a-z0-9.-]+)(?:[/?#]|$)")


@dataclass(frozen=True, slots=True)
class SourceNames:
    """What sources are called, by id."""

    names: Mapping[UUID, str] = field(default_factory=dict)

    def of(self, source_id: UUID | None, url: str | None) -> str:
        """The names by which a post's source is known: its own, and the host of the link."""
        name = self.names.get(source_id, "") if source_id else ""
        return f"{name}\n{host_of(url)}" if url else name


def host_of(url: str) -> str:
    """The host of a link, empty where it has none."""
    if plain := _PLAIN_LINK.match(url):
        return plain[1]
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # "http://[": no address, as posts have them
        return ""


def fields_of(post: Post | CollectedPost | Row[Any], sources: SourceNames) -> Fields:
    """What watches look at of a post besides its text."""
    return Fields(
        title=post.title or "",
        author=post.author or "",
        platform=post.platform,
        region=post.region or "",
        language=post.language or "",
        source=sources.of(post.source_id, post.url),
        at=post.published_at.timestamp(),
    )


def strategy_of(watch: Watch, aliases: Aliases) -> Strategy:
    """What a saved watch looks for.

    Raises:
        ExpressionError: it was written before the language came to read it otherwise.
    """
    filters = (
        WatchFilters.model_validate(watch.filters).conditions() if watch.filters else NO_FILTERS
    )
    return read_strategy(watch.expression, watch.exclusions, filters, aliases)


def nodes_of(watches: Sequence[Watch], aliases: Aliases) -> dict[UUID, Node]:
    """The trees of watches; one that cannot be read is logged and left out, so that it does not
    stop the others."""
    nodes: dict[UUID, Node] = {}
    for watch in watches:
        try:
            nodes[watch.id] = strategy_of(watch, aliases).node
        except ExpressionError as error:
            log.error("watch_unreadable", watch_id=str(watch.id), error=str(error))
    return nodes


async def read_aliases(session: AsyncSession) -> dict[str, list[str]]:
    """Spellings by folded name."""
    rows = await session.execute(select(Alias.key, Alias.spellings))
    return {row.key: row.spellings for row in rows}


async def read_source_names(session: AsyncSession) -> SourceNames:
    """What all sources are called."""
    rows = await session.execute(select(Source.id, Source.name))
    return SourceNames({row.id: row.name for row in rows})


_STATE = select(
    *(
        value
        for kind in (Watch, Alias, Source)
        for value in (
            select(func.count()).select_from(kind).scalar_subquery(),
            select(func.max(kind.changed_at)).scalar_subquery(),
        )
    )
)


async def state_of_watches(session: AsyncSession) -> tuple[Any, ...]:
    """What is another whenever a watch, an alias or the name of a source was changed."""
    return tuple((await session.execute(_STATE)).one())
