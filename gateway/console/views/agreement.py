"""How well a model and people agree over time, as a small chart, and who said what of what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import floor
from typing import Any, Final

# Older windows are in the API; these are what a chart of this width can show.
_MOST_WINDOWS: Final = 12
_WIDTH, _HEIGHT = 420, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 10, 10, 26


@dataclass(frozen=True)
class Point:
    """A week or a month of one release: a share with its interval, in the places of an SVG."""

    x: float
    y: float
    low: float
    high: float
    window: Mapping[str, Any]
    day: str
    # Another release than the point before.
    begins_release: bool


@dataclass(frozen=True)
class Course:
    """A chart of shares between `floor` and 1. `lines`: a path for each release."""

    width: int
    height: int
    left: int
    right: int
    base: int
    grid: Sequence[tuple[float, float]]
    points: Sequence[Point]
    lines: Sequence[str]


def course(windows: Sequence[Mapping[str, Any]]) -> Course | None:
    """Draw windows, oldest first, each release a line of its own; None for fewer than two."""
    shown = [window for window in windows if window.get("compared")][-_MOST_WINDOWS:]
    if len(shown) < 2:
        return None
    lowest: float = min(0.9, floor(min(window["low"] for window in shown) * 10) / 10)
    step = (_WIDTH - _LEFT - _RIGHT) / len(shown)

    def height(share: float) -> float:
        part = (share - lowest) / (1 - lowest)
        return round(_HEIGHT - _BOTTOM - part * (_HEIGHT - _TOP - _BOTTOM), 1)

    points: list[Point] = []
    lines: list[list[str]] = []
    for index, window in enumerate(shown):
        place = round(_LEFT + step * (index + 0.5), 1)
        begins = not index or _release(window) != _release(shown[index - 1])
        point = Point(
            x=place,
            y=height(window["share"]),
            low=height(window["low"]),
            high=height(window["high"]),
            window=window,
            day=_day(window.get("begins")),
            begins_release=begins and index > 0,
        )
        points.append(point)
        if begins:
            lines.append([])
        lines[-1].append(f"{point.x},{point.y}")
    # A line every ten points, or every twenty where that would be crowded.
    stride = 1 if lowest >= 0.5 else 2
    marks = [tenths / 10 for tenths in range(10, round(lowest * 10) - 1, -stride)][::-1]
    return Course(
        width=_WIDTH,
        height=_HEIGHT,
        left=_LEFT,
        right=_WIDTH - _RIGHT,
        base=_HEIGHT - _BOTTOM,
        grid=[(mark, height(mark)) for mark in marks],
        points=points,
        lines=["M" + " L".join(line) for line in lines],
    )


def _release(window: Mapping[str, Any]) -> tuple[Any, Any]:
    return window.get("engine"), window.get("release")


def _day(begins: Any) -> str:
    """`11-16` of a date."""
    try:
        return date.fromisoformat(str(begins)).strftime("%m-%d")
    except ValueError:
        return ""
