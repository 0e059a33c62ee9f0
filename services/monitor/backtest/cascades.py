"""Past events whose course is known, and how well warnings of them came in time.

The figures are those of `score_warning.py` that lies beside the data: an event counts by its first
warning; a surge must be warned of before half of its final size; every other event that is warned
of is a false alarm (the strict count).
"""

import gzip
import json
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from services.monitor.indicators.tally import TallyPost

EVENTS, TRUTH = "events.jsonl.gz", "truth.jsonl.gz"
# The common clock on which the events are replayed runs for so long.
DAYS = 28
_PLATFORM = "weibo"


@dataclass(frozen=True, slots=True)
class Case:
    """An event and how it went: `half_at` is when it reached half of its final size (epoch seconds
    of the replay clock), None where that is not known."""

    event: Mapping[str, Any]
    surge: bool
    half_at: float | None

    @property
    def id(self) -> str:
        return str(self.event["id"])

    def part(self, salt: str = "") -> int:
        """0 or 1, by its author: what is fitted on one part is measured on the other. Another salt
        is another division."""
        return sha256(f"{salt}{self.event['author']}".encode()).digest()[-1] % 2


@dataclass(frozen=True, slots=True)
class Timeliness:
    """How early some events were warned of, and how often in vain.

    `before_half`: part of the surges that were warned of before half of their size; `lead_minutes`:
    median time from the warning to that point over all surges, a late or missing one counting 0;
    `alarms_a_day`: events that were no surge and were warned of, by day of `days`; `right`: part of
    the events that were warned of, at any time, that were surges.
    """

    surges: int
    others: int
    before_half: float
    lead_minutes: float
    alarms: int
    alarms_a_day: float
    right: float


def read_cases(folder: Path) -> Iterator[Case]:
    """Reads the events of a folder (`events.jsonl.gz`, `truth.jsonl.gz`) one by one.

    Raises OSError, KeyError and ValueError where the files are missing or not what they should be.
    """
    with gzip.open(folder / TRUTH, "rt", encoding="utf-8") as file:
        truth = {line["id"]: line for line in map(json.loads, file)}
    with gzip.open(folder / EVENTS, "rt", encoding="utf-8") as file:
        for event in map(json.loads, file):
            fact = truth[event["id"]]
            half = None if fact["t50"] is None else float(fact["replay_at"] + fact["t50"])
            yield Case(event, fact["cls"] == "surge", half)


def event_posts(event: Mapping[str, Any]) -> list[TallyPost]:
    """Returns the posts of an event as they are counted: the first one, then its reposts."""
    began = float(event["replay_at"])
    first = TallyPost(began, _PLATFORM, str(event.get("author")))
    return [
        first,
        *(
            TallyPost(began + float(seconds), _PLATFORM, str(user), copy=True)
            for seconds, user, _ in event["posts"]
        ),
    ]


def timeliness(
    cases: Iterable[Case], first_warned: Callable[[Case], float | None], days: float = DAYS
) -> Timeliness:
    """Measures warnings: `first_warned` gives the time of an event's first one, None for none."""
    leads: list[float] = []
    early = others = alarms = warned = 0
    for case in cases:
        at = first_warned(case)
        warned += at is not None
        if not case.surge:
            others += 1
            alarms += at is not None
            continue
        lead = 0.0 if at is None or case.half_at is None else case.half_at - at
        early += lead > 0
        leads.append(max(0.0, lead))
    return Timeliness(
        surges=len(leads),
        others=others,
        before_half=early / len(leads) if leads else 0.0,
        lead_minutes=_median(leads) / 60,
        alarms=alarms,
        alarms_a_day=alarms / days,
        right=(warned - alarms) / warned if warned else 0.0,
    )


def _median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else 0.0
