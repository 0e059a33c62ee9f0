"""Workbooks (.xlsx, .xls, .ods): their first sheet as CSV."""

import asyncio
import io
import zipfile

from services.monitor.confinement import ConfinedError, run_confined
from services.monitor.imports.files import FileRefusedError
from services.monitor.imports.workbook_process import CPU_SECONDS

_PROCESS = "services.monitor.imports.workbook_process"
_SECONDS = CPU_SECONDS + 3.0
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
# Unpacked: a table of 64 MiB is larger than any that is read within the time.
_LARGEST = 256 * 1024 * 1024
_REFUSAL = FileRefusedError(
    "The workbook cannot be read, or takes too much time or memory. Save the sheet as CSV (UTF-8)."
)


def is_workbook(uploaded: bytes) -> bool:
    """Whether a file begins as workbooks do."""
    return uploaded.startswith((_ZIP, _OLE))


async def first_sheet(uploaded: bytes, *, seconds: float = _SECONDS) -> bytes:
    """The first sheet of a workbook as CSV in UTF-8, read in a process of its own.

    Raises:
        FileRefusedError: it cannot be read within the limits.
    """
    if uploaded.startswith(_ZIP):
        await asyncio.to_thread(_refuse_what_says_that_it_is_large, uploaded)
    try:
        return await run_confined(_PROCESS, document=uploaded, seconds=seconds)
    except ConfinedError as error:
        raise _REFUSAL from error


def _refuse_what_says_that_it_is_large(uploaded: bytes) -> None:
    """A directory may lie; then the limits of the process hold."""
    try:
        with zipfile.ZipFile(io.BytesIO(uploaded)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise _REFUSAL from error
    if unpacked > _LARGEST:
        raise _REFUSAL
