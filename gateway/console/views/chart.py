"""What the heat chart draws, and the sentence that says the same."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from gateway.console.moments import as_moment
from gateway.console.views.order import rank
from gateway.console.views.volume import since_first


@dataclass(frozen=True)
class Chart:
    """`data` goes to the script that draws; the rest is told in words."""

    data: Mapping[str, Any]
    highest: int
    highest_at: str
    latest: int
    usual: tuple[float, float] | None = None
    marks: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


def heat_chart(
    points: Sequence[Mapping[str, Any]],
    warnings: Iterable[Mapping[str, Any]] = (),
    usual: tuple[float, float] | None = None,
    forecast: Sequence[Mapping[str, Any]] = (),
) -> Chart | None:
    """Posts over time with a mark where a warning was raised; None where there is nothing yet.

    `usual` is what one point mostly had before, from and to; `forecast` what the next hours may
    bring, drawn where a point is no longer than an hour.
    """
    shown = since_first(points)
    if not shown:
        return None
    highest = max(shown, key=_many)
    marks = _marks(shown, warnings)
    data = {
        "at": [point["at"] for point in shown],
        "posts": [_many(point) for point in shown],
        "negative": [point.get("negative") or 0 for point in shown],
        "usual": usual,
        "marks": marks,
        "ahead": _ahead(shown, forecast),
    }
    return Chart(
        data=data,
        highest=_many(highest),
        highest_at=str(highest["at"]),
        latest=_many(shown[-1]),
        usual=usual,
        marks=marks,
    )


def _ahead(
    points: Sequence[Mapping[str, Any]], forecast: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The hours ahead as points of the chart: the mean of each hour, and its band."""
    times = [at for point in points[-2:] if (at := as_moment(point["at"]))]
    step = times[1] - times[0] if len(times) == 2 else timedelta(hours=2)
    if not forecast or step > timedelta(hours=1):
        return []
    share = step / timedelta(hours=1)
    return [
        {
            "at": (times[1] + (number * round(1 / share) + part + 1) * step).isoformat(),
            "expected": hour["expected"] * share,
            "low": hour["low"] * share,
            "high": hour["high"] * share,
        }
        for number, hour in enumerate(forecast)
        for part in range(round(1 / share))
    ]


def _many(point: Mapping[str, Any]) -> int:
    """Copies count: sentiment is counted over both."""
    return int(point.get("posts") or 0) + int(point.get("copies") or 0)


def _marks(
    points: Sequence[Mapping[str, Any]], warnings: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Each warning at the last point that began before it; out of sight ones are left out.

    `warned_at` is on the clock of the posts, which is the chart's.
    """
    times = [as_moment(point["at"]) for point in points]
    found: dict[int, dict[str, Any]] = {}
    for warning in warnings:
        raised = as_moment(warning.get("warned_at") or warning.get("raised_at"))
        begun = [index for index, at in enumerate(times) if at and raised and at <= raised]
        if not begun:
            continue
        mark = {"index": begun[-1], "level": warning.get("level"), "title": warning.get("title")}
        kept = found.setdefault(begun[-1], mark)
        if rank(mark["level"]) > rank(kept["level"]):
            found[begun[-1]] = mark
    return list(found.values())
