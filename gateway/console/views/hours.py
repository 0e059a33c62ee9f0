"""A week of a watch, hour by hour: bars over the band of what is usual, and where it surged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from gateway.console.moments import as_moment

DAYS = 7
_WIDTH, _HEIGHT = 1_008, 220
_HOUR = timedelta(hours=1)
# Alarms of a surge that grows: later than this, it is another one.
_APART = timedelta(hours=3)


@dataclass(frozen=True)
class Week:
    """Paths of an SVG without words, seven equal days wide.

    `usual`, `above`: bars of hours within the band, and beyond it; `band`, `expected`: what is
    usual; `marks`: where a surge was told, from the left; `days`: midnights, the first at the left
    edge; `top`: what the height stands for; `highest`: the hour with the most mentions.
    """

    width: int
    height: int
    usual: str
    above: str
    band: str
    expected: str
    marks: Sequence[float]
    days: Sequence[datetime]
    top: float
    highest: Mapping[str, Any]


@dataclass(frozen=True)
class Surge:
    """One surge: its strongest alarm, when it was told first, and how often."""

    strongest: Mapping[str, Any]
    began: str
    told: int


def week_of(
    hours: Sequence[Mapping[str, Any]],
    surges: Sequence[Surge],
    now: datetime,
    zone: tzinfo,
) -> Week | None:
    """Draws the last seven days of the visitor, today included; None where nothing came."""
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    days = [today - timedelta(days=DAYS - 1 - number) for number in range(DAYS)]
    shown = [(_place(hour["at"], days), hour) for hour in hours]
    drawn = [(place, hour) for place, hour in shown if place is not None]
    if not drawn:
        return None
    top = max(max(_most(hour) for _, hour in drawn), 1.0)
    wide = _WIDTH / DAYS / 24

    def y(value: float) -> float:
        return round(_HEIGHT - value / top * (_HEIGHT - 8), 1)

    def bars(above: bool) -> str:
        return " ".join(
            f"M{place + 0.8:.1f},{_HEIGHT} V{y(hour['mentions'])} h{wide - 1.6:.1f} V{_HEIGHT} Z"
            for place, hour in drawn
            if _beyond(hour) is above and hour["mentions"]
        )

    known = [(place, hour["normal"]) for place, hour in drawn if hour.get("normal")]
    upper = [f"{place + part:.1f},{y(band['high'])}" for place, band in known for part in (0, wide)]
    lower = [f"{place + part:.1f},{y(band['low'])}" for place, band in known for part in (0, wide)]
    middle = [f"{place + wide / 2:.1f},{y(band['expected'])}" for place, band in known]
    marks = [_place(surge.began, days) for surge in surges]
    return Week(
        width=_WIDTH,
        height=_HEIGHT,
        usual=bars(False),
        above=bars(True),
        band=f"M{' L'.join([*upper, *reversed(lower)])} Z" if known else "",
        expected=f"M{' L'.join(middle)}" if known else "",
        marks=[mark for mark in marks if mark is not None],
        days=days,
        top=top,
        highest=max((hour for _, hour in drawn), key=lambda hour: hour["mentions"]),
    )


def surges_of(alarms: Sequence[Mapping[str, Any]]) -> list[Surge]:
    """Alarms of the API, newest first, as surges: one that grows is told again, and is one."""
    found: list[list[Mapping[str, Any]]] = []
    for alarm in alarms:
        at = as_moment(alarm.get("at"))
        later = as_moment(found[-1][-1].get("at")) if found else None
        if at and later and later - at <= _APART:
            found[-1].append(alarm)
        else:
            found.append([alarm])
    return [
        Surge(
            strongest=max(each, key=lambda alarm: alarm.get("evidence") or 0),
            began=str(each[-1].get("at")),
            told=len(each),
        )
        for each in found
    ]


def _place(at: Any, days: Sequence[datetime]) -> float | None:
    """From the left edge; days in which the clock is changed are as wide as others."""
    moment = as_moment(at)
    if moment is None or not days[0] <= moment < days[-1] + timedelta(days=1):
        return None
    local = moment.astimezone(days[0].tzinfo)
    day = (local.date() - days[0].date()).days
    return round((day + (local.hour + local.minute / 60) / 24) * _WIDTH / DAYS, 1)


def _most(hour: Mapping[str, Any]) -> float:
    normal = hour.get("normal") or {}
    return max(float(hour["mentions"]), float(normal.get("high") or 0))


def _beyond(hour: Mapping[str, Any]) -> bool:
    normal = hour.get("normal")
    return normal is not None and bool(hour["mentions"] > normal["high"])
