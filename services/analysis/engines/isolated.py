"""An engine in a process of its own: what hangs it, kills it or fills the memory ends only that.

When the process ends in the middle of a slice, a new one is started and the slice is judged text by
text. A text that ends the process again, and once more alone, is to blame and fails alone; the
others have their answers. It is remembered for a while, so that a job that comes again with it does
not kill the model again.

The way there and back costs 23 µs a text in a slice of 200 on two tasks, 95 µs for a text alone.
"""

import threading
from collections.abc import Sequence
from math import ceil
from time import monotonic
from typing import Final

from services.analysis.engines.base import (
    PLAIN,
    EngineFailed,
    Item,
    Overloaded,
    RefusedModel,
    SomeFailed,
    Verdict,
    check_call,
)
from services.analysis.engines.poison import Poison
from services.analysis.engines.process import Died, Process, Recipe
from services.analysis.engines.wire import pack_items, unpack_verdicts
from shared.contracts.labels import Task
from shared.log import get_logger

log = get_logger(__name__)

# Seconds before the process is started again, by how often it ended since it last answered.
_PAUSES: Final = (0.0, 0.0, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0)
# A caller waits for a pause up to here; a longer one is told to come again.
_PATIENCE_S: Final = 2.0
# One call starts the process again this often at most: each may cost a limit and a start.
_MOST_RESTARTS: Final = 6

# What is known of one text: its verdicts, one a task, or None if it broke the model.
Answer = list[Verdict] | None


