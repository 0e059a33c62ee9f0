"""What a room does when an event reaches it or the clock strikes: a table of handlers."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts import Event
from shared.deliveries import Delivered
from shared.runtime import Runtime
from shared.settings import Settings

E = TypeVar("E", bound=Event)


class Lane(StrEnum):
    """Work that must not wait for each other runs in lanes of its own."""

    STREAM = "stream"  # the posts on their way through the house
    DESK = "desk"  # what people and warnings cause
    OUTSIDE = "outside"  # calls to the world, which may be slow
    COLLECT = "collect"  # reading sources: a slow site must not hold up an alert
    STUDY = "study"  # long computations over the past, one at a time


@dataclass(frozen=True)
class Work:
    """What a handler works with. `session` is in a transaction that commits with "done"."""

    runtime: Runtime
    session: AsyncSession

    @property
    def settings(self) -> Settings:
        """The settings of this process."""
        return self.runtime.settings

    @property
    def resources(self) -> Any:
        """What the room opened at its start."""
        return self.runtime.resources


BatchHandler = Callable[[Work, Sequence[Delivered[Any]]], Awaitable[None]]
Handler = Callable[[Work, Delivered[Any]], Awaitable[None]]
OutsideHandler = Callable[[Runtime, Delivered[Any]], Awaitable[None]]
ScheduleHandler = Callable[[Work, datetime], Awaitable[None]]


@dataclass(frozen=True)
class Job:
    """A handler, how many deliveries it takes at once, and where it runs.

    Exactly one of `run` and `outside` is set.
    """

    batch: int
    lane: Lane
    run: BatchHandler | None = None
    outside: OutsideHandler | None = None


@dataclass(frozen=True)
class Schedule:
    """Work that is due every so many seconds, counted from the epoch."""

    name: str
    every: int
    run: ScheduleHandler
    lane: Lane


@dataclass
class Jobs:
    """The handlers of one folder or one room."""

    handlers: dict[type[Event], Job] = field(default_factory=dict)
    schedules: dict[str, Schedule] = field(default_factory=dict)

    def on(self, *events: type[Event], lane: Lane = Lane.DESK) -> Callable[[Handler], Handler]:
        """Register a handler that takes one delivery in one transaction."""

        def register(handler: Handler) -> Handler:
            async def one(work: Work, batch: Sequence[Delivered[Any]]) -> None:
                for delivered in batch:
                    await handler(work, delivered)

            for event in events:
                self._add(event, Job(run=one, batch=1, lane=lane))
            return handler

        return register

    def on_batch(
        self, event: type[Event], *, size: int, lane: Lane = Lane.STREAM
    ) -> Callable[[BatchHandler], BatchHandler]:
        """Register a handler that takes up to `size` deliveries in one transaction."""

        def register(handler: BatchHandler) -> BatchHandler:
            self._add(event, Job(run=handler, batch=size, lane=lane))
            return handler

        return register

    def on_outside(
        self, event: type[Event], *, lane: Lane = Lane.OUTSIDE, at_once: int = 1
    ) -> Callable[[OutsideHandler], OutsideHandler]:
        """Register a handler that calls the world, for up to `at_once` deliveries side by side.

        It runs outside any transaction and opens short ones itself. It may run twice: it must find
        out what an earlier try already did.
        """

        def register(handler: OutsideHandler) -> OutsideHandler:
            self._add(event, Job(outside=handler, batch=at_once, lane=lane))
            return handler

        return register

    def every(
        self, seconds: int, name: str, *, lane: Lane = Lane.DESK
    ) -> Callable[[ScheduleHandler], ScheduleHandler]:
        """Register work for the clock; `name` is unique in the house."""

        def register(handler: ScheduleHandler) -> ScheduleHandler:
            if name in self.schedules:
                raise ValueError(f"two schedules are named {name}")
            self.schedules[name] = Schedule(name=name, every=seconds, run=handler, lane=lane)
            return handler

        return register

    def include(self, other: "Jobs") -> None:
        """Take over the handlers of a folder."""
        for event, job in other.handlers.items():
            self._add(event, job)
        for name, schedule in other.schedules.items():
            self.every(schedule.every, name, lane=schedule.lane)(schedule.run)

    def _add(self, event: type[Event], job: Job) -> None:
        if event in self.handlers:
            raise ValueError(f"{event.__name__} has two handlers in one room")
        self.handlers[event] = job


def collect(*folders: Jobs) -> Jobs:
    """All handlers of a room."""
    together = Jobs()
    for folder in folders:
        together.include(folder)
    return together
