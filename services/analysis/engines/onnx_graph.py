"""Which files an ONNX graph reads beside itself, found without running anything.

ONNX is data in protocol buffers (onnx.proto). A tensor may name an external file that holds its
numbers; this walks the messages that can contain tensors and collects those names.
"""

import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from services.analysis.engines.base import RefusedModel

# Message -> field number -> message inside. Everything else is skipped.
_INSIDE: Final[dict[str, dict[int, str]]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {13: "entry"},
    "entry": {},
}
_KEY, _VALUE = 1, 2
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_WIDTHS: Final = {_FIXED64: 8, _FIXED32: 4}
# Graphs inside graphs (branches, loops) go a few levels deep; a forged file could go on for ever.
_DEEPEST: Final = 64


def external_files(graph: Path) -> list[Path]:
    """The files that hold tensors of the graph; all of them lie beside it.

    Raises:
        RefusedModel: the file is no ONNX graph, or names a file elsewhere or one that is missing.
    """
    try:
        with graph.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            names = sorted(set(_locations(data, "model", 0, len(data), 0)))
    except (OSError, ValueError) as error:
        raise RefusedModel(f"{graph} cannot be read as ONNX: {error}") from None
    for name in names:
        if name in (".", "..") or Path(name).name != name or "\\" in name:
            raise RefusedModel(
                f'{graph} reads the file "{name}" outside its folder and is not opened; save the '
                "model again with its data beside it"
            )
        if not (graph.parent / name).is_file():
            raise RefusedModel(f'{graph} needs the file "{name}" beside it; copy it there')
    return [graph.parent / name for name in names]


def _locations(data: mmap.mmap, kind: str, at: int, end: int, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        raise ValueError("it is nested too deep")
    inside = _INSIDE[kind]
    texts: dict[int, bytes] = {}
    for field, start, stop in _fields(data, at, end):
        if field in inside:
            yield from _locations(data, inside[field], start, stop, depth + 1)
        elif kind == "entry" and field in (_KEY, _VALUE):
            texts[field] = data[start:stop]
    if texts.get(_KEY) == b"location":
        yield texts.get(_VALUE, b"").decode("utf-8")


def _fields(data: mmap.mmap, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Give (number, start, end) of each length-delimited field; step over the others."""
    while at < end:
        tag, at = _varint(data, at, end)
        field, wire = tag >> 3, tag & 7
        if wire == _BYTES:
            size, at = _varint(data, at, end)
            yield field, at, at + size
            at += size
        elif wire == _VARINT:
            _, at = _varint(data, at, end)
        elif wire in _WIDTHS:
            at += _WIDTHS[wire]
        else:
            raise ValueError("it holds a field of an unknown kind")
        if at > end:
            raise ValueError("it ends in the middle of a field")


def _varint(data: mmap.mmap, at: int, end: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= end:
            break
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("it ends in the middle of a number")
