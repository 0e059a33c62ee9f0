"""Ending what a run left that was killed and could not do it itself."""

from __future__ import annotations

import time

import psutil

from shared.engines.engine import is_running
from shared.engines.home import Home
from shared.launch.record import Record, read_record, record_file

_PATIENCE = 5.0
_LOOK = 0.02


def clear_leftovers(home: Home) -> int:
    """Kill the processes of a crashed run and forget it; the answer is how many there were.

    Only for the holder of the run lock.
    """
    record = read_record(home)
    left = living(home, record) if record else []
    for process in left:
        process.kill()
    deadline = time.monotonic() + _PATIENCE
    while any(is_running(process.pid, "") for process in left) and time.monotonic() < deadline:
        time.sleep(_LOOK)
    record_file(home).unlink(missing_ok=True)
    return len(left)


def living(home: Home, record: Record) -> list[psutil.Process]:
    """The processes of a record that live; one that was given an old id by chance is no such."""
    found = []
    for noted in record.processes:
        try:
            process = psutil.Process(noted.pid)
            environment = process.environ() if noted.pid else {}
        except psutil.Error:
            continue
        ours = environment.get("GROUNDSWELL_HOME") == str(home.path)
        if ours and environment.get("GROUNDSWELL_ROOM") == noted.room:
            found.append(process)
    return found
