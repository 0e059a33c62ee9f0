"""Rows that were not taken, kept with their cells for a while, and given back as a table."""

import csv
import io
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.imports.files import FileForm
from services.monitor.imports.models import Import, ImportRefusal
from shared.db import database_now

# Of one import: a file of nothing but refusals was mapped wrongly, and is mended as a whole.
MOST_KEPT = 10_000
# They hold what people wrote: whoever does not come for them within this time does not want them.
_KEPT_FOR = timedelta(days=30)
_LONGEST_CELL = 10_000
# By which a spreadsheet knows a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def keep_refused(
    session: AsyncSession, running: Import, refused: Sequence[tuple[int, str, Sequence[str]]]
) -> None:
    """Keep refused rows (number, reason, cells), as far as there is room for them."""
    room = max(0, MOST_KEPT - running.rejected)
    rows = [
        {"import_id": running.id, "row": row, "reason": reason, "cells": [*map(_kept, cells)]}
        for row, reason, cells in refused[:room]
    ]
    if rows:
        await session.execute(insert(ImportRefusal), rows)


async def refused_table(session: AsyncSession, given: Import) -> bytes:
    """The refused rows of an import as CSV: number, reason, and the columns of its file."""
    rows = await session.scalars(
        select(ImportRefusal).where(ImportRefusal.import_id == given.id).order_by(ImportRefusal.row)
    )
    columns = given.header if given.form is FileForm.CSV else ["line"]
    stream = io.StringIO()
    table = csv.writer(stream, lineterminator="\r\n")
    table.writerow(["row", "reason", *map(_harmless, columns)])
    for row in rows:
        table.writerow([row.row, row.reason, *map(_harmless, row.cells)])
    # With its mark, or a spreadsheet takes UTF-8 for something else.
    return stream.getvalue().encode("utf-8-sig")


async def forget_refused(session: AsyncSession) -> None:
    """Forget rows that nobody has mended for long."""
    over = select(Import.id).where(Import.finished_at < await database_now(session) - _KEPT_FOR)
    await session.execute(delete(ImportRefusal).where(ImportRefusal.import_id.in_(over)))


def _kept(cell: str) -> str:
    """A cell as far as it can be stored: bytes that were no text show as U+FFFD."""
    return cell[:_LONGEST_CELL].encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    is_number = cell.lstrip("+-").replace(".", "", 1).isdigit()
    return f"'{cell}" if cell.startswith(_FORMULA) and not is_number else cell


def file_name(import_id: UUID) -> str:
    """What the table is called."""
    return f"refused-{import_id}.csv"
