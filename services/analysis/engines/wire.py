"""What an engine in a process of its own is sent, and what it sends back.

A frame is its length in four bytes and JSON in UTF-8, half surrogate pairs as they are. Nothing of
a model's own making is unpickled here.
"""

import json
import socket
import struct
from collections.abc import Sequence
from time import monotonic
from typing import Any, Final

from services.analysis.engines.base import Item, Verdict
from shared.contracts.labels import LABELS, Task

_LENGTH: Final = struct.Struct("!I")
# Far beyond any slice: a length above it is not a length.
_LARGEST: Final = 1 << 28

Message = dict[str, Any]


class Torn(Exception):
    """The other side is gone, or what it sends is no frame."""


def send(sock: socket.socket, message: Message, *, until: float | None = None) -> None:
    """Send one message; `until` is a reading of the monotonic clock.

    Raises:
        Torn: the other side is gone.
        TimeoutError: it took nothing in time.
    """
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    raw = body.encode("utf-8", "surrogatepass")
    _set_limit(sock, until)
    try:
        sock.sendall(_LENGTH.pack(len(raw)) + raw)
    except TimeoutError:
        raise
    except OSError as error:
        raise Torn("the other side is gone") from error


def receive(sock: socket.socket, *, until: float | None = None) -> Message:
    """Wait for one message.

    Raises:
        Torn: the other side is gone, or sends something else.
        TimeoutError: nothing whole came in time.
    """
    (size,) = _LENGTH.unpack(_read(sock, _LENGTH.size, until))
    if size > _LARGEST:
        raise Torn("a frame of an impossible length")
    try:
        message = json.loads(_read(sock, size, until).decode("utf-8", "surrogatepass"))
    except ValueError as error:
        raise Torn("a frame that is no JSON") from error
    if not isinstance(message, dict):
        raise Torn("a frame that is no message")
    return message


def pack_items(items: Sequence[Item]) -> list[list[str | None]]:
    """Items as a message carries them."""
    return [[item.text, item.target] for item in items]


def unpack_items(rows: Sequence[Sequence[Any]]) -> list[Item]:
    """The items of a message."""
    return [Item(text, target) for text, target in rows]


def pack_verdicts(task: Task, verdicts: Sequence[Verdict]) -> list[list[float]]:
    """Verdicts as a message carries them: which label, whether unsure, the scores in the order of
    the task's labels."""
    labels = [str(label) for label in LABELS[task]]
    return [
        [labels.index(verdict.label), int(verdict.unsure), *map(verdict.scores.__getitem__, labels)]
        for verdict in verdicts
    ]


def unpack_verdicts(task: Task, rows: Sequence[Sequence[float]]) -> list[Verdict]:
    """The verdicts of a message."""
    labels = [str(label) for label in LABELS[task]]
    return [
        Verdict(
            labels[int(at)], scores[int(at)], dict(zip(labels, scores, strict=True)), bool(unsure)
        )
        for at, unsure, *scores in rows
    ]


def _set_limit(sock: socket.socket, until: float | None) -> None:
    # A timeout of 0 would make the socket answer at once, so nothing is less than a millisecond.
    sock.settimeout(None if until is None else max(0.001, until - monotonic()))


def _read(sock: socket.socket, size: int, until: float | None) -> bytearray:
    data = bytearray(size)
    view = memoryview(data)
    filled = 0
    while filled < size:
        _set_limit(sock, until)
        try:
            count = sock.recv_into(view[filled:])
        except TimeoutError:
            raise
        except OSError as error:
            raise Torn("the other side is gone") from error
        if not count:
            raise Torn("the other side is gone")
        filled += count
    return data
