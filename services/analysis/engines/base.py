"""What every engine is: texts in, verdicts out, and a name to answer for them."""

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol, runtime_checkable

from shared.contracts.labels import LABELS, Task
from shared.errors import Invalid, Problem, Unavailable


class Item(NamedTuple):
    """One text to judge; `target` is who or what a stance is asked about."""

    text: str
    target: str | None = None


# A text that every model can read: one that breaks on it is broken.
PLAIN: Final = Item("a", "a")


class Verdict(NamedTuple):
    """An engine's answer for one item.

    `scores` holds a probability for every label of the task and sums to 1; `confidence` is that of
    `label`, the largest. `unsure` says that the answer should not be counted on.
    """

    label: str
    confidence: float
    scores: dict[str, float]
    unsure: bool


class Engine(Protocol):
    """Runs a model. `classify` may be called from any thread, from several at once.

    `name` and `revision` go beside every result: the same pair always gives the same answers.
    `device` is "cpu", "cuda" or "remote".
    """

    @property
    def name(self) -> str: ...

    @property
    def revision(self) -> str: ...

    @property
    def device(self) -> str: ...

    @property
    def tasks(self) -> frozenset[Task]: ...

    def classify(self, task: Task, items: Sequence[Item]) -> list[Verdict]:
        """Judge the items, one verdict each, in their order.

        Raises:
            WrongTask: the engine does not do this task.
            MissingTarget: a stance was asked without a target.
        """
        ...

    def classify_together(
        self, tasks: Sequence[Task], items: Sequence[Item]
    ) -> list[list[Verdict]]:
        """Judge the items on several tasks, from one reading of them where the engine can.

        Returns one list for each task, in the order of `tasks`; see `classify`.
        """
        ...


@runtime_checkable
class Held(Protocol):
    """An engine that holds more than memory: a process, connections. It is closed after use."""

    def close(self) -> None:
        """Let it go. Calls in progress fail."""
        ...


@runtime_checkable
class Restarted(Protocol):
    """An engine that is started again when it fails."""

    @property
    def restarts(self) -> int:
        """How often that was."""
        ...


class UnknownModel(Invalid):
    """No engine has this name, and no folder lies at this path."""

    title = "Unknown model"


class RefusedModel(Invalid):
    """The folder is there, and is not run: unsafe, incomplete, or with labels that do not fit."""

    title = "Model refused"


class WrongTask(Invalid):
    """The engine does not do what was asked."""

    title = "Task not offered"


class MissingTarget(Invalid):
    """A stance is always toward something."""

    title = "Target missing"


class Overloaded(Unavailable):
    """More waits for the engine than it can answer in good time."""

    title = "Analysis is busy"


class EngineFailed(Problem):
    """The model broke on its own; the texts are not to blame."""

    title = "Model failed"


class SomeFailed(EngineFailed):
    """Some texts broke the model each time; it answered the others.

    `columns` holds what it answered, one list a task, with None at the texts that broke it.
    """

    def __init__(self, columns: Sequence[Sequence[Verdict | None]]) -> None:
        self.columns = columns
        self.places = [at for at, verdict in enumerate(columns[0]) if verdict is None]
        items = ", ".join(map(str, self.places))
        super().__init__(f"the model breaks on item {items} each time; leave it out")


# Where a text says nothing, nothing is meant.
_BLANK_LABEL: Final = {Task.SENTIMENT: "neutral", Task.EMOTION: "neutral", Task.STANCE: "none"}


def blank_verdict(task: Task) -> Verdict:
    """The answer for an empty text: the middle label, at even odds, unsure."""
    labels = LABELS[task]
    share = 1 / len(labels)
    return Verdict(_BLANK_LABEL[task], share, {str(label): share for label in labels}, True)


def one_after_another(
    engine: Engine, tasks: Sequence[Task], items: Sequence[Item]
) -> list[list[Verdict]]:
    """`classify_together` for an engine that gains nothing by it."""
    return [engine.classify(task, items) for task in tasks]


def first_line(error: Exception) -> str:
    """What a foreign library says, in one line."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def check_call(engine: Engine, task: Task, items: Sequence[Item]) -> None:
    """Raise WrongTask or MissingTarget before any work is done."""
    if task not in engine.tasks:
        offered = ", ".join(sorted(engine.tasks))
        raise WrongTask(f'model "{engine.name}" does {offered}, not {task}; choose another model')
    if task is Task.STANCE:
        for number, item in enumerate(items):
            if not (item.target and item.target.strip()):
                raise MissingTarget(f'item {number} has no "target"; a stance needs one')
