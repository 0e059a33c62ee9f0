"""The labelled and unlabelled posts that the shipped model is made from."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from services.analysis.engines.compact.wording import prepare
from shared.contracts.labels import LABELS, Task

# The review sources know no neutral, the stance source p-stance no "none", and so on: what a source
# never says is masked in its loss.
_PARTS: Final = {"train": "train.jsonl.gz", "dev": "dev.jsonl"}


class Example(NamedTuple):
    """A labelled text, prepared for the model. `label` is an index into `LABELS[task]`."""

    task: Task
    text: str
    target: str | None
    label: int
    source: str
    language: str
    raw: str


def read_rows(path: Path) -> Iterator[dict[str, str]]:
    """Read JSON lines, packed or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as stream:
        for line in stream:
            yield json.loads(line)


def labelled(data: Path, task: Task, part: str) -> list[Example]:
    """Read the "train" or "dev" part of a task."""
    labels = [str(label) for label in LABELS[task]]
    return [
        Example(
            task,
            prepare(row["text"]),
            prepare(row["target"]) if "target" in row else None,
            labels.index(row["label"]),
            row["source"],
            row["lang"],
            row["text"],
        )
        for row in read_rows(data / task / _PARTS[part])
    ]


def all_texts(data: Path) -> list[tuple[str, str]]:
    """Read every text that may be learnt from without labels, once each: (language, text).

    Dev texts are left out, also where they stand in the train part of another task.
    """
    held = {prepare(row["text"]) for task in Task for row in read_rows(data / task / _PARTS["dev"])}
    files = [data / task / _PARTS["train"] for task in Task]
    files += sorted((data / "unlabelled").glob("*.jsonl.gz"))
    seen: dict[str, str] = {}
    for path in files:
        for row in read_rows(path):
            for key in ("text", "target"):
                text = prepare(row.get(key, ""))
                if text and text not in held:
                    seen.setdefault(text, row["lang"])
    return [(language, text) for text, language in seen.items()]


def classes_of(examples: list[Example]) -> dict[tuple[Task, str], list[int]]:
    """For each source of a task, the labels that it uses at all."""
    found: dict[tuple[Task, str], set[int]] = {}
    for example in examples:
        found.setdefault((example.task, example.source), set()).add(example.label)
    return {key: sorted(labels) for key, labels in found.items()}
