"""How busy an engine was in the last minute."""

from collections.abc import Callable
from time import monotonic
from typing import Final, NamedTuple

_WINDOW: Final = 60


class _Second(NamedTuple):
    """What was done in one second of the clock."""

    number: int
    busy: float
    texts: int


class Load:
    """Adds up slices by the second in which they ended, and forgets those older than a minute."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._since = clock()
        self._seconds = [_Second(-1, 0.0, 0)] * _WINDOW

    def note(self, started: float, texts: int) -> None:
        """A slice that began at `started` has ended now."""
        now = self._clock()
        number = int(now)
        last = self._seconds[number % _WINDOW]
        busy, done = (last.busy, last.texts) if last.number == number else (0.0, 0)
        self._seconds[number % _WINDOW] = _Second(number, busy + now - started, done + texts)

    def share(self) -> float:
        """The share of the last minute, or of the time since the start, in which it worked."""
        return min(1.0, sum(second.busy for second in self._recent()) / self._span())

    def texts_per_second(self) -> float:
        """Texts a second over the same time."""
        return sum(second.texts for second in self._recent()) / self._span()

    def _recent(self) -> list[_Second]:
        oldest = int(self._clock()) - _WINDOW
        return [second for second in self._seconds if second.number > oldest]

    def _span(self) -> float:
        return max(1.0, min(_WINDOW, self._clock() - self._since))
