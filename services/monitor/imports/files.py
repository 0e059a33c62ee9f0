"""What an uploaded file is: its form, its encoding, its columns. Pure."""

import codecs
import csv
import io
from dataclasses import dataclass
from enum import StrEnum

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DELIMITERS = (",", "\t", ";", "|")
_PIECE = 1 << 20
_LONGEST_HEADER = 1 << 16


class FileForm(StrEnum):
    """How posts are written in a file."""

    CSV = "csv"
    JSONL = "jsonl"


class FileRefusedError(Exception):
    """The file is not read; the message says why and what to do."""


@dataclass(frozen=True)
class PostFile:
    """An uploaded file that can be read. `start` is the byte at which its first row begins."""

    content: bytes
    form: FileForm
    encoding: str
    start: int
    delimiter: str = ","
    header: tuple[str, ...] = ()


def recognise(uploaded: bytes) -> PostFile:
    """What the file is, by what stands in it; its name says nothing.

    Raises:
        FileRefusedError: it is neither CSV with a header nor JSON lines.
    """
    content = _as_lines(uploaded)
    start = len(codecs.BOM_UTF8) if content.startswith(codecs.BOM_UTF8) else 0
    first = content[start : start + _PIECE].lstrip()
    if not first:
        raise FileRefusedError("The file is empty.")
    if first.startswith(b"["):
        raise FileRefusedError("This looks like a JSON array. Write one object a line (JSONL).")
    encoding = encoding_of(content)
    if first.startswith(b"{"):
        return PostFile(content=content, form=FileForm.JSONL, encoding=encoding, start=start)
    return _table(content, encoding, start)


def encoding_of(content: bytes) -> str:
    """UTF-8 or GB18030, which holds GBK and GB2312: the one that fits, or that fits better."""
    candidates = ("utf-8", "gb18030")
    for encoding in candidates:
        if _damage(content, encoding, most=0) == 0:
            return encoding
    return min(candidates, key=lambda encoding: _damage(content, encoding))


def _damage(content: bytes, encoding: str, *, most: int | None = None) -> int:
    """How many characters of `content` cannot be read; counting may stop above `most`."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    whole = memoryview(content)
    found = 0
    for start in range(0, len(content), _PIECE):
        piece = whole[start : start + _PIECE]
        found += decoder.decode(bytes(piece), start + _PIECE >= len(content)).count("\ufffd")
        if most is not None and found > most:
            break
    return found


def _as_lines(uploaded: bytes) -> bytes:
    """The content in an encoding, and with line ends, at which it can be cut between any two lines.

    Raises:
        FileRefusedError: it has the mark of UTF-16, and is none.
    """
    content = uploaded
    if content.startswith(_UTF16):
        try:
            content = content.decode("utf-16").encode()
        except UnicodeDecodeError as error:
            raise FileRefusedError(
                "The file cannot be read as UTF-16. Save it as UTF-8."
            ) from error
    if b"\n" not in content:
        content = content.replace(b"\r", b"\n")
    return content


def _table(content: bytes, encoding: str, start: int) -> PostFile:
    refusal = FileRefusedError("The first line must name the columns, as `text,published_at`.")
    stream = io.BytesIO(content)
    stream.seek(start)
    lines: list[str] = []
    quotes = 0
    for line in stream:
        if stream.tell() - start > _LONGEST_HEADER:
            break
        if not line.strip():
            continue
        lines.append(line.decode(encoding, "replace"))
        quotes += lines[-1].count('"')
        if quotes % 2:
            continue  # a name in quotes goes on in the next line
        delimiter = max(_DELIMITERS, key=lines[0].count)
        try:
            names = next(csv.reader(lines, delimiter=delimiter))
        except csv.Error as error:
            raise refusal from error
        header = tuple(name.strip() for name in names)
        return PostFile(content, FileForm.CSV, encoding, stream.tell(), delimiter, header)
    raise refusal
