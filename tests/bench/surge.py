"""The surge detector on mention volumes of companies, beside rules that are in use elsewhere."""

import csv
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean

from services.monitor.surge.cli import judge
from services.monitor.surge.detector import SurgeDetector
from services.monitor.surge.settings import DEFAULT_SETTINGS
from tests.bench.report import measure, say
from tests.bench.surge_stress import made_from, points

_SHARED = Path(__file__).resolve().parents[3] / "shared"
_NAB = _SHARED / "data" / "nab"
_HOUR, _HALF_DAY, _WEEK = 12, 12 * 12, 7 * 24 * 12
# So many rows in all are judged to measure the speed.
_ROWS = 400_000

Rule = Callable[[Sequence[float], int], bool]


def measure_surge() -> None:
    """Speed of the detector; scores and alerts of it and of three rules, where the data are."""
    if not _NAB.is_dir():
        say("No surge figures: ../shared/data/nab is not here")
        return
    series = {path.name: path.read_text().splitlines() for path in sorted(_NAB.glob("*.csv"))}
    say("Judging mention volumes of companies")
    _measure_speed(list(series.values()))
    with tempfile.TemporaryDirectory(prefix="groundswell-bench-") as folder:
        results = Path(folder)
        for name, lines in series.items():
            (results / name).write_text("".join(judge(lines)))
        for tune in ("self", "leave-one-out"):
            score = float(_scored("score_surge.py", results, "--tune", tune).split()[-1])
            measure("surge detector, NAB standard score", score, "of 100", threshold=tune)
        _measure_alerts("surge detector", results)
        _measure_made(series)
        for name, rule in _RULES.items():
            for file, lines in series.items():
                (results / file).write_text(_ruled(lines, rule))
            _measure_alerts(name, results)


def _measure_speed(series: Sequence[Sequence[str]]) -> None:
    rows = sum(map(len, series))
    again = max(1, _ROWS // rows)
    began = time.process_time()
    for _ in range(again):
        for lines in series:
            for _ in judge(lines):
                pass
    measure("surge detector", again * rows / (time.process_time() - began), "rows/CPU-s")


def _measure_made(series: Mapping[str, Sequence[str]]) -> None:
    """The same score on series made from these, at the threshold that ships."""
    windows = json.loads((_NAB / "windows.json").read_text())
    reached: dict[str, list[float]] = defaultdict(list)
    for seed, (name, lines) in enumerate(sorted(series.items())):
        rows = list(csv.DictReader(lines))
        place = {row["timestamp"]: number for number, row in enumerate(rows)}
        ends = [(place[a.split(".")[0]], place[b.split(".")[0]]) for a, b in windows[name]]
        counts = [float(row["value"]) for row in rows]
        began = datetime.fromisoformat(rows[0]["timestamp"]).replace(tzinfo=UTC).timestamp()
        for made in made_from(counts, ends, random.Random(seed)):
            weigh, step = SurgeDetector().weigh, DEFAULT_SETTINGS.step
            evidence = [
                weigh(began + row * step, count)
                for row, count in zip(made.rows, made.counts, strict=True)
            ]
            reached[made.family].append(
                50 * points(made, evidence, DEFAULT_SETTINGS.alarm_evidence) / len(made.windows)
            )
    for family, scores in reached.items():
        measure(f"surge detector, made series, {family}", fmean(scores), "of 100")
    every = [score for scores in reached.values() for score in scores]
    measure("surge detector, made series, all", fmean(every), "of 100")


def _measure_alerts(name: str, results: Path) -> None:
    caught, false = _scored("score_alerts.py", results).split(", ")
    hit, windows = map(int, caught.split()[-1].split("/"))
    false_a_week = float(false.split()[-1])
    context = {"windows": windows, "false_alerts_a_brand_week": false_a_week}
    measure(f"{name}, windows caught", hit / windows, "share", **context)


def _scored(scorer: str, *arguments: str | Path) -> str:
    """The last line that a scorer prints."""
    command = [sys.executable, _SHARED / "score" / scorer, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1]


def _ruled(lines: Sequence[str], rule: Rule) -> str:
    rows = list(csv.DictReader(lines))
    sums = [0.0]
    for row in rows:
        sums.append(sums[-1] + float(row["value"]))
    told = (f"{row['timestamp']},{rule(sums, number):d}" for number, row in enumerate(rows, 1))
    return "\n".join(["timestamp,alarm", *told])


def _over_half_day(factor: float) -> Rule:
    """The last hour against the mean hour of the twelve before it."""

    def rule(sums: Sequence[float], row: int) -> bool:
        if row < _HOUR + _HALF_DAY:
            return False
        hour, before = sums[row] - sums[row - _HOUR], sums[row - _HOUR]
        usual = (before - sums[row - _HOUR - _HALF_DAY]) * _HOUR / _HALF_DAY
        return hour > 0 and hour >= factor * usual

    return rule


def _over_week(sums: Sequence[float], row: int) -> bool:
    """The last hour against the mean hour of the seven days before it."""
    if row < _HOUR + _WEEK:
        return False
    hour = sums[row] - sums[row - _HOUR]
    usual = (sums[row - _HOUR] - sums[row - _HOUR - _WEEK]) * _HOUR / _WEEK
    return hour > 0 and hour >= 3 * usual


_RULES: dict[str, Rule] = {
    "rule: last hour 2 times the mean of 12 hours": _over_half_day(2.0),
    "rule: last hour 3 times the mean of 12 hours": _over_half_day(3.0),
    "rule: hour 3 times the mean of 7 days": _over_week,
}
