"""What runs right now, written down for `status`, for `down`, and for the start after a crash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from shared.engines.home import Home, read_json, write_json


@dataclass(frozen=True)
class ProcessRecord:
    """One process; `pid` 0 while it waits to be started again."""

    name: str
    room: str
    kind: str
    pid: int
    port: int
    restarts: int


@dataclass(frozen=True)
class Record:
    """A run: who looks after it, where people reach it, what belongs to it."""

    pid: int
    address: str
    ready: bool
    processes: Sequence[ProcessRecord]
    # Engines that were given by URL, by name; our own are in the keeper's state.
    given: Sequence[str]

    def write(self, home: Home) -> None:
        """Put it where the others look."""
        write_json(record_file(home), asdict(self))


def record_file(home: Home) -> Path:
    """Where the record of a run lies; there is none when nothing runs."""
    return home.run / "state.json"


def run_lock(home: Home) -> Path:
    """Held by the process that looks after a run; its id is in it."""
    return home.run / "up.lock"


def read_record(home: Home) -> Record | None:
    """The record of the run that goes on, or that crashed; None when there is none."""
    document = read_json(record_file(home))
    try:
        processes = [ProcessRecord(**process) for process in document.pop("processes")]
        return Record(processes=processes, **document)
    except (KeyError, TypeError):
        return None
