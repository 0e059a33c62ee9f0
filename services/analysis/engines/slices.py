"""Calls waiting for an engine, and the slices cut from them."""

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from services.analysis.engines.base import Item, SomeFailed, Verdict
from shared.contracts.labels import Task
from shared.errors import Problem

# Every text costs something beside its characters; past some length it is cut off by the model.
_FLOOR: Final = 16
_CEILING: Final = 2_000


def cost_of(item: Item) -> int:
    """What an item costs an engine, in characters or so."""
    return _FLOOR + min(len(item.text) + len(item.target or ""), _CEILING)


# Verdicts, one list a task.
Columns = Sequence[Sequence[Verdict | None]]


class Call:
    """One caller's items, answered piece by piece."""

    def __init__(self, tasks: tuple[Task, ...], items: list[Item], ticket: int) -> None:
        self.tasks = tasks
        self.ticket = ticket
        self.future: asyncio.Future[list[list[Verdict]]] = asyncio.Future()
        self._items = items
        self._taken = 0
        self._columns: list[list[Verdict | None]] = [[None] * len(items) for _ in tasks]
        self._open = len(items)

    @property
    def waiting(self) -> int:
        """How many items no slice has taken."""
        return len(self._items) - self._taken

    @property
    def cost(self) -> int:
        """What waits here, in the measure of `cost_of`."""
        return sum(cost_of(item) for item in self._items[self._taken :])

    def take(self, room: float) -> "Part":
        """Take items worth `room`, one at least."""
        start = self._taken
        while self.waiting:
            room -= cost_of(self._items[self._taken])
            if room < 0 and self._taken > start:
                break
            self._taken += 1
        return Part(self, start, self._items[start : self._taken])

    def drop(self) -> int:
        """Take back what waits, and say how many items that was."""
        waiting = self.waiting
        self._taken = len(self._items)
        return waiting

    def answer(self, start: int, end: int, columns: Columns) -> None:
        """Note the verdicts on items `start` to `end`; the last ones answer the caller.

        None stands at a text that broke the engine: the caller hears of it with all the rest.
        """
        for column, verdicts in zip(self._columns, columns, strict=True):
            column[start:end] = verdicts
        self._open -= end - start
        if self._open or self.future.done():
            return
        whole = [[verdict for verdict in column if verdict] for column in self._columns]
        if whole == self._columns:
            self.future.set_result(whole)
        else:
            self.future.set_exception(SomeFailed(self._columns))

    def fail(self, error: Problem) -> None:
        """Tell the caller that there will be no answer."""
        if not self.future.done():
            self.future.set_exception(error)


class Part(NamedTuple):
    """Items of one call that go into one slice."""

    call: Call
    start: int
    items: list[Item]

    def answer(self, columns: Columns) -> None:
        """Hand the verdicts to the call, in the place of the items; one list a task."""
        self.call.answer(self.start, self.start + len(self.items), columns)


def take_slice(queue: deque[Call], room: float, tickets: Iterator[int]) -> list[Part]:
    """Cut one slice worth `room` from the head of a queue.

    A call with something left goes to the end with a new ticket: a thousand texts of one caller do
    not hold up the two of the next. Calls that were taken back are dropped on the way.
    """
    parts: list[Part] = []
    while queue and (room > 0 or not parts):
        call = queue.popleft()
        if call.future.done():
            continue
        part = call.take(room)
        parts.append(part)
        room -= sum(map(cost_of, part.items))
        if call.waiting:
            call.ticket = next(tickets)
            queue.append(call)
            break
    return parts
