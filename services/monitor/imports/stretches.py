"""Reading a file a stretch at a time, from a byte at which a row begins. Pure."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.monitor.imports.files import FileForm


@dataclass(frozen=True)
class Record:
    """One row: its values by column, or the reason why it has none. `cells` are its texts as they
    stand in the file."""

    values: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None
    cells: Sequence[str] = ()


@dataclass(frozen=True)
class Stretch:
    """Rows that follow one another, and how many bytes they take."""

    records: list[Record]
    consumed: int


@dataclass(frozen=True)
class Reading:
    """How the rows of a file are read."""

    form: FileForm
    encoding: str
    delimiter: str
    header: Sequence[str]


def read_stretch(window: bytes, reading: Reading, *, final: bool, most: int) -> Stretch:
    """Up to `most` rows from the beginning of `window`, empty lines left out.

    Unless `window` is the `final` part of the file, what its end may have cut off is left for the
    next one. A stretch that consumes nothing means that one row is longer than the window.
    """
    read = _read_table if reading.form is FileForm.CSV else _read_json_lines
    return read(_Lines(window, reading.encoding, final=final), reading, most)


class _Lines(Iterator[str]):
    """Lines of a window, decoded; knows how many bytes were taken."""

    def __init__(self, window: bytes, encoding: str, *, final: bool) -> None:
        self._stream = io.BytesIO(window)
        self._size = len(window)
        self._encoding = encoding
        self._final = final
        self.used = 0

    def __next__(self) -> str:
        line = self._stream.readline()
        if not line:
            raise StopIteration
        self.used += len(line)
        # Bytes that are no text stay recognisable, so that only their own row is refused.
        return line.decode(self._encoding, "surrogateescape")

    @property
    def cut(self) -> bool:
        """Whether what was read last may go on beyond the window."""
        return self.used == self._size and not self._final


def _read_table(lines: _Lines, reading: Reading, most: int) -> Stretch:
    rows = csv.reader(lines, delimiter=reading.delimiter)
    records: list[Record] = []
    consumed = 0
    while len(records) < most:
        try:
            cells = next(rows)
        except StopIteration:
            break
        except csv.Error as error:
            cells, record = [""], Record(reason=f"the row cannot be read: {error}")
        else:
            record = _record(cells, reading.header)
        if lines.cut:
            break
        consumed = lines.used
        if cells:
            records.append(record)
    return Stretch(records, consumed)


def _record(cells: Sequence[str], header: Sequence[str]) -> Record:
    width = len(header)
    if len(cells) < width or any(cells[width:]):
        reason = f"the row has {len(cells)} columns, the header {width}"
        return Record(reason=reason, cells=cells)
    # Of columns with one name the first counts.
    values = dict(zip(reversed(header), reversed(cells[:width]), strict=True))
    return Record(values=values, cells=cells[:width])


def _read_json_lines(lines: _Lines, _: Reading, most: int) -> Stretch:
    records: list[Record] = []
    consumed = 0
    while len(records) < most:
        line = next(lines, None)
        if line is None or lines.cut:
            break
        consumed = lines.used
        if line.strip():
            records.append(_object(line))
    return Stretch(records, consumed)


def _object(line: str) -> Record:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Record(reason=f"the line is not JSON: {str(error)[:200]}", cells=[line.rstrip()])
    if not isinstance(values, dict):
        return Record(reason="the line is no JSON object", cells=[line.rstrip()])
    return Record(values=values, cells=[line.rstrip()])
