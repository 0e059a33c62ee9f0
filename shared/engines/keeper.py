"""The process that owns the engines of one data folder, for as long as anyone uses them.

Users hold a shared lock on `run/users.lock`. The kernel takes it from them when they end, even by
SIGKILL; when the keeper can have it for itself, nobody is left, and it stops the engines and ends.
So many may share the engines of one folder, and none has to be the one that came first.

    python -m shared.engines.keeper DATA_FOLDER ENGINE...
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from shared.engines.engine import POSTGRES, VALKEY, Engine
from shared.engines.errors import EngineError
from shared.engines.home import Home, write_json
from shared.engines.kept import KeptEngine
from shared.engines.leftovers import clear_leftovers
from shared.engines.locks import FileLock
from shared.engines.ports import choose_ports
from shared.engines.postgres import prepare_postgres
from shared.engines.valkey import prepare_valkey

_LOOK = 0.05
_TITLES = {POSTGRES: "PostgreSQL", VALKEY: "Valkey"}


@dataclass
class _State:
    """What the state file says; written when it changes."""

    home: Home
    step: str = ""
    error: str = ""
    engines: Sequence[KeptEngine] = ()
    _written: dict[str, Any] | None = None

    def tell(self) -> None:
        document = {
            "keeper": os.getpid(),
            "ready": bool(self.engines) and all(engine.ready for engine in self.engines),
            "step": self.step,
            "error": self.error,
            "engines": {engine.name: engine.description for engine in self.engines},
        }
        if document != self._written:
            write_json(self.home.engines_state, document)
            self._written = document

    def report(self, step: str) -> None:
        self.step = step
        self.tell()


def keep(home: Home, names: Sequence[str]) -> int:
    """Run the engines `names` until nobody uses them. Returns the exit status."""
    lock, users = FileLock(home.keeper_lock), FileLock(home.users_lock)
    if not lock.acquire(timeout=10):
        return 1
    lock.write(str(os.getpid()))
    stopping: list[int] = []
    _on_signal(stopping.append)
    clear_leftovers(home)
    state = _State(home)
    with ExitStack() as at_end:
        at_end.callback(users.release, remove=True)
        at_end.callback(lock.release, remove=True)
        try:
            state.engines = _make_engines(home, names, state.report, at_end)
            state.report("Starting " + " and ".join(_TITLES[name] for name in names))
            while not stopping and not users.acquire(timeout=0):
                for engine in state.engines:
                    engine.tick()
                state.tell()
                time.sleep(_LOOK)
        except (EngineError, OSError) as error:
            state.error = str(error)
            state.tell()
            return 1
        finally:
            for engine in state.engines:
                engine.stop()
            for engine in state.engines:
                engine.wait()
        home.engines_state.unlink(missing_ok=True)
    return 0


def _make_engines(
    home: Home, names: Sequence[str], report: Callable[[str], None], at_end: ExitStack
) -> list[KeptEngine]:
    preparations: dict[str, Callable[[], Callable[[int], Engine]]] = {
        POSTGRES: lambda: prepare_postgres(home, report),
        VALKEY: lambda: prepare_valkey(home),
    }
    made = {name: preparations[name]() for name in names}
    ports = choose_ports(home, names)
    logs = {name: at_end.enter_context(home.log(name).open("ab")) for name in names}
    return [KeptEngine(home, name, made[name], logs[name], ports[name]) for name in names]


def _on_signal(note: Callable[[int], None]) -> None:
    def handle(number: int, frame: FrameType | None) -> None:
        note(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, handle)


if __name__ == "__main__":
    sys.exit(keep(Home.open(Path(sys.argv[1])), sys.argv[2:]))
