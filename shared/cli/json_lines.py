"""Files with one JSON object a line, packed or not, read as a stream."""

import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

from shared.errors import GroundswellError

_GZIP_MAGIC = b"\x1f\x8b"

Line: TypeAlias = dict[str, Any]


class RecordingError(GroundswellError):
    """A file of posts cannot be read or played; the message names the line."""


def read_lines(path: Path) -> Iterator[tuple[int, Line]]:
    """The lines of a file with their numbers, counted from 1; gzip is told by its first bytes.

    Raises:
        RecordingError: the file cannot be read, or a line is not one JSON object.
    """
    try:
        with path.open("rb") as raw:
            packed = raw.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            yield from lines_of(str(path), file)
    except (OSError, EOFError) as error:
        raise RecordingError(f"{path} cannot be read: {error}.") from error


def lines_of(name: str, file: Iterable[bytes]) -> Iterator[tuple[int, Line]]:
    """The lines of an open file or of standard input, which `name` names in errors.

    Raises:
        RecordingError: a line is not one JSON object.
    """
    for number, text in enumerate(file, 1):
        if text.strip():
            yield number, _line(name, number, text)


def _line(name: str, number: int, text: bytes) -> Line:
    try:
        line = json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise RecordingError(f"{name}, line {number}: this is not JSON ({error}).") from error
    if not isinstance(line, dict):
        raise RecordingError(f"{name}, line {number}: one JSON object a line is expected.")
    return line
