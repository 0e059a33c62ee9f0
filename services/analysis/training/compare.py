"""A model beside others on labelled data: `python -m services.analysis.training.compare DATA`.

Beside it stand a linear model over character n-grams, learnt from the same train parts, and the
tools that people install. Needs groundswell[compare].
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from services.analysis.engines.base import Engine, Item, Verdict, one_after_another
from services.analysis.releases.labelled import LabelledRow, read_labelled
from services.analysis.training.char_ngrams import CharNgrams
from services.analysis.training.classify_door import ClassifyDoor
from services.analysis.training.published_tools import published_tools
from services.analysis.training.standings import (
    Contestant,
    Source,
    as_markdown,
    as_rows,
    standings,
)
from shared.contracts.labels import Task
from shared.errors import Problem

DOMAIN: Final = Path(__file__).parents[3] / "tests" / "analysis" / "domain" / "posts.jsonl"
# What an interface writes for someone who reposts and adds nothing: a text that says nothing.
_SAYS_NOTHING: Final = {"zh": "转发微博", "en": "RT"}
_HAN: Final = re.compile("[\u4e00-\u9fff]")


class TargetOnly:
    """An engine that is asked for a stance without having seen the text: how much the target alone
    gives away."""

    device = "cpu"
    tasks = frozenset({Task.STANCE})

    def __init__(self, engine: Engine) -> None:
        self.name = f"{engine.name}, target only"
        self.revision = engine.revision
        self._engine = engine

    def classify(self, task: Task, items: Sequence[Item]) -> list[Verdict]:
        """Judge the targets, each under a text that says nothing."""
        blind = [Item(_SAYS_NOTHING[_language(item.text)], item.target) for item in items]
        return self._engine.classify(task, blind)

    def classify_together(
        self, tasks: Sequence[Task], items: Sequence[Item]
    ) -> list[list[Verdict]]:
        """Judge the items for several tasks."""
        return one_after_another(self, tasks, items)


def main(
    data: Annotated[Path, typer.Argument(help="folder with sentiment/, emotion/, stance/")],
    model: Annotated[list[str], typer.Option(help="model to show; may be given again")] = [  # noqa: B006
        "compact"
    ],
    cache: Annotated[Path, typer.Option(help="what the linear model learnt is kept here")] = Path(
        ".training"
    ),
    domain: Annotated[Path, typer.Option(help="labelled posts of several tasks")] = DOMAIN,
    linear: Annotated[bool, typer.Option(help="show the linear model")] = True,
    tools: Annotated[bool, typer.Option(help="show the published tools")] = True,
    output: Annotated[
        Path | None, typer.Option(help="folder for comparison.md and comparison.json")
    ] = None,
) -> None:
    """Print the table of accuracy, macro-F1, recall and calibration, source by source."""
    doors = [ClassifyDoor(name) for name in model]
    contestants = [
        each
        for door in doors
        for each in (
            Contestant(door.name, door, odds=True),
            Contestant(f"{door.name}, target only", TargetOnly(door)),
        )
    ]
    if linear:
        contestants += [
            Contestant("linear", CharNgrams(data, cache)),
            Contestant("linear, target only", CharNgrams(data, cache, target_only=True)),
        ]
    if tools:
        contestants += [
            Contestant(tool.name, tool, language=tool.language) for tool in published_tools()
        ]
    try:
        found = list(standings(_sources(data, domain), contestants))
    except Problem as error:
        typer.echo(f"compare: {error}", err=True)
        raise typer.Exit(2) from None
    finally:
        for door in doors:
            door.close()
    table = as_markdown(found)
    typer.echo(table, nl=False)
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        (output / "comparison.md").write_text(table, encoding="utf-8")
        lines = json.dumps(as_rows(found), ensure_ascii=False, indent=1)
        (output / "comparison.json").write_text(lines + "\n", encoding="utf-8")


def _sources(data: Path, domain: Path) -> Iterator[Source]:
    for task in Task:
        yield from _by(task, read_labelled(data / task / "dev.jsonl", task), "source", "{}")
    for task in Task:
        rows = list(read_labelled(domain, task))
        yield Source(task, "domain set", None, rows)
        yield from _by(task, rows, "language", "domain set, {}")


def _by(task: Task, rows: Iterable[LabelledRow], field: str, name: str) -> Iterator[Source]:
    """One source for every value of a field; its language is that of its first row."""
    found: dict[str, list[LabelledRow]] = {}
    for row in rows:
        found.setdefault(row.slices.get(field, ("",))[0], []).append(row)
    for value, part in found.items():
        language = part[0].slices.get("language", ("",))[0].partition("-")[0]
        yield Source(task, name.format(value), language, part)


def _language(text: str) -> str:
    return "zh" if _HAN.search(text) else "en"


if __name__ == "__main__":
    typer.run(main)
