"""What the tracker remembers of the watches in service."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.tracking.tracked import Tracked
from services.monitor.warnings.levels import DEFAULT_THRESHOLDS, Thresholds
from services.monitor.watches.live import (
    SourceNames,
    nodes_of,
    read_aliases,
    read_source_names,
    state_of_watches,
)
from services.monitor.watches.matching import Matcher
from services.monitor.watches.models import Watch
from shared.contracts.levels import WarningLevel
from shared.folding import fold

# A watch that matched so much of a story, compared with the one that matched most, has a say in it.
_FAIR_PART = 0.2


@dataclass
class WatchMemory:
    """The watches in service: what they match, when they warn, what they are called."""

    matcher: Matcher[UUID] = field(default_factory=lambda: Matcher({}))
    thresholds: Mapping[UUID, Thresholds] = field(default_factory=dict)
    watch_names: Mapping[UUID, str] = field(default_factory=dict)
    samples: frozenset[UUID] = frozenset()
    # The folded names of whom each watch is about.
    targets: Mapping[UUID, str] = field(default_factory=dict)
    sources: SourceNames = field(default_factory=SourceNames)
    _watches_seen: tuple[Any, ...] | None = None

    async def read_watches(self, session: AsyncSession) -> None:
        """Read the watches again if any of them, of the aliases or of the sources was changed."""
        state = await state_of_watches(session)
        if state == self._watches_seen:
            return
        watches = (await session.scalars(select(Watch).where(Watch.enabled))).all()
        self.matcher = Matcher(nodes_of(watches, await read_aliases(session)))
        self.sources = await read_source_names(session)
        self.thresholds = {watch.id: Thresholds.of(watch.thresholds) for watch in watches}
        self.watch_names = {watch.id: watch.name for watch in watches}
        self.samples = frozenset(watch.id for watch in watches if watch.sample)
        self.targets = {watch.id: fold("\n".join(watch.targets)) for watch in watches}
        self._watches_seen = state

    def judging_watch(self, tracked: Tracked) -> UUID:
        """The watch by whose thresholds a story is judged: the most sensitive of those that matched
        a fair part of it; of equals the one with most mentions, then the older."""
        mentions = tracked.watch_mentions
        least = max(mentions.values()) * _FAIR_PART
        asking = [UUID(watch) for watch, count in mentions.items() if count >= least]
        return min(
            asking,
            key=lambda watch: (
                self.thresholds.get(watch, DEFAULT_THRESHOLDS).heat[WarningLevel.BLUE],
                -mentions[str(watch)],
                watch,
            ),
        )

    def thresholds_for(self, tracked: Tracked) -> Thresholds:
        """The thresholds by which a story is judged."""
        return self.thresholds.get(self.judging_watch(tracked), DEFAULT_THRESHOLDS)

    def naming_terms(self, watches: Mapping[UUID, tuple[str, ...]]) -> tuple[str, ...]:
        """Those of the matched terms that only name whom the watches are about.

        They are in every post of a watch and tell nothing about the matter.
        """
        return tuple(
            {
                term
                for watch, terms in watches.items()
                for term in terms
                if term in self.targets.get(watch, "")
            }
        )
