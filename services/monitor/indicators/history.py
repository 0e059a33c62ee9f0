"""Indicators from the rows of a history. Pure: rows in, points out."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.monitor.indicators.distinct import Distinct
from services.monitor.indicators.heat import HALF_LIFE
from services.monitor.indicators.impact import reach_score
from services.monitor.indicators.schemas import HistoryPoint, WholeSpread

_HOUR = 3_600.0


@dataclass(frozen=True, slots=True)
class Stretchable:
    """A history to be told: `rows` by the beginning of their stretch; `since` to `until` are told,
    earlier rows only warm up the heat."""

    rows: Mapping[datetime, Any]
    minutes: int
    since: datetime
    until: datetime


def points_of(history: Stretchable) -> list[HistoryPoint]:
    """Returns one point for each stretch, those without posts too."""
    step = timedelta(minutes=history.minutes)
    at = min([history.since, *history.rows])
    heat = 0.0
    points: list[HistoryPoint] = []
    while at < history.until:
        row = history.rows.get(at)
        heat = heat_after(heat, row.weight if row else 0.0, history.minutes * 60.0)
        if at >= history.since:
            points.append(_point(at, row, heat))
        at += step
    return points


def heat_after(heat: float, weight: float, seconds: float) -> float:
    """Returns the heat at the end of a stretch whose posts, of this weight, came evenly.

    With H the half-life: heat · 2^(-t/H) + weight/t · (1 - 2^(-t/H)), in posts an hour; see
    `heat.py`. Of a day it is the mean rate, of a minute what single posts give.
    """
    kept = math.exp2(-seconds / HALF_LIFE)
    return heat * kept + weight * _HOUR / seconds * (1 - kept)


def whole_of(rows: Iterable[Any]) -> WholeSpread:
    """Returns how far a matter went over several stretches."""
    found = list(rows)
    reach = sum(row.reach for row in found)
    return WholeSpread(
        platforms=len({name for row in found for name in row.platforms}),
        regions=len({name for row in found for name in row.regions}),
        sources=_union(row.sources for row in found),
        authors=_union(row.authors for row in found),
        reach=reach,
        voice=max((row.voice for row in found), default=0),
        impact=reach_score(reach),
    )


def _union(sketches: Iterable[Sequence[int]]) -> int:
    whole = Distinct()
    for sketch in sketches:
        whole.include(Distinct(sketch))
    return whole.estimate()


def _point(at: datetime, row: Any, heat: float) -> HistoryPoint:
    if row is None:
        counts = dict.fromkeys(_COUNTS, 0)
        return HistoryPoint(at=at, heat=heat, negative_share=None, **counts, **_NOBODY)
    known = row.negative + row.neutral + row.positive
    return HistoryPoint(
        at=at,
        heat=heat,
        negative_share=row.negative / known if known > 0 else None,
        platforms=len(row.platforms),
        regions=len(row.regions),
        sources=Distinct(row.sources).estimate(),
        authors=Distinct(row.authors).estimate(),
        **{name: max(0, getattr(row, name)) for name in _COUNTS},
    )


_COUNTS = ("posts", "copies", "positive", "neutral", "negative", "reach", "voice")
_NOBODY = dict.fromkeys(("platforms", "sources", "regions", "authors"), 0)
