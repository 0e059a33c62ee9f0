"""When two settings of a watch warn, and when the record did: dots on lanes over the days. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

_WIDTH, _LEFT, _RIGHT, _TOP, _LANE = 720, 96, 12, 14, 26
_MOST_DAYS_NAMED: Final = 8


@dataclass(frozen=True)
class Dot:
    """A first warning: where, of what, when."""

    x: float
    level: str
    title: str
    at: str


@dataclass(frozen=True)
class Lane:
    """One row of dots; `name`: `present`, `draft` or `stored`."""

    name: str
    y: float
    dots: Sequence[Dot]


@dataclass(frozen=True)
class Lanes:
    """The picture: lanes, and where days begin."""

    width: int
    height: int
    left: int
    right: int
    days: Sequence[tuple[float, str]]
    lanes: Sequence[Lane]


def lanes(backtest: Mapping[str, Any]) -> Lanes | None:
    """Draws the first warnings of a finished back-test; None while there is none."""
    result = backtest.get("result")
    if not result:
        return None
    since, until = (_moment(backtest[name]) for name in ("since", "until"))
    span = max(1.0, (until - since).total_seconds())

    def place(at: datetime) -> float:
        part = min(1.0, max(0.0, (at - since).total_seconds() / span))
        return round(_LEFT + part * (_WIDTH - _LEFT - _RIGHT), 1)

    names = ("present", "draft", "stored") if result.get("present") else ("draft", "stored")
    rows = [
        Lane(name, _TOP + _LANE * (index + 0.5), _dots(result["stories"], name, place))
        for index, name in enumerate(names)
    ]
    return Lanes(
        width=_WIDTH,
        height=_TOP + _LANE * len(rows) + 20,
        left=_LEFT,
        right=_WIDTH - _RIGHT,
        days=_days(since, until, place),
        lanes=rows,
    )


def _dots(stories: Sequence[Mapping[str, Any]], name: str, place: Any) -> list[Dot]:
    dots = []
    for story in stories:
        if name == "stored":
            warning, when, level = story.get("stored_warning"), "raised_at", "peak_level"
        else:
            warning, when, level = story.get(name), "warned_at", "highest_level"
        if warning:
            at = _moment(warning[when])
            dots.append(Dot(place(at), warning[level], story["title"], warning[when]))
    return dots


def _days(since: datetime, until: datetime, place: Any) -> list[tuple[float, str]]:
    total = max(1, (until - since).days)
    step = timedelta(days=-(-total // _MOST_DAYS_NAMED))
    first = (since + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    named = []
    while first < until:
        named.append((place(first), f"{first.month}-{first.day:02}"))
        first += step
    return named


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