class IsolatedEngine:
    """Speaks for an engine that runs in another process. Thread-safe: one call after another.

    One question takes `limit_s` at most; an engine may take `start_limit_s` to open.
    """

    def __init__(
        self, recipe: Recipe, *, limit_s: float = 30.0, start_limit_s: float = 300.0
    ) -> None:
        """Start the process and wait until its engine is open.

        Raises:
            RefusedModel: the engine cannot be opened.
            EngineFailed: the process ended on the way.
        """
        self._recipe = recipe
        self._limit_s = limit_s
        self._start_limit_s = start_limit_s
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._poison = Poison()
        self._deaths = 0
        self._not_before = 0.0
        self._process: Process | None = Process(recipe, limit_s=start_limit_s)
        self.restarts = 0
        hello = self._process.hello
        self.name = str(hello["name"])
        self.revision = str(hello["revision"])
        self.device = str(hello["device"])
        self.tasks = frozenset(Task(task) for task in hello["tasks"])

    @property
    def pid(self) -> int | None:
        """The id of its process, if one runs."""
        return self._process.pid if self._process else None

    def classify(self, task: Task, items: Sequence[Item]) -> list[Verdict]:
        """Judge the items, one verdict each, in their order (see Engine)."""
        return self.classify_together((task,), items)[0]

    def classify_together(
        self, tasks: Sequence[Task], items: Sequence[Item]
    ) -> list[list[Verdict]]:
        """Judge the items on several tasks in one question to the process (see Engine).

        Raises:
            SomeFailed: texts that broke the model each time; the others have verdicts.
            EngineFailed: the model breaks on everything, or does not answer.
            Overloaded: it is about to be started again.
        """
        for task in tasks:
            check_call(self, task, items)
        if not items or not tasks:
            return [[] for _ in tasks]
        with self._lock:
            answers = self._answers(tasks, items)
        if None not in answers:
            return [[row[at] for row in answers if row] for at in range(len(tasks))]
        raise SomeFailed(
            [[row[at] if row else None for row in answers] for at in range(len(tasks))]
        )

    def close(self) -> None:
        """End the process. Calls in progress fail, later ones too."""
        self._closed.set()
        if process := self._process:
            process.end()  # whoever waits for its answer hears at once, and frees the lock
        with self._lock:
            if self._process:
                self._process.kill()

    def _answers(self, tasks: Sequence[Task], items: Sequence[Item]) -> list[Answer]:
        """What is known of each text after all that can be tried."""
        answers: list[Answer] = [None] * len(items)
        untried = [at for at, item in enumerate(items) if item not in self._poison]
        if not untried:
            return answers
        process = self._running()
        try:
            rows = self._ask(process, tasks, [items[at] for at in untried])
        except EngineFailed as error:
            log.warning(
                "a slice broke a model", model=self.name, texts=len(untried), why=str(error)
            )
        else:
            for at, row in zip(untried, rows, strict=True):
                answers[at] = row
            return answers
        most = self.restarts + _MOST_RESTARTS
        for at in untried:
            if self.restarts > most:
                # Those to blame so far are remembered: the next try comes further.
                raise EngineFailed(f'model "{self.name}" breaks too often; see its log')
            answers[at] = self._alone(tasks, items[at])
        return answers

    def _alone(self, tasks: Sequence[Task], item: Item) -> Answer:
        """Judge one text, twice if it ends the process."""
        for _ in range(2):
            process = self._running()
            try:
                return self._ask(process, tasks, [item])[0]
            except Died:
                continue
            except EngineFailed:
                break
        self._check(tasks)
        self._poison.add(item)
        log.warning("a text breaks the model", model=self.name, characters=len(item.text))
        return None

    def _check(self, tasks: Sequence[Task]) -> None:
        """See whether it is the text or the model; start a broken one anew for who comes next."""
        process = self._running()
        try:
            self._ask(process, tasks, [PLAIN])
        except EngineFailed as error:
            if self._process:
                self._process.kill()
                self._bury()
            raise EngineFailed(f'model "{self.name}" breaks on every text; see its log') from error

    def _ask(
        self, process: Process, tasks: Sequence[Task], items: Sequence[Item]
    ) -> list[list[Verdict]]:
        """Put one question to the process: a row of verdicts for each text, one a task."""
        question = {"tasks": list(tasks), "items": pack_items(items)}
        try:
            answer = process.ask(question, limit_s=self._limit_s)
        except Died as error:
            self._bury()
            raise Died(f'model "{self.name}" failed: {error}') from None
        self._deaths = 0
        if "error" in answer:
            raise EngineFailed(f'model "{self.name}" failed: {answer["error"]}')
        columns = [
            unpack_verdicts(task, rows) for task, rows in zip(tasks, answer["columns"], strict=True)
        ]
        if [len(column) for column in columns] != [len(items)] * len(tasks):
            raise EngineFailed(f'model "{self.name}" gave too few or too many answers')
        return [list(row) for row in zip(*columns, strict=True)]

    def _running(self) -> Process:
        """The process, started again if it has ended.

        Raises:
            Overloaded: it has ended too often to be started at once.
            EngineFailed: it does not start.
        """
        if self._process is None and not self._closed.is_set():
            pause = self._not_before - monotonic()
            if pause > _PATIENCE_S:
                raise Overloaded(
                    f'model "{self.name}" broke and is started again; come again',
                    retry_after=ceil(pause),
                )
            self._closed.wait(max(0.0, pause))
            self._start()
        if self._process is None or self._closed.is_set():
            raise EngineFailed(f'model "{self.name}" was closed')
        return self._process

    def _start(self) -> None:
        self.restarts += 1
        log.warning("starting a model again", model=self.name, restarts=self.restarts)
        try:
            process = Process(self._recipe, limit_s=self._start_limit_s)
        except (Died, RefusedModel) as error:
            self._bury()
            raise EngineFailed(f'model "{self.name}" does not start again: {error}') from error
        if process.hello["revision"] != self.revision:
            process.kill()
            self._bury()
            raise EngineFailed(f'the files of model "{self.name}" have changed; register it anew')
        self._process = process

    def _bury(self) -> None:
        """Note that the process has ended, and when the next may start."""
        self._process = None
        self._deaths += 1
        self._not_before = monotonic() + _PAUSES[min(self._deaths, len(_PAUSES) - 1)]
