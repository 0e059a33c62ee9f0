"""The process in which a workbook is read: `python -m services.monitor.imports.workbook_process`.

The workbook comes in on standard input, its first sheet goes out on standard output as CSV. A cell
at the far corner of a sheet, or a sheet of zeros, makes a reader take gigabytes: hence the limits.
"""

import csv
import datetime as dt
import io
import sys

from python_calamine import CalamineWorkbook

from services.monitor.confinement import confine

# 100,000 rows of ten columns take one second.
CPU_SECONDS = 5
_MEMORY = 1024 * 1024 * 1024

Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta


def main() -> None:
    """Read, rewrite."""
    confine(cpu_seconds=CPU_SECONDS, memory=_MEMORY)
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    with io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="") as out:
        rows = workbook.get_sheet_by_index(0).iter_rows()
        csv.writer(out, lineterminator="\n").writerows([said(cell) for cell in row] for row in rows)


def said(cell: Cell) -> str:
    """A cell as its reader would write it: 5123 rather than 5123.0."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


if __name__ == "__main__":
    main()
