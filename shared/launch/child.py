"""A process that is kept running: started again when it dies, stopped patiently, then by force."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path

from shared.engines.engine import SAME, leashed
from shared.engines.errors import telling_line
from shared.engines.home import Home
from shared.launch.errors import StartFailed
from shared.launch.processes import Process

# Deaths before it was ever ready after which the start is given up.
_FIRST_DEATHS = 3
# Seconds until it is started again: doubled with each death, and the first again once it has been
# ready for a calm while. What dies on its way up is slowed down, what was killed is back at once.
_PAUSES = (0.5, 30.0)
_CALM = 5.0


class Child:
    """One process of the plan."""

    def __init__(
        self,
        process: Process,
        home: Home,
        environment: Mapping[str, str],
        say: Callable[[str], None],
    ) -> None:
        self.process = process
        self.ready = False
        self.restarts = 0
        self._log = home.log(process.name)
        self._environment = environment
        self._say = say
        self._running: asyncio.subprocess.Process | None = None
        self._was_ready = False
        self._ready_since = 0.0
        self._stopping = False
        self._pause = _PAUSES[0]

    @property
    def pid(self) -> int:
        """Its process id; 0 while it waits to be started again."""
        return self._running.pid if self._running else 0

    def note_ready(self) -> None:
        """It answered that it is ready."""
        self.ready = self._was_ready = True
        self._ready_since = time.monotonic()

    async def keep(self) -> None:
        """Run it until `stop`.

        Raises:
            StartFailed: it died again and again before it was ever ready.
        """
        try:
            while not self._stopping:
                self._running = await spawn(self.process.argv, self._environment, self._log)
                code = await self._running.wait()
                calm = self.ready and time.monotonic() - self._ready_since > _CALM
                self._running, self.ready = None, False
                if self._stopping:
                    return
                self._note_death(code, calm=calm)
                await asyncio.sleep(self._pause)
                self._pause = min(self._pause * 2, _PAUSES[1])
        finally:
            self.kill()

    async def stop(self, patience: float) -> None:
        """Ask it to end; after `patience` seconds make it end."""
        self._stopping = True
        running = self._running
        if running is None:
            return
        with suppress(ProcessLookupError):
            running.terminate()
        try:
            async with asyncio.timeout(patience):
                await running.wait()
        except TimeoutError:
            self._say(f"{self.process.name} does not end after {patience:g} s; it is killed.")
            self.kill()
            await running.wait()

    def kill(self) -> None:
        """End it at once."""
        self._stopping = True
        if self._running is not None:
            with suppress(ProcessLookupError):
                self._running.kill()

    def _note_death(self, code: int, *, calm: bool) -> None:
        self.restarts += 1
        how = f"ended with status {code}"
        if code < 0:
            how = f"was ended by {signal.Signals(-code).name}"
        if not self._was_ready and self.restarts >= _FIRST_DEATHS:
            words = last_words(self._log)
            raise StartFailed(f"{self.process.name} {how}: {words}. Its log: {self._log}")
        if calm:
            self._pause = _PAUSES[0]
        self._say(
            f"{self.process.name} {how}; it is started again in {self._pause:g} s. "
            f"Its log: {self._log}"
        )


def last_words(log: Path) -> str:
    """The line of a log that says most about why its program ended."""
    return telling_line(log.read_text("utf-8", "replace"))


async def spawn(
    argv: Sequence[str], environment: Mapping[str, str], log: Path | None
) -> asyncio.subprocess.Process:
    """Start a program that dies with this process; no Ctrl-C reaches it.

    What it says is added to `log`; without one it speaks where we speak.
    """
    with log.open("ab") if log else nullcontext() as file:
        return await asyncio.create_subprocess_exec(
            *leashed(argv, SAME, signal.SIGKILL),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env=dict(environment),
            start_new_session=True,
        )
