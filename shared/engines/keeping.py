"""The keeper as its users see it: how it is started, who it is, when it has ended."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from shared.engines.engine import is_running
from shared.engines.home import Home
from shared.engines.locks import is_held, is_shared, remove_if_free

_LOOK = 0.02
_LOOKS = 5
_PACKAGE_ROOT = str(Path(__file__).resolve().parents[2])


def spawn_keeper(home: Home, names: Sequence[str]) -> int:
    """Start the keeper in a session of its own, so that no Ctrl-C reaches it."""
    path = os.pathsep.join(filter(None, (_PACKAGE_ROOT, os.environ.get("PYTHONPATH"))))
    log = str(home.log("keeper"))
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "shared.engines.keeper", str(home.path), *names],
        {**os.environ, "PYTHONPATH": path},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_APPEND, 0),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )


def await_end(home: Home) -> bool:
    """Wait until the engines that nobody uses any more have stopped. False: somebody uses them."""
    keeper = keeper_of(home)
    seen = 0
    while is_held(home.keeper_lock):
        # Others who are letting go look at the lock too, for an instant: those do not count.
        seen = seen + 1 if is_shared(home.users_lock) else 0
        if seen > _LOOKS:
            return False
        time.sleep(_LOOK)
    while keeper is not None and is_running(keeper, "shared.engines.keeper"):
        time.sleep(_LOOK)
    for left in (home.users_lock, home.keeper_lock):
        remove_if_free(left)
    return True


def keeper_of(home: Home) -> int | None:
    """The keeper's process id, as it wrote it into its lock."""
    try:
        return int(home.keeper_lock.read_text("ascii"))
    except (OSError, ValueError):
        return None
