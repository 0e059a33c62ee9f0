"""Trying a watch on past posts before it goes live."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.watches.explain import Writing
from services.monitor.watches.live import (
    SourceNames,
    fields_of,
    read_aliases,
    read_source_names,
    strategy_of,
)
from services.monitor.watches.matching import Matcher
from services.monitor.watches.nodes import Node
from services.monitor.watches.past import SHOWN_CHARACTERS, match_row, newest_posts, spans_out
from services.monitor.watches.schemas import (
    Comparison,
    DayHits,
    PlatformHits,
    PreviewMatch,
    PreviewNew,
    PreviewOut,
)
from services.monitor.watches.service import get_watch, read_new


@dataclass(slots=True)
class _Hits:
    """Posts examined and matched."""

    examined: int = 0
    matched: int = 0
    saved: int = 0
    new: int = 0
    lost: int = 0
    platforms: Counter[str] = field(default_factory=Counter)
    platform_hits: Counter[str] = field(default_factory=Counter)
    days: Counter[date] = field(default_factory=Counter)
    day_hits: Counter[date] = field(default_factory=Counter)


async def preview(session: AsyncSession, new: PreviewNew) -> PreviewOut:
    """Run a watch over the newest stored posts, beside the saved one where there is one.

    Raises:
        Invalid: it cannot be read, or would match everything.
        NotFound: there is no saved watch with this id.
    """
    aliases = await read_aliases(session)
    names = await read_source_names(session)
    nodes: dict[str, Node] = {"tried": read_new(new, aliases).node}
    if new.watch_id is not None:
        nodes["saved"] = strategy_of(await get_watch(session, new.watch_id), aliases).node
    matcher = Matcher(nodes)
    hits = _Hits()
    items: list[PreviewMatch] = []
    lost: list[PreviewMatch] = []
    async for row in newest_posts(session, new.examine):
        found = dict(match_row(matcher, row, names))
        tried, saved = "tried" in found, "saved" in found
        _count(hits, row, row.published_at.astimezone(new.zone).date(), tried=tried, saved=saved)
        if tried and len(items) < new.show:
            change = "new" if new.watch_id is not None and not saved else None
            items.append(_shown(row, nodes["tried"], found["tried"], names, change))
        if saved and not tried and len(lost) < new.show:
            lost.append(_shown(row, nodes["saved"], found["saved"], names, "lost"))
    return PreviewOut(
        examined=hits.examined,
        matched=hits.matched,
        hit_rate=hits.matched / hits.examined if hits.examined else 0.0,
        platforms=[
            PlatformHits(platform=name, examined=count, matched=hits.platform_hits[name])
            for name, count in hits.platforms.most_common()
        ],
        days=[
            DayHits(day=day, examined=count, matched=hits.day_hits[day])
            for day, count in sorted(hits.days.items())
        ],
        compared=(
            Comparison(matched=hits.saved, new=hits.new, lost=hits.lost)
            if new.watch_id is not None
            else None
        ),
        items=items,
        lost_items=lost,
    )


def _count(hits: _Hits, row: Row[Any], day: date, *, tried: bool, saved: bool) -> None:
    hits.examined += 1
    hits.matched += tried
    hits.saved += saved
    hits.new += tried and not saved
    hits.lost += saved and not tried
    hits.platforms[row.platform] += 1
    hits.platform_hits[row.platform] += tried
    hits.days[day] += 1
    hits.day_hits[day] += tried


def _shown(
    row: Row[Any], node: Node, terms: Sequence[str], names: SourceNames, change: str | None
) -> PreviewMatch:
    text = row.text[:SHOWN_CHARACTERS]
    return PreviewMatch(
        post_id=row.id,
        platform=row.platform,
        title=row.title,
        text=text,
        published_at=row.published_at,
        terms=list(terms),
        highlights=spans_out(node, Writing(text, fields_of(row, names))),
        change=change,
    )
