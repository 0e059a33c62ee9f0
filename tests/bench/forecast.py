"""How often the band of the forecast holds what came, on mention volumes and on real cascades, as a
whole and at the beginning of a matter, while it rises, at its peak and after it.

The constants of `Course` were chosen by the pinball loss on the first part (the first half of each
volume; events whose author's hash is even) and are measured here on the other.
"""

import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.monitor.indicators.distinct import hashed
from services.monitor.indicators.forecast import (
    BAND,
    DEFAULT_COURSE,
    HORIZON_HOURS,
    Course,
    forecast,
)
from services.monitor.indicators.trend import trend
from tests.bench.report import measure, say

_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
_DAY = 96
_HOUR = 4
# Origins of a volume lie so many quarter-hours apart.
_STEP = 26


@dataclass(frozen=True, slots=True)
class Case:
    """The quarter-hours known at some time, and the counts of the hours that followed."""

    known: Sequence[int]
    came: Sequence[int]


def measure_forecast() -> None:
    """Coverage by hours ahead, and the loss against the last hour going on."""
    if not _DATA.exists():
        say("No data to forecast")
        return
    for name, cases in (("mention volumes", _volumes(1)), ("cascades", _cascades(1))):
        say(f"Forecasting {name}")
        _tell(name, list(cases))


# Quarter-hours in which a matter begins.
_BEGINNING = 8


def _phase(case: Case) -> str:
    return "beginning" if len(case.known) <= _BEGINNING else trend(case.known).value


def _tell(name: str, cases: Sequence[Case]) -> None:
    by_phase: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_phase[_phase(case)].append(case)
    for phase, found in sorted(by_phase.items()):
        for ahead in (0, 5):
            inside, _ = coverage(found, ahead)
            what = f"share within the band of 80 %, {name}, {phase}, {ahead + 1} h ahead"
            measure(what, inside, "of 1", cases=len(found))
    for ahead in (0, 2, 5):
        inside, width = coverage(cases, ahead)
        measure(
            f"share within the band of 80 %, {name}, {ahead + 1} h ahead",
            inside,
            "of 1",
            cases=len(cases),
            mean_width=width,
        )
    own, last = loss(cases), loss(cases, carried=True)
    measure(f"loss against the last hour going on, {name}", own / last, "times")


def coverage(
    cases: Sequence[Case], ahead: int, course: Course = DEFAULT_COURSE
) -> tuple[float, float]:
    """The share of cases within the band, and its mean width in posts."""
    inside = width = 0.0
    for case in cases:
        expected = forecast(case.known, ahead + 1, course)[ahead]
        inside += expected.low <= case.came[ahead] <= expected.high
        width += expected.high - expected.low
    return inside / len(cases), width / len(cases)


def loss(cases: Sequence[Case], course: Course = DEFAULT_COURSE, *, carried: bool = False) -> float:
    """Mean pinball loss of both ends and of the middle, each case by its own size; `carried`: of
    the last hour going on, without a band."""
    total = 0.0
    for case in cases:
        size = 1 + sum(case.came) / len(case.came)
        last = sum(case.known[-_HOUR:])
        for expected, came in zip(
            forecast(case.known, HORIZON_HOURS, course), case.came, strict=True
        ):
            low, middle, high = (
                (last, last, last) if carried else (expected.low, expected.expected, expected.high)
            )
            tail = (1 - BAND) / 2
            total += (
                _pinball(low, came, tail)
                + _pinball(middle, came, 0.5)
                + _pinball(high, came, 1 - tail)
            ) / size
    return total / len(cases)


def _pinball(quantile: float, came: int, share: float) -> float:
    return (came - quantile) * share if came >= quantile else (quantile - came) * (1 - share)


def _cases(quarters: Sequence[int], origins: Iterator[int] | range) -> Iterator[Case]:
    for origin in origins:
        ahead = quarters[origin : origin + HORIZON_HOURS * _HOUR]
        if len(ahead) == HORIZON_HOURS * _HOUR:
            came = [sum(ahead[start : start + _HOUR]) for start in range(0, len(ahead), _HOUR)]
            yield Case(quarters[max(0, origin - _DAY) : origin], came)


def _volumes(part: int) -> Iterator[Case]:
    for path in sorted((_DATA / "nab").glob("*.csv")):
        with path.open(encoding="utf-8") as rows:
            values = [int(float(row["value"])) for row in csv.DictReader(rows)]
        quarters = [sum(values[start : start + 3]) for start in range(0, len(values) - 2, 3)]
        middle = len(quarters) // 2
        part_of = quarters[:middle] if part == 0 else quarters[middle:]
        yield from _cases(part_of, range(_DAY, len(part_of), _STEP))


def _cascades(part: int) -> Iterator[Case]:
    with gzip.open(_DATA / "cascades" / "events.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            if hashed(event["author"]) % 2 != part or len(event["posts"]) < 30:
                continue
            quarters = [0] * (2 * _DAY)
            for seconds, *_ in [[0], *event["posts"]]:
                if seconds < 900 * len(quarters):
                    quarters[int(seconds // 900)] += 1
            # Early in its life, where somebody looks at it.
            yield from _cases(quarters, range(2, _DAY, 11))


if __name__ == "__main__":
    measure_forecast()
