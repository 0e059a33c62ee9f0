"""What watches ask for, for sources that hear everything and must not keep it."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.sources.connectors.items import Item
from services.monitor.sources.connectors.protocol import Watched
from services.monitor.watches.content import Fields
from services.monitor.watches.live import (
    SourceNames,
    nodes_of,
    read_aliases,
    read_source_names,
    state_of_watches,
)
from services.monitor.watches.matching import Matcher
from services.monitor.watches.models import Watch
from shared.folding import fold


@dataclass
class WatchedPosts:
    """The watches in force, compiled once and again when they change."""

    _matcher: Matcher[UUID] = field(default_factory=lambda: Matcher({}))
    _sources: SourceNames = field(default_factory=SourceNames)
    _seen: tuple[Any, ...] | None = None

    async def current(self, session: AsyncSession, *, source_id: UUID, platform: str) -> Watched:
        """Says of an item of this source whether a watch matches it."""
        state = await state_of_watches(session)
        if state != self._seen:
            watches = (await session.scalars(select(Watch).where(Watch.enabled))).all()
            self._matcher = Matcher(nodes_of(watches, await read_aliases(session)))
            self._sources = await read_source_names(session)
            self._seen = state
        matcher, sources = self._matcher, self._sources

        def is_watched(item: Item) -> bool:
            said = f"{item.title}\n{item.text}" if item.title else item.text
            fields = Fields(
                title=item.title or "",
                author=item.author or "",
                platform=platform,
                region=item.region or "",
                language=item.language or "",
                source=sources.of(source_id, item.url),
                at=item.published_at.timestamp() if item.published_at else None,
            )
            return bool(matcher.match(fold(said), fields))

        return is_watched
