"""Trying a watch on past posts before it goes live."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.watches.clauses import Tally, split
from services.monitor.watches.content import Content
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
from services.monitor.watches.past import (
    SHOWN_CHARACTERS,
    folded_row,
    match_row,
    newest_posts,
    spans_out,
)
from services.monitor.watches.service import get_watch, read_new
from services.monitor.watches.trial_schemas import (
    ClauseHits,
    Comparison,
    DayHits,
    PlatformHits,
    PreviewMatch,
    PreviewNew,
    PreviewOut,
)

# Each clause is tried on so many posts by itself: a watch may have a thousand of them.
_MOST_COUNTED = 1_000


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
    times: list[float] = field(default_factory=list)


async def preview(session: AsyncSession, new: PreviewNew) -> PreviewOut:
    """Run a watch over the newest stored posts, beside the saved one where there is one.

    Raises:
        Invalid: it cannot be read, or would match everything.
        NotFound: there is no saved watch with this id.
    """
    aliases = await read_aliases(session)
    names = await read_source_names(session)
    strategy = read_new(new, aliases)
    tally = Tally(split(strategy))
    nodes: dict[str, Node] = {"tried": strategy.node, "asked": tally.parts.core}
    if new.watch_id is not None:
        nodes["saved"] = strategy_of(await get_watch(session, new.watch_id), aliases).node
    matcher = Matcher(nodes)
    hits = _Hits()
    items: list[PreviewMatch] = []
    lost: list[PreviewMatch] = []
    missed: list[PreviewMatch] = []
    async for row in newest_posts(session, new.examine):
        found = dict(match_row(matcher, row, names))
        tried, saved = "tried" in found, "saved" in found
        _count(hits, row, row.published_at.astimezone(new.zone).date(), tried=tried, saved=saved)
        if tried and len(items) < new.show:
            change = "new" if new.watch_id is not None and not saved else None
            items.append(_shown(row, nodes["tried"], found["tried"], names, change))
        if saved and not tried and len(lost) < new.show:
            lost.append(_shown(row, nodes["saved"], found["saved"], names, "lost"))
        if "asked" in found and tally.counted < _MOST_COUNTED:
            content = Content(folded_row(row), fields_of(row, names))
            barriers = tally.count(content)
            if barriers and len(missed) < new.show:
                near = _shown(row, tally.parts.core, found["asked"], names, None)
                near.taken_away_by = [part.says for part in barriers]
                missed.append(near)
    return PreviewOut(
        examined=hits.examined,
        matched=hits.matched,
        hit_rate=hits.matched / hits.examined if hits.examined else 0.0,
        per_day=_per_day(hits),
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
        clauses_counted=tally.counted,
        clauses=[
            ClauseHits(
                says=part.says, role=part.role, pointer=part.pointer, matched=matched, alone=alone
            )
            for part, matched, alone in tally.told()
        ],
        items=items,
        lost_items=lost,
        near_items=missed,
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
    hits.times.append(row.published_at.timestamp())


def _per_day(hits: _Hits) -> float | None:
    """Matching posts a day, over the time in which the middle nine tenths of the posts were
    published: a few old ones do not stretch it. None where that is less than an hour."""
    times = sorted(hits.times)
    if not times:
        return None
    edge = len(times) // 20
    days = (times[-1 - edge] - times[edge]) / 86_400
    return 0.9 * hits.matched / days if days > 1 / 24 else None


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
