"""Use cases of imports. Each runs in the caller's transaction and commits nothing."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import LargeBinary, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.imports.columns import FIELDS, choose_columns, missing_columns
from services.monitor.imports.files import FileForm, FileRefusedError, PostFile, recognise
from services.monitor.imports.models import Import, ImportStatus
from services.monitor.imports.presets import get_preset
from services.monitor.imports.refusals import keep_refused
from services.monitor.imports.rows import Assumptions, RowRefusedError, to_post
from services.monitor.imports.stretches import Reading, Record, Stretch, read_stretch
from services.monitor.imports.workbooks import first_sheet, is_workbook
from services.monitor.posts.intake import take_in
from services.monitor.posts.schemas import Outcome, PostNew
from shared.contracts.actors import ActorRef
from shared.contracts.posts import ImportQueued
from shared.db import database_now
from shared.errors import Invalid
from shared.events import emit
from shared.rows import find_row, lock_row

ROWS_AT_ONCE = 1_000
# The part of the file that one stretch sees, and where a row does not fit into it. A longer row is
# no post.
_WINDOW = 512 * 1024
_WIDEST = 4 * 1024 * 1024
_MOST_REFUSED = 100
_LONGEST_REASON = 300
_PLATFORM, _ZONE = "import", "UTC"
_MAPPING = TypeAdapter(dict[str, str])


@dataclass(frozen=True)
class Upload:
    """A file as somebody sent it, and what they said of it; what they did not say is as in the
    preset, if they named one."""

    name: str
    content: bytes
    mapping: str | None
    platform: str | None
    timezone: str | None
    warn: bool
    preset: str | None = None


async def start_import(session: AsyncSession, upload: Upload, by: ActorRef) -> Import:
    """Keep a file, to be read soon.

    Raises:
        Invalid: it is no file of posts, or what was said of it does not fit it.
        NotFound: there is no such preset.
    """
    preset = await get_preset(session, upload.preset) if upload.preset else None
    mapping = _read_mapping(upload.mapping)
    timezone = upload.timezone or (preset.timezone if preset else _ZONE)
    _read_zone(timezone)
    try:
        content = upload.content
        if is_workbook(content):
            content = await first_sheet(content)
        # Up to 64 MB are looked through: not in the way of other requests.
        file = await asyncio.to_thread(recognise, content)
    except FileRefusedError as error:
        raise Invalid(f"/file: {error}") from error
    if preset is not None:
        # Columns that this file does not have are no fault: exporters leave out what is empty.
        there = {name: column for name, column in preset.mapping.items() if column in file.header}
        mapping = (there if file.form is FileForm.CSV else preset.mapping) | mapping
    if file.form is FileForm.CSV:
        _check_columns(file, mapping)
    started = Import(
        file_name=upload.name,
        form=file.form,
        encoding=file.encoding,
        delimiter=file.delimiter,
        header=list(file.header),
        mapping=mapping,
        platform=upload.platform or (preset.platform if preset else _PLATFORM),
        timezone=timezone,
        warn=upload.warn,
        content=file.content,
        size=len(file.content),
        position=file.start,
        created_by=by.model_dump(mode="json"),
    )
    session.add(started)
    await session.flush()
    await session.refresh(started, ["created_at"])
    await emit(session, ImportQueued(import_id=started.id))
    return started


async def get_import(session: AsyncSession, import_id: UUID) -> Import:
    """One import.

    Raises:
        NotFound: there is none with this id.
    """
    return await find_row(session, Import, import_id, "import")


async def read_on(session: AsyncSession, queued: ImportQueued) -> None:
    """Take in the stretch that `queued` means, and queue the next, in one transaction: each row is
    read once, wherever an earlier try ended."""
    running = await lock_row(session, Import, queued.import_id)
    if running is None or running.finished_at is not None or running.rows != queued.offset:
        return
    stretch = await _stretch(session, running, _WINDOW)
    if stretch.consumed == 0:
        stretch = await _stretch(session, running, _WIDEST)
    await _take(session, running, stretch.records)
    running.position += stretch.consumed
    if running.position >= running.size:
        await _finish(session, running, ImportStatus.DONE)
    elif stretch.consumed == 0:
        running.error = (
            f"Row {running.rows + 1} is longer than {_WIDEST // 1024 // 1024} MiB. The rows before "
            "it were taken."
        )
        await _finish(session, running, ImportStatus.FAILED)
    else:
        running.status = ImportStatus.RUNNING
        await emit(session, ImportQueued(import_id=running.id, offset=running.rows))


async def _stretch(session: AsyncSession, running: Import, width: int) -> Stretch:
    part = func.substr(Import.content, running.position + 1, width, type_=LargeBinary)
    window = await session.scalar(select(part).where(Import.id == running.id)) or b""
    final = running.position + len(window) >= running.size
    return read_stretch(window, _reading(running), final=final, most=ROWS_AT_ONCE)


async def _take(session: AsyncSession, running: Import, records: list[Record]) -> None:
    refused: list[tuple[int, str]] = []
    posts: list[PostNew] = []
    numbers: list[int] = []
    columns = _Columns(running)
    assumed = Assumptions(platform=running.platform, zone=_read_zone(running.timezone))
    for number, record in enumerate(records, start=running.rows + 1):
        try:
            posts.append(_post(record, columns, assumed))
            numbers.append(number)
        except RowRefusedError as error:
            refused.append((number, str(error)))
    results = await take_in(session, posts, warn=running.warn)
    counts = dict.fromkeys(Outcome, 0)
    for number, result in zip(numbers, results, strict=True):
        counts[result.status] += 1
        if result.status is Outcome.REJECTED:
            refused.append((number, result.reason or ""))
    shown = [(number, _printable(reason)) for number, reason in sorted(refused)]
    first = running.rows + 1
    await keep_refused(
        session,
        running,
        [(number, reason, records[number - first].cells) for number, reason in shown],
    )
    running.rows += len(records)
    running.accepted += counts[Outcome.ACCEPTED]
    running.duplicate += counts[Outcome.DUPLICATE]
    running.revised += counts[Outcome.REVISED]
    running.rejected += len(refused)
    told = [{"row": number, "reason": reason} for number, reason in shown]
    running.refused = [*running.refused, *told][:_MOST_REFUSED]


def _post(record: Record, columns: "_Columns", assumed: Assumptions) -> PostNew:
    if record.reason is not None:
        raise RowRefusedError(record.reason)
    return to_post(record.values, columns.of(record.values), assumed)


class _Columns:
    """The columns of the rows of one import: a table has them once, JSON objects each their own."""

    def __init__(self, running: Import) -> None:
        mapping = running.mapping
        self._choose = lru_cache(maxsize=64)(lambda names: choose_columns(names, mapping))

    def of(self, values: Mapping[str, object]) -> dict[str, str]:
        """The column of each field."""
        return self._choose(tuple(values))


async def _finish(session: AsyncSession, running: Import, status: ImportStatus) -> None:
    running.status = status
    running.finished_at = await database_now(session)
    running.content = None


def _reading(running: Import) -> Reading:
    return Reading(
        form=running.form,
        encoding=running.encoding,
        delimiter=running.delimiter,
        header=running.header,
    )


def _read_mapping(said: str | None) -> dict[str, str]:
    if not said:
        return {}
    try:
        mapping = _MAPPING.validate_python(json.loads(said))
    except (ValueError, RecursionError, ValidationError) as error:
        raise Invalid(
            '/mapping: this must be JSON of our fields and your columns, as {"text": "内容"}.'
        ) from error
    if unknown := sorted(set(mapping) - FIELDS):
        raise Invalid(
            f"/mapping: there is no field {unknown[0]}. There are: {', '.join(sorted(FIELDS))}."
        )
    return mapping


def _read_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise Invalid(
            f"/timezone: there is no time zone {name[:60]!r}. Write it as Asia/Shanghai."
        ) from error


def _check_columns(file: PostFile, mapping: Mapping[str, str]) -> None:
    header = ", ".join(file.header)[:500]
    if absent := sorted(set(mapping.values()) - set(file.header)):
        raise Invalid(f"/mapping: the file has no column {absent[0]}. It has: {header}.")
    if missing := missing_columns(choose_columns(file.header, mapping)):
        raise Invalid(
            f"/file: no column is known to hold {missing[0]}. The file has: {header}. Say which it "
            "is with mapping."
        )


def _printable(reason: str) -> str:
    """A reason may quote the row, with all that cannot be stored."""
    return reason[:_LONGEST_REASON].encode("utf-8", "replace").decode().replace("\x00", "")
