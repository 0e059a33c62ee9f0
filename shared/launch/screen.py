"""What a person sees while the system starts: a line for each step, and what goes on right now."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.text import Text


class _Terminal(Console):
    """A console whose reader may leave: we go on without words, to stop in order later."""

    def on_broken_pipe(self) -> None:
        """Let what is still unwritten vanish, instead of ending the program."""
        self.quiet = True
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())


class Screen:
    """Plain lines; on a terminal also a moving sign for what is under way."""

    def __init__(self) -> None:
        self._console = _Terminal(highlight=False)
        self._status = self._console.status("", spinner="dots")
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Time since the beginning."""
        return time.monotonic() - self._began

    def say(self, line: str) -> None:
        """Print a line that stays."""
        # What a terminal says that was closed.
        with suppress(OSError):
            self._console.print(line, markup=False, soft_wrap=True)

    def step(self, line: str) -> None:
        """Tell what is being done now: a line of its own, or, on a terminal, beside the sign."""
        if self._console.is_terminal:
            self._status.update(Text(line))
            self._status.start()
        else:
            self.say(line)

    def rest(self) -> None:
        """Nothing is under way: take the sign away."""
        with suppress(OSError):
            self._status.stop()

    @contextmanager
    def closing(self) -> Iterator[None]:
        """Whatever happens in the block, the terminal is left in order."""
        try:
            yield
        finally:
            self.rest()
