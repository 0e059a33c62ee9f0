"""How several engines do on the same labelled rows, source by source, as a table."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from services.analysis.engines.base import Engine
from services.analysis.releases.evaluation import evaluate
from services.analysis.releases.figures import Figures
from services.analysis.releases.labelled import LabelledRow
from shared.contracts.labels import Task


class Source(NamedTuple):
    """Labelled rows of one origin, in one language ("zh", "en") or several (none)."""

    task: Task
    name: str
    language: str | None
    rows: Sequence[LabelledRow]


class Contestant(NamedTuple):
    """An engine in the table; `odds` says that its scores claim to be probabilities."""

    name: str
    engine: Engine
    language: str | None = None
    odds: bool = False


class Standing(NamedTuple):
    """One engine on one source."""

    task: Task
    source: str
    rows: int
    contestant: str
    odds: bool
    figures: Figures


_HEAD: Final = (
    "| source (rows) | model | accuracy | macro-F1 | macro-recall | ECE | accuracy at 80 % | "
    "own labels: accuracy | macro-F1 |"
)
# The column whose smallest number is the best.
_ERROR: Final = 3


def standings(sources: Iterable[Source], contestants: Sequence[Contestant]) -> Iterator[Standing]:
    """Run every engine over every source that it does, in order."""
    for source in sources:
        for contestant in contestants:
            if source.task in contestant.engine.tasks and contestant.language in (
                None,
                source.language,
            ):
                found = evaluate(contestant.engine, source.task, source.rows)
                yield Standing(
                    source.task,
                    source.name,
                    found.rows,
                    contestant.name,
                    contestant.odds,
                    found.figures,
                )


def as_markdown(found: Sequence[Standing]) -> str:
    """A table a task, the best number of each source in bold."""
    parts = []
    for task in Task:
        mine = [each for each in found if each.task is task]
        if not mine:
            continue
        lines = [f"### {task.capitalize()}", "", _HEAD, "|" + " --- |" * 2 + " ---: |" * 7]
        for source in dict.fromkeys(each.source for each in mine):
            lines += _lines([each for each in mine if each.source == source])
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _lines(group: Sequence[Standing]) -> Iterator[str]:
    columns = [_numbers(each) for each in group]
    best = [_best(column) for column in zip(*columns, strict=True)]
    best[_ERROR] = _best([line[_ERROR] for line in columns], choose=min)
    for at, (standing, numbers) in enumerate(zip(group, columns, strict=True)):
        head = f"{standing.source} ({standing.rows:,})" if at == 0 else ""
        cells = " | ".join(
            _cell(number, bold=number == top) for number, top in zip(numbers, best, strict=True)
        )
        yield f"| {head} | {standing.contestant} | {cells} |"


def _best(
    column: Iterable[float | None], *, choose: Callable[[list[float]], float] = max
) -> float | None:
    known = [number for number in column if number is not None]
    return choose(known) if len(known) > 1 else None


def _numbers(standing: Standing) -> list[float | None]:
    figures = standing.figures
    own = figures.restricted
    return [
        figures.accuracy,
        figures.macro_f1,
        figures.macro_recall,
        figures.calibration_error if standing.odds else None,
        figures.accuracy_at_80,
        own.accuracy if own else None,
        own.macro_f1 if own else None,
    ]


def _cell(number: float | None, *, bold: bool) -> str:
    if number is None:
        return ""
    text = f"{number:.3f}".removeprefix("0")
    return f"**{text}**" if bold else text


def as_rows(found: Iterable[Standing]) -> list[dict[str, object]]:
    """The same for JSON, without the curves."""
    return [
        {
            "task": each.task,
            "source": each.source,
            "rows": each.rows,
            "model": each.contestant,
            **each.figures.model_dump(
                mode="json", exclude={"classes", "confusion", "reliability", "coverage"}
            ),
        }
        for each in found
    ]
