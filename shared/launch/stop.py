"""`groundswell down`: stop a run from outside, or clean up after one that crashed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress

from shared.engines.home import Home
from shared.engines.keeping import await_end
from shared.engines.locks import FileLock, is_held
from shared.launch.errors import StopFailed
from shared.launch.leftovers import clear_leftovers
from shared.launch.record import run_lock

_LOOK = 0.1
# Three stages of processes with 8 s each, then the engines.
_PATIENCE = 60.0


def stop_running(home: Home, say: Callable[[str], None]) -> None:
    """Stop whatever runs in a data folder; returns when it has stopped.

    Raises:
        StopFailed: it does not stop within a minute.
    """
    if is_held(run_lock(home)):
        pid = _holder(home)
        say(f"Stopping process {pid}")
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        _wait(lambda: not is_held(run_lock(home)), f"Process {pid} does not stop. Kill it.")
        say("Stopped.")
        return
    with FileLock(run_lock(home)):
        cleared = clear_leftovers(home)
    engines = is_held(home.keeper_lock)
    if not await_end(home):
        say("The engines go on: another program of this data folder uses them.")
        return
    if cleared or engines:
        say(f"A run had crashed here; ended what was left: {cleared} processes.")
    else:
        say(f"Nothing runs in {home.path}.")


def _holder(home: Home) -> int:
    """The process that looks after the run; it writes its id right after it took the lock."""
    _wait(lambda: bool(run_lock(home).read_text("ascii")), f"{run_lock(home)} names no process.")
    return int(run_lock(home).read_text("ascii"))


def _wait(done: Callable[[], bool], complaint: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not done():
        if time.monotonic() > deadline:
            raise StopFailed(complaint)
        time.sleep(_LOOK)
