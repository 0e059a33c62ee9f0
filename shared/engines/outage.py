"""Crashing an engine on purpose, for fault tests: it stays away, then it is brought back."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from shared.engines.engine import is_running
from shared.engines.errors import EngineFailed
from shared.engines.home import Home, read_json

_LOOK = 0.02
_PATIENCE = 60.0


@contextmanager
def outage(home: Home, name: str, how: signal.Signals) -> Iterator[None]:
    """The engine `name` is ended by the signal `how`, stays away in the block, is ready after it.

    Raises:
        EngineFailed: it is not ready within a minute, before or after.
    """
    hold = home.hold(name)
    before = _await_ready(home, name)
    hold.touch()
    try:
        os.kill(before["pid"], how)
        while is_running(before["pid"], before["marker"]):
            time.sleep(_LOOK)
        yield
    finally:
        hold.unlink(missing_ok=True)
    _await_ready(home, name, other_than=before["pid"])


def _await_ready(home: Home, name: str, other_than: int = 0) -> dict[str, Any]:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        engine: dict[str, Any] = read_json(home.engines_state).get("engines", {}).get(name, {})
        if engine.get("pid", 0) not in (0, other_than):
            return engine
        time.sleep(_LOOK)
    raise EngineFailed(f"{name} is not ready after {_PATIENCE:.0f} seconds.")
