"""Batches across requests: many callers, one engine, one thread, people first.

Calls are cut into slices of about `slice_s` seconds, measured as it goes. Before each slice the
interactive queue is looked at first, so that a person waits for one slice of a job at most, however
long the jobs are. On CPU a slice starts as soon as the thread is free: waiting to fill it was found
to gain nothing.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import IntEnum
from itertools import count
from math import ceil
from time import monotonic
from typing import Final, NamedTuple

from services.analysis.engines.base import (
    Engine,
    EngineFailed,
    Held,
    Item,
    Overloaded,
    Restarted,
    SomeFailed,
    Verdict,
    check_call,
)
from services.analysis.engines.load import Load
from services.analysis.engines.slices import Call, Columns, Part, cost_of, take_slice
from shared.contracts.labels import Task
from shared.errors import Problem


class Priority(IntEnum):
    """Who waits: a person at a screen, or a job."""

    INTERACTIVE = 0
    JOB = 1


class State(NamedTuple):
    """An engine at work: what people see of it.

    `waiting` counts texts. `load` is the share of the last minute in which it worked, from 0 to 1;
    `texts_per_second` is over the same time. `stuck` says that it does not answer.
    """

    device: str
    revision: str
    waiting: dict[Priority, int]
    load: float
    texts_per_second: float
    restarts: int
    stuck: bool


# Seconds to let a slice fill up before it starts. A GPU takes 2 ms more texts at the same price.
_LINGER: Final = {"cpu": 0.0, "cuda": 0.002, "remote": 0.002}
# Seconds that a slice may take. A server far away answers many texts in the time of one.
_SLICE_S: Final = {"cpu": 0.05, "cuda": 0.05, "remote": 0.25}
# First guess of an engine's speed, in seconds a character; measured after the first slice.
_FIRST_GUESS: Final = 1e-4
_SMOOTHING: Final = 0.3


class Batcher:
    """Puts the calls of one event loop before one engine.

    At most `max_waiting` items wait in each priority. A slice that takes longer than `limit_s`
    fails its callers; until the engine's thread comes back, nothing else is taken (`stuck`).
    """

    def __init__(
        self,
        engine: Engine,
        *,
        max_waiting: int = 10_000,
        slice_s: float | None = None,
        limit_s: float = 60.0,
    ) -> None:
        self.engine = engine
        self.stuck = False
        self._max_waiting = max_waiting
        self._slice_s = slice_s or _SLICE_S[engine.device]
        # An engine that is started again keeps its own time.
        self._limit_s = None if isinstance(engine, Restarted) else limit_s
        self._pace = _FIRST_GUESS
        self._load = Load()
        self._tickets = count()
        # Calls share a slice when they ask for the same tasks.
        self._queues: defaultdict[tuple[Priority, tuple[Task, ...]], deque[Call]] = defaultdict(
            deque
        )
        self._waiting = dict.fromkeys(Priority, 0)
        self._wake = asyncio.Event()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="engine")
        self._runner: asyncio.Task[None] | None = None
        self._closing = False

    async def classify(
        self, task: Task, items: Sequence[Item], *, priority: Priority = Priority.INTERACTIVE
    ) -> list[Verdict]:
        """Judge the items, one verdict each, in their order. Cancelling takes back what waits.

        Raises:
            WrongTask, MissingTarget: see Engine.
            Overloaded: too much waits, the engine hangs, or the batcher is closing.
            EngineFailed: the engine broke on these items, or did not answer within its limit.
            SomeFailed: it broke on some of them; the others have verdicts.
        """
        return (await self.classify_together((task,), items, priority=priority))[0]

    async def classify_together(
        self,
        tasks: Sequence[Task],
        items: Sequence[Item],
        *,
        priority: Priority = Priority.INTERACTIVE,
    ) -> list[list[Verdict]]:
        """Judge the items on several tasks, one list of verdicts a task (see `classify`)."""
        for task in tasks:
            check_call(self.engine, task, items)
        if not items or not tasks:
            return [[] for _ in tasks]
        self._admit(len(items), priority)
        call = Call(tuple(tasks), list(items), next(self._tickets))
        self._queues[priority, call.tasks].append(call)
        self._waiting[priority] += len(items)
        self._wake.set()
        if self._runner is None:
            self._runner = asyncio.create_task(self._run())
        try:
            return await call.future
        finally:
            # Nothing is left after an answer; after a cancellation or a failure, the rest is.
            self._waiting[priority] -= call.drop()

    def waiting(self, priority: Priority) -> int:
        """How many items of this priority no slice has taken yet: the queue depth."""
        return self._waiting[priority]

    def state(self) -> State:
        """How the engine does now."""
        return State(
            device=self.engine.device,
            revision=self.engine.revision,
            waiting=dict(self._waiting),
            load=self._load.share(),
            texts_per_second=self._load.texts_per_second(),
            restarts=self.engine.restarts if isinstance(self.engine, Restarted) else 0,
            stuck=self.stuck,
        )

    async def close(self) -> None:
        """Answer what waits, take nothing new, let the thread and the engine go."""
        self._closing = True
        self._wake.set()
        if self._runner is not None:
            await self._runner
        if isinstance(self.engine, Held):
            await asyncio.to_thread(self.engine.close)
        self._thread.shutdown(wait=False)

    def _admit(self, size: int, priority: Priority) -> None:
        if self._closing or self.stuck:
            state = "closing" if self._closing else "not answering"
            raise Overloaded(f'model "{self.engine.name}" is {state}; come again', retry_after=5)
        waiting = self._waiting[priority]
        # A call larger than the whole queue is taken when it is alone: else it never could be.
        if waiting and waiting + size > self._max_waiting:
            cost = sum(call.cost for queue in self._queues.values() for call in queue)
            seconds = max(1, ceil(cost * self._pace))
            raise Overloaded(
                f'{waiting} texts wait for model "{self.engine.name}"; come again in {seconds} s',
                retry_after=seconds,
            )

    async def _run(self) -> None:
        while True:
            chosen = self._choose()
            if chosen is None:
                if self._closing:
                    return
                self._wake.clear()
                await self._wake.wait()
                await asyncio.sleep(_LINGER[self.engine.device])
                continue
            priority, queue = chosen
            parts = take_slice(queue, self._slice_s / self._pace, self._tickets)
            self._waiting[priority] -= sum(len(part.items) for part in parts)
            await self._answer(parts)

    def _choose(self) -> tuple[Priority, deque[Call]] | None:
        """The queue to serve next: people before jobs, then who came first."""
        waiting = [
            (priority, queue[0].ticket, queue)
            for (priority, _), queue in self._queues.items()
            if queue
        ]
        if not waiting:
            return None
        priority, _, queue = min(waiting, key=lambda each: each[:2])
        return priority, queue

    async def _answer(self, parts: list[Part]) -> None:
        if not parts:
            return
        columns: Columns
        try:
            columns = await self._work(
                parts[0].call.tasks, [i for part in parts for i in part.items]
            )
        except SomeFailed as failed:
            columns = failed.columns
        except Exception as error:  # whatever a foreign model raises belongs to its callers
            if len(parts) > 1 and not self.stuck and not isinstance(self.engine, Restarted):
                # One text may have broken it: each caller answers for their own.
                for part in parts:
                    await self._answer([part])
                return
            for part in parts:
                part.call.fail(self._failure(error))
            return
        position = 0
        for part in parts:
            end = position + len(part.items)
            part.answer([column[position:end] for column in columns])
            position = end

    async def _work(self, tasks: tuple[Task, ...], items: list[Item]) -> list[list[Verdict]]:
        """Run one slice in the thread, and learn from it how fast the engine is."""
        started = monotonic()
        loop = asyncio.get_running_loop()
        running = loop.run_in_executor(self._thread, self.engine.classify_together, tasks, items)
        done, _ = await asyncio.wait({running}, timeout=self._limit_s)
        if not done:
            self._hang(running)
            raise EngineFailed(f'model "{self.engine.name}" did not answer in {self._limit_s} s')
        self._load.note(started, len(items))
        columns = running.result()
        counts = [len(column) for column in columns]
        if counts != [len(items)] * len(tasks):
            given, asked = sum(counts), len(items) * len(tasks)
            raise EngineFailed(f'model "{self.engine.name}" gave {given} answers to {asked} texts')
        pace = (monotonic() - started) / sum(map(cost_of, items))
        self._pace += _SMOOTHING * (pace - self._pace)
        return columns

    def _hang(self, running: "asyncio.Future[list[list[Verdict]]]") -> None:
        """A thread cannot be killed: fail all who wait, and take nothing until it returns."""
        self.stuck = True
        running.add_done_callback(self._recover)
        for queue in self._queues.values():
            while queue:
                queue.popleft().fail(
                    Overloaded(f'model "{self.engine.name}" is not answering', retry_after=5)
                )

    def _recover(self, running: "asyncio.Future[list[list[Verdict]]]") -> None:
        running.exception()
        self.stuck = False

    def _failure(self, error: Exception) -> Problem:
        if isinstance(error, Problem):
            return error
        failure = EngineFailed(f'model "{self.engine.name}" failed: {type(error).__name__}')
        failure.__cause__ = error
        return failure
