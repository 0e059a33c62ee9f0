"""Progress of a verb on standard error: a bar on a terminal, plain lines elsewhere."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

_LINE_EVERY_SECONDS = 5.0


class Meter:
    """Counts up to `total`. Standard output stays free for the result."""

    def __init__(self, title: str, total: int) -> None:
        self._console = Console(stderr=True)
        self._title, self._total, self._done = title, total, 0
        self._said_at = time.monotonic()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task(title, total=total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()
        if not self._console.is_terminal:
            self._say()

    def reach(self, done: int) -> None:
        """Show that `done` of the total are done."""
        self._done = done
        self._bar.update(self._task, completed=done)
        now = time.monotonic()
        if not self._console.is_terminal and now - self._said_at >= _LINE_EVERY_SECONDS:
            self._say()
            self._said_at = now

    def advance(self, count: int) -> None:
        """Show that `count` more are done."""
        self.reach(self._done + count)

    def _say(self) -> None:
        # Built as text, so that a name in brackets is not read as markup.
        self._console.print(f"{self._title}: {self._done:,} of {self._total:,}", markup=False)
