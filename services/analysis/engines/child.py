"""The process of an isolated engine: `python -m services.analysis.engines.child FD`.

It opens one engine, answers what comes over the socket, and ends when the socket does. It knows no
setting and no secret, and under memory pressure it is the first that the kernel ends.
"""

import os
import queue
import signal
import socket
import sys
import threading
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Final

from services.analysis.engines.base import Engine, first_line
from services.analysis.engines.wire import (
    Message,
    Torn,
    pack_verdicts,
    receive,
    send,
    unpack_items,
)
from shared.contracts.labels import Task
from shared.errors import Problem

_OOM_SCORE: Final = Path("/proc/self/oom_score_adj")
_FIRST: Final = "900"


def main() -> None:
    """Serve one engine until the other side is gone."""
    sock = socket.socket(fileno=int(sys.argv[1]))
    # A stop is told to the parent, which lets this process finish what is in hand.
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, signal.SIG_IGN)
    with suppress(OSError):  # macOS has no such file
        _OOM_SCORE.write_text(_FIRST)
    messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sock, messages), daemon=True).start()
    with suppress(Torn):  # then nobody waits for an answer
        _serve(sock, messages)


def _serve(sock: socket.socket, messages: "queue.SimpleQueue[Message]") -> None:
    try:
        engine = _open(messages.get())
    except Exception as error:  # a foreign model can raise anything
        send(sock, {"error": first_line(error)})
        return
    hello = {"name": engine.name, "revision": engine.revision, "device": engine.device}
    send(sock, hello | {"tasks": sorted(engine.tasks)})
    while True:
        send(sock, _answer(engine, messages.get()))


def _listen(sock: socket.socket, messages: "queue.SimpleQueue[Message]") -> None:
    """Hand on what comes. When nothing more can come, end the process, whatever it is doing."""
    try:
        while True:
            messages.put(receive(sock))
    except Torn:
        os._exit(0)


def _open(message: Message) -> Engine:
    module, _, function = message["opener"].partition(":")
    engine: Engine = getattr(import_module(module), function)(**message["options"])
    return engine


def _answer(engine: Engine, message: Message) -> Message:
    tasks = [Task(task) for task in message["tasks"]]
    try:
        columns = engine.classify_together(tasks, unpack_items(message["items"]))
        packed = [pack_verdicts(*pair) for pair in zip(tasks, columns, strict=True)]
    except Problem as problem:
        return {"error": str(problem)}
    except Exception as error:  # a foreign model can raise anything, and quote the text in it
        return {"error": f"it raised {type(error).__name__}"}
    return {"columns": packed}


if __name__ == "__main__":
    main()
