"""The process in which a workbook is read: `python -m services.monitor.imports.workbook_process`.

The workbook comes in on standard input, its first sheet goes out on standard output as CSV. A cell
at the far corner of a sheet, or a sheet of zeros, makes a reader take gigabytes: hence the limits.
"""

import csv
import datetime as dt
import io
import sys
from collections import defaultdict
from collections.abc import Sequence
from itertools import dropwhile

from python_calamine import CalamineWorkbook

from services.monitor.confinement import confine

# 100,000 rows of ten columns take one second.
CPU_SECONDS = 5
_MOST_MERGED = 10_000
_MEMORY = 1024 * 1024 * 1024

Range = tuple[tuple[int, int], tuple[int, int]]
Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta


def main() -> None:
    """Read, rewrite."""
    confine(cpu_seconds=CPU_SECONDS, memory=_MEMORY)
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    with io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="") as out:
        sheet = workbook.get_sheet_by_index(0)
        # Rows are counted from the corner of the sheet, cells from the first column that is filled.
        _, first = sheet.start or (0, 0)
        merged = Merged(sheet.merged_cell_ranges or (), first)
        rows = (merged.filled(index, row) for index, row in enumerate(sheet.iter_rows()))
        csv.writer(out, lineterminator="\n").writerows(
            [said(cell) for cell in row] for row in dropwhile(is_title, rows)
        )


def is_title(row: Sequence[Cell]) -> bool:
    """Whether a row before the header is none of the table: empty, or one text over all columns."""
    return len({cell for cell in row if cell != ""}) < 2 <= len(row)


class Merged:
    """Cells that are merged: a spreadsheet keeps their value in the first alone, and people mean
    all of them."""

    def __init__(self, ranges: Sequence[Range], first: int) -> None:
        self._starting = defaultdict[int, list[tuple[int, int, int]]](list)
        for (top, left), (bottom, right) in ranges[:_MOST_MERGED]:
            self._starting[top].append((left - first, right - first, bottom))
        self._open: list[tuple[int, int, int, Cell]] = []

    def filled(self, index: int, row: list[Cell]) -> list[Cell]:
        """The row, with the values of what it shares with rows above and cells to the left."""
        for left, right, bottom in self._starting.pop(index, ()):
            if 0 <= left < len(row):
                self._open.append((left, right, bottom, row[left]))
        self._open = [one for one in self._open if one[2] >= index]
        for left, right, _, value in self._open:
            row[left : right + 1] = [value] * len(row[left : right + 1])
        return row


def said(cell: Cell) -> str:
    """A cell as its reader would write it: 5123 rather than 5123.0."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


if __name__ == "__main__":
    main()
