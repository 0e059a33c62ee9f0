"""Cleaning up after a keeper that was killed and could not stop its engines."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import psutil

from shared.engines.engine import POSTGRES, VALKEY, is_running
from shared.engines.home import Home, read_json
from shared.engines.postgres import read_postmaster

_LOOK = 0.05
_STOPS = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))


def clear_leftovers(home: Home) -> None:
    """End the engines of an earlier keeper, and take away what would hinder new ones."""
    left = {
        int(one["pid"]): str(one["marker"])
        for one in read_json(home.engines_state).get("engines", {}).values()
    }
    if postmaster := read_postmaster(home.postgres):
        left[postmaster[0]] = str(home.postgres)
    for pid, marker in left.items():
        for number, patience in _STOPS:
            deadline = time.monotonic() + patience
            if is_running(pid, marker):
                os.kill(pid, number)
            while is_running(pid, marker) and time.monotonic() < deadline:
                time.sleep(_LOOK)
    _free_cluster(home.postgres)
    home.engines_state.unlink(missing_ok=True)
    for name in (POSTGRES, VALKEY):
        home.hold(name).unlink(missing_ok=True)


def _free_cluster(data: Path) -> None:
    """Remove the server's pid file when its process is dead and only not yet buried.

    In a container whose first process buries no orphans, a killed server stays a zombie for ever,
    and PostgreSQL takes a zombie for a running server. The file is a guard against two servers on
    one cluster, so it goes only when no process works in the folder any more.
    """
    postmaster = read_postmaster(data)
    if postmaster is None or not _is_zombie(postmaster[0]):
        return
    for number, patience in ((signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0)):
        deadline = time.monotonic() + patience
        while (working := _working_in(data)) and time.monotonic() < deadline:
            time.sleep(_LOOK)
        for process in working:
            process.send_signal(number)
    (data / "postmaster.pid").unlink(missing_ok=True)


def _is_zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _working_in(folder: Path) -> list[psutil.Process]:
    return [
        process for process in psutil.process_iter(["cwd"]) if process.info["cwd"] == str(folder)
    ]
