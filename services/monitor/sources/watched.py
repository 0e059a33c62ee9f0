"""What watches ask for, for sources that hear everything and must not keep it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.sources.connectors.items import Item
from services.monitor.sources.connectors.protocol import Watched
from services.monitor.watches.expression import parse
from services.monitor.watches.matching import Matcher
from services.monitor.watches.models import Watch
from shared.folding import fold


@dataclass
class WatchedPosts:
    """The watches in force, compiled once and again when they change."""

    _matcher: Matcher[UUID] = field(default_factory=lambda: Matcher({}))
    _seen: tuple[int, datetime | None] | None = None

    async def current(self, session: AsyncSession) -> Watched:
        """Says of an item whether a watch matches it."""
        count, newest = (
            await session.execute(select(func.count(), func.max(Watch.changed_at)))
        ).one()
        if (count, newest) != self._seen:
            watches = (await session.scalars(select(Watch).where(Watch.enabled))).all()
            self._matcher = Matcher({watch.id: parse(watch.expression) for watch in watches})
            self._seen = (count, newest)
        matcher = self._matcher

        def is_watched(item: Item) -> bool:
            said = f"{item.title}\n{item.text}" if item.title else item.text
            return bool(matcher.match(fold(said)))

        return is_watched
