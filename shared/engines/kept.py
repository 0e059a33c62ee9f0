"""An engine under the keeper's eye: brought back when it dies, kept down while a test wants it."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from typing import IO

from shared.engines.engine import Engine
from shared.engines.errors import EngineFailed, telling_line
from shared.engines.home import Home
from shared.engines.ports import choose_ports

# Tries before the first time it is ready; each on another port, for the port is the likely reason.
_FIRST_TRIES = 3
# Seconds until a dead engine is started again: doubled each time. A crashed PostgreSQL refuses to
# start until its last backend is gone, which takes a moment.
_PAUSES = (0.05, 2.0)


class KeptEngine:
    """One engine: its process, its port, how often it had to be started."""

    def __init__(
        self, home: Home, name: str, make: Callable[[int], Engine], log: IO[bytes], port: int
    ) -> None:
        self.name = name
        self.port = port
        self.starts = 0
        self.ready = False
        self._home = home
        self._make = make
        self._log = log
        self._engine = make(port)
        self._process: subprocess.Popen[bytes] | None = None
        self._was_ready = False
        self._pause = _PAUSES[0]
        self._not_before = 0.0

    @property
    def description(self) -> dict[str, int | str]:
        """What others need to know of it, for the state file."""
        pid = self._process.pid if self._process and self.ready else 0
        return {"pid": pid, "port": self.port, "marker": self._engine.marker}

    def tick(self) -> None:
        """Look at the process once: start it, note that it is ready, or note that it died.

        Raises:
            EngineFailed: it has never been ready, and the tries are used up.
        """
        if self._process is None:
            self._start_when_due()
        elif self._process.poll() is not None:
            self._note_death(self._process.returncode)
        elif not self.ready and self._engine.is_ready(self._process.pid):
            self.ready = self._was_ready = True
            self._pause = _PAUSES[0]

    def stop(self) -> None:
        """Send the first stopping signal; `wait` sees it through."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(self._engine.stops[0][0])

    def wait(self) -> None:
        """Wait until the process is gone, with harder signals as the time runs out."""
        if self._process is None:
            return
        for number, (_, patience) in enumerate(self._engine.stops):
            if number:
                self._process.send_signal(self._engine.stops[number][0])
            try:
                self._process.wait(patience)
                return
            except subprocess.TimeoutExpired:
                continue

    def _start_when_due(self) -> None:
        if self._home.hold(self.name).exists() or time.monotonic() < self._not_before:
            return
        self._process = self._engine.start(self._log)
        self.starts += 1

    def _note_death(self, code: int) -> None:
        self._process = None
        self.ready = False
        self._not_before = time.monotonic() + self._pause
        self._pause = min(self._pause * 2, _PAUSES[1])
        if self._was_ready:
            return
        if self.starts >= _FIRST_TRIES:
            log = self._home.logs / f"{self.name}.log"
            reason = (
                telling_line(log.read_text("utf-8", "replace"))
                if code >= 0
                else (f"ended by {signal.Signals(-code).name}")
            )
            raise EngineFailed(f"{self.name} does not start: {reason}. Its log: {log}")
        self.port = choose_ports(self._home, [self.name], anew=True)[self.name]
        self._engine = self._make(self.port)
