"""The models in service: which engine answers which task, and one batcher before each engine."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from uuid import UUID

from services.analysis.engines.base import Engine, Item, UnknownModel, Verdict
from services.analysis.engines.batching import Batcher, Priority
from services.analysis.engines.lexicon import LexiconEngine
from services.analysis.sources import LEXICON, Source
from shared.contracts.labels import Task


@dataclass(frozen=True)
class Answer:
    """Verdicts, and the release that gave them."""

    model: str
    revision: str
    verdicts: Sequence[Verdict]


class Witnessed(NamedTuple):
    """A revision of a post with the verdict of the live model."""

    post_id: UUID
    revision: int
    item: Item
    verdict: Verdict


class Witness(Protocol):
    """Sees what the live model of a task says of posts; it must return at once."""

    def see(self, judged: Iterable[Witnessed]) -> None: ...


class Models:
    """The engines of this process. The lexicon is always among them.

    An engine that no task has any more answers what waits for it, and is let go.
    """

    def __init__(self) -> None:
        self._batchers: dict[Source, Batcher] = {LEXICON: Batcher(LexiconEngine())}
        self._live: dict[Task, Source] = dict.fromkeys(Task, LEXICON)
        self._held: frozenset[Source] = frozenset()
        self._leaving: set[asyncio.Task[None]] = set()
        # The promoted release that answers for each task; none: the model of the settings.
        self.releases: dict[Task, UUID | None] = dict.fromkeys(Task)
        self.witnesses: dict[Task, Witness] = {}

    async def classify(
        self,
        task: Task,
        items: Sequence[Item],
        *,
        model: str | None = None,
        priority: Priority = Priority.INTERACTIVE,
    ) -> Answer:
        """Judge the items with the live model of the task, or with the one that is named.

        Raises:
            UnknownModel: no model of this name is in service; and what `Batcher.classify` raises.
        """
        batcher = self._named(model, task) if model else self._batchers[self._live[task]]
        engine = batcher.engine
        verdicts = await batcher.classify(task, items, priority=priority)
        return Answer(engine.name, engine.revision, verdicts)

    async def classify_together(
        self,
        tasks: Sequence[Task],
        items: Sequence[Item],
        *,
        priority: Priority = Priority.INTERACTIVE,
    ) -> list[Answer]:
        """Judge the items with the live model of each task; tasks of one model share a reading.

        Returns one answer a task, in the order of `tasks`.
        """
        answers: dict[Task, Answer] = {}
        while waiting := [task for task in tasks if task not in answers]:
            # Looked up anew each time: while one engine answered, another may have come.
            source = self._live[waiting[0]]
            shared = [task for task in waiting if self._live[task] == source]
            batcher = self._batchers[source]
            columns = await batcher.classify_together(shared, items, priority=priority)
            for task, verdicts in zip(shared, columns, strict=True):
                answers[task] = Answer(batcher.engine.name, batcher.engine.revision, verdicts)
        return [answers[task] for task in tasks]

    def witness(self, task: Task, judged: Iterable[Witnessed]) -> None:
        """Show a shadow of the task what the live model said."""
        if task in self.witnesses:
            self.witnesses[task].see(judged)

    def has(self, source: Source) -> bool:
        """Whether an engine of this source is open."""
        return source in self._batchers

    def add(self, source: Source, engine: Engine) -> None:
        """Put an engine beside the others; it answers when `serve` says so, or by its name."""
        self._batchers[source] = Batcher(engine)

    def serve(self, live: Mapping[Task, Source], *, hold: Iterable[Source] = ()) -> None:
        """Let these engines answer from now on; those that nobody asks for any more are let go.

        `hold` names engines that stay open beside the live ones. All must be open.
        """
        self._live |= live
        self._held = frozenset(hold)
        needed = {LEXICON, *self._live.values(), *self._held}
        for source in [source for source in self._batchers if source not in needed]:
            leaving = asyncio.create_task(self._batchers.pop(source).close())
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)

    def batcher_of(self, source: Source) -> Batcher:
        """The batcher before an open engine."""
        return self._batchers[source]

    def engine_of(self, task: Task) -> Engine:
        """The live engine of a task."""
        return self._batchers[self._live[task]].engine

    def batchers(self) -> dict[Source, Batcher]:
        """All engines in service."""
        return dict(self._batchers)

    def live(self) -> dict[Task, Source]:
        """What answers for each task."""
        return dict(self._live)

    def is_idle(self) -> bool:
        """Whether nobody waits for a live model."""
        return not any(
            self._batchers[source].waiting(priority)
            for source in set(self._live.values())
            for priority in Priority
        )

    async def close(self) -> None:
        """Answer what waits, and let the engines go."""
        closing = [batcher.close() for batcher in self._batchers.values()]
        await asyncio.gather(*self._leaving, *closing)

    def _named(self, model: str, task: Task) -> Batcher:
        """The engine called `NAME` or `NAME@REVISION`: a live one before others of its name."""
        order = [self._live[task], *self._live.values(), *self._batchers]
        for source in order:
            engine = self._batchers[source].engine
            if model in (engine.name, f"{engine.name}@{engine.revision}"):
                return self._batchers[source]
        known = ", ".join(sorted({batcher.engine.name for batcher in self._batchers.values()}))
        raise UnknownModel(f'no model called "{model}" is in service; there are: {known}')
