"""The labelled and unlabelled posts that the shipped model is made from."""

import gzip
import json
from collections.abc import Iterator, Set
from pathlib import Path
from typing import Final, NamedTuple

from services.analysis.engines.compact.wording import prepare
from shared.contracts.labels import LABELS, Task

_PARTS: Final = {"train": "train.jsonl.gz", "dev": "dev.jsonl"}


class Example(NamedTuple):
    """A labelled text, prepared for the model; `raw` is the text as found.

    `label` is an index into `LABELS[task]`, `domain` the goods that a review is about.
    """

    task: Task
    text: str
    target: str | None
    label: int
    source: str
    language: str
    raw: str
    domain: str | None = None


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
            row.get("domain"),
        )
        for row in read_rows(data / task / _PARTS[part])
    ]


def held_texts(data: Path) -> frozenset[str]:
    """Read the texts of all dev parts: nothing is learnt from them, wherever else they stand."""
    rows = (row for task in Task for row in read_rows(data / task / _PARTS["dev"]))
    return frozenset(prepare(row["text"]) for row in rows)


def all_texts(data: Path, *, without: Set[str]) -> list[tuple[str, str]]:
    """Read every text that may be learnt from without labels, once each: (language, text)."""
    files = [data / task / _PARTS["train"] for task in Task]
    files += sorted((data / "unlabelled").glob("*.jsonl.gz"))
    seen: dict[str, str] = {}
    for path in files:
        for row in read_rows(path):
            for key in ("text", "target"):
                text = prepare(row.get(key, ""))
                if text and text not in without:
                    seen.setdefault(text, row["lang"])
    return [(language, text) for text, language in seen.items()]
