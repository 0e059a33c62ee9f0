"""`groundswell surge`: the surge detector alone, on rows of a series."""

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Annotated, TypeAlias

import typer

from services.monitor.surge.detector import SurgeDetector
from services.monitor.surge.settings import SurgeSettings
from shared.errors import GroundswellError

_HEADER = "timestamp,value"
_ANSWERED = "timestamp,value,anomaly_score,alarm\n"
# Lines in one piece: where Python does not buffer (PYTHONUNBUFFERED), each piece is a system call.
_AT_ONCE = 512

Row: TypeAlias = tuple[int, str, str]


class SeriesError(GroundswellError):
    """A series cannot be read; the message names the line."""


def surge(
    step: Annotated[
        float | None,
        typer.Option(
            help="Seconds from row to row. Default: what lies between the first two rows",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Tell how much each row of a series of counts surges: CSV in, CSV out.

    Reads "timestamp,value" rows in order of time from standard input and answers
    "timestamp,value,anomaly_score,alarm": a score from 0 to below 1, and 1 where people should be
    told (from 0.5 on). A row is judged by what came before it only. `timestamp` is ISO 8601 or
    epoch seconds; hours and weekdays are learned as it names them.
    """
    told: list[str] = []
    try:
        for line in judge(sys.stdin, step):
            told.append(line)
            if len(told) == _AT_ONCE:
                sys.stdout.write("".join(told))
                told.clear()
    finally:
        sys.stdout.write("".join(told))


def judge(lines: Iterable[str], step: float | None = None) -> Iterator[str]:
    """Answers a header and one line a row; raises SeriesError for what is no row.

    Every row is one bin, whatever its timestamp: where rows are missing, nothing is known, and
    nothing is learned.
    """
    rows = _rows(lines)
    yield _ANSWERED
    first = next(rows, None)
    if first is None:
        return
    second = next(rows, None)
    weigh = SurgeDetector(SurgeSettings(step=_step(first, second, step))).weigh
    alarm = SurgeSettings().alarm_evidence
    for number, stamp, value in _chained(first, second, rows):
        try:
            evidence = weigh(_seconds(number, stamp), float(value))
        except ValueError as error:
            raise SeriesError(f"line {number}: {value!r} is no count ({error}).") from error
        score = evidence / (evidence + alarm)
        yield f"{stamp},{value},{score:.6f},{1 if evidence >= alarm else 0}\n"


def _rows(lines: Iterable[str]) -> Iterator[Row]:
    for number, line in enumerate(lines, 1):
        stamp, comma, value = line.strip().lstrip("\ufeff").partition(",")
        if not stamp and not comma:
            continue
        if not comma:
            raise SeriesError(f'line {number}: "{_HEADER}" is expected, one row a line.')
        if number == 1 and f"{stamp},{value}" == _HEADER:
            continue
        yield number, stamp, value


def _chained(first: Row, second: Row | None, rows: Iterator[Row]) -> Iterator[Row]:
    yield first
    if second is not None:
        yield second
        yield from rows


def _step(first: Row, second: Row | None, given: float | None) -> float:
    if given is None:
        if second is None:
            return SurgeSettings().step
        given = _seconds(second[0], second[1]) - _seconds(first[0], first[1])
    if not 0 < given < float("inf"):
        raise SeriesError(
            "the first two rows are not in order of time; "
            "--step SECONDS says how far the rows are apart."
        )
    return given


def _seconds(number: int, stamp: str) -> float:
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        try:
            return float(stamp)
        except ValueError as error:
            raise SeriesError(
                f"line {number}: {stamp!r} is neither an ISO 8601 time nor epoch seconds."
            ) from error
    # What stands there is taken for the hour and the weekday, whatever the zone.
    return moment.replace(tzinfo=UTC).timestamp()
