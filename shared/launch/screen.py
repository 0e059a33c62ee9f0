"""What a person sees while the system starts: a line for each step, and what goes on right now."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text


class Screen:
    """Plain lines; on a terminal also a moving sign for what is under way."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        self._status = self._console.status("", spinner="dots")
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Time since the beginning."""
        return time.monotonic() - self._began

    def say(self, line: str) -> None:
        """Print a line that stays."""
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
        self._status.stop()

    @contextmanager
    def closing(self) -> Iterator[None]:
        """Whatever happens in the block, the terminal is left in order."""
        try:
            yield
        finally:
            self.rest()
