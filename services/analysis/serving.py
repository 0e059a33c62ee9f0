"""The models in service: which engine answers which task, and one batcher before each engine."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from services.analysis.engines.base import Engine, Item, UnknownModel, Verdict
from services.analysis.engines.batching import Batcher, Priority
from services.analysis.engines.registry import DEFAULT, default_engine, open_engine
from shared.contracts.labels import Task
from shared.errors import ConfigurationError
from shared.settings import Settings


@dataclass(frozen=True)
class Answer:
    """Verdicts, and the release that gave them."""

    model: str
    revision: str
    verdicts: Sequence[Verdict]


class Models:
    """The engines of this process. The lexicon is always among them."""

    def __init__(self, by_task: dict[Task, Engine]) -> None:
        engines = {engine.name: engine for engine in (default_engine(), *by_task.values())}
        self._batchers = {name: Batcher(engine) for name, engine in engines.items()}
        self._live = {task: by_task.get(task, default_engine()).name for task in Task}

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
        name = model or self._live[task]
        batcher = self._batchers.get(name)
        if batcher is None:
            known = ", ".join(sorted(self._batchers))
            raise UnknownModel(f'no model called "{name}" is in service; there are: {known}')
        verdicts = await batcher.classify(task, items, priority=priority)
        return Answer(model=name, revision=batcher.engine.revision, verdicts=verdicts)

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
        for name in dict.fromkeys(self._live[task] for task in tasks):
            batcher = self._batchers[name]
            shared = [task for task in tasks if self._live[task] == name]
            columns = await batcher.classify_together(shared, items, priority=priority)
            for task, verdicts in zip(shared, columns, strict=True):
                answers[task] = Answer(name, batcher.engine.revision, verdicts)
        return [answers[task] for task in tasks]

    def engine_of(self, task: Task) -> Engine:
        """The live engine of a task."""
        return self._batchers[self._live[task]].engine

    def engines(self) -> dict[str, Engine]:
        """All engines in service, by name."""
        return {name: batcher.engine for name, batcher in self._batchers.items()}

    def live(self) -> dict[Task, str]:
        """The name of the live model of each task."""
        return dict(self._live)

    async def close(self) -> None:
        """Answer what waits, and let the engines go."""
        for batcher in self._batchers.values():
            await batcher.close()


def choose_engines(setting: str, device: str) -> dict[Task, Engine]:
    """Open what `GROUNDSWELL_ANALYSIS_MODEL` names: one model for all tasks it does, or a list such
    as `sentiment=/models/a,emotion=/models/b`; a task that is not named has the lexicon.

    Raises:
        ConfigurationError: a task is not known, or is named twice.
        UnknownModel, RefusedModel: a model cannot be opened.
    """
    if setting == DEFAULT:
        return {}
    if "=" not in setting:
        engine = open_engine(setting, device=device)
        return dict.fromkeys(engine.tasks, engine)
    chosen: dict[Task, Engine] = {}
    for part in setting.split(","):
        name, _, path = part.strip().partition("=")
        if name not in set(Task) or Task(name) in chosen:
            raise ConfigurationError(
                f"GROUNDSWELL_ANALYSIS_MODEL: {name!r} is not a task, or stands there twice. "
                "Write sentiment=PATH,emotion=PATH,stance=PATH."
            )
        chosen[Task(name)] = open_engine(path, task=Task(name), device=device)
    return chosen


@asynccontextmanager
async def open_models(settings: Settings) -> AsyncIterator[Models]:
    """The models of one process, for as long as it runs."""
    models = Models(choose_engines(settings.analysis_model, settings.analysis_device))
    try:
        yield models
    finally:
        await models.close()
