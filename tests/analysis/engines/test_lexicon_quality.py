"""A floor under the lexicon on labelled development data.

The data is no part of the repository: without it the test is skipped.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from services.analysis.engines.base import Item, Verdict
from services.analysis.engines.lexicon import LexiconEngine
from shared.contracts.labels import LABELS, Task

DATA = Path(__file__).parents[4] / "shared" / "data" / "analysis"

# Macro-F1 over the labels that a source has, argmax over those labels, less 2 points.
FLOORS = {
    (Task.SENTIMENT, "smp2020-usual"): 0.64,
    (Task.SENTIMENT, "smp2020-virus"): 0.58,
    (Task.SENTIMENT, "chnsenticorp"): 0.78,
    (Task.SENTIMENT, "online-shopping-10"): 0.86,
    (Task.SENTIMENT, "waimai-10k"): 0.80,
    (Task.SENTIMENT, "tweeteval-sentiment"): 0.58,
    (Task.EMOTION, "smp2020-usual"): 0.52,
    (Task.EMOTION, "smp2020-virus"): 0.42,
    (Task.EMOTION, "covid-weibo-2020"): 0.44,
    (Task.EMOTION, "goemotions-ekman"): 0.46,
    (Task.EMOTION, "tweeteval-emotion"): 0.70,
}


def macro_f1(pairs: list[tuple[str, str]]) -> float:
    labels = {gold for gold, _ in pairs}
    found = []
    for label in labels:
        hits = sum(gold == said == label for gold, said in pairs)
        either = sum((gold == label) + (said == label) for gold, said in pairs)
        found.append(2 * hits / either)
    return sum(found) / len(found)


def judged(task: Task) -> Iterable[tuple[dict[str, str], Verdict]]:
    path = DATA / task / "dev.jsonl"
    if not path.exists():
        pytest.skip("the labelled data (../shared/data/analysis) is not here")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    items = [Item(row["text"], row.get("target")) for row in rows]
    return zip(rows, LexiconEngine().classify(task, items), strict=True)


@pytest.mark.parametrize("task", [Task.SENTIMENT, Task.EMOTION])
def test_quality_does_not_fall(task: Task) -> None:
    by_source: dict[str, list[tuple[str, Verdict]]] = defaultdict(list)
    for row, verdict in judged(task):
        by_source[row["source"]].append((row["label"], verdict))
    for source, answers in by_source.items():
        present = {gold for gold, _ in answers}
        open_labels = [label for label in LABELS[task] if label in present]
        pairs = [
            (gold, max(open_labels, key=lambda label: verdict.scores[label]))
            for gold, verdict in answers
        ]
        assert macro_f1(pairs) >= FLOORS[task, source], source


@pytest.mark.parametrize("task", list(Task))
def test_sure_answers_are_better_than_unsure_ones(task: Task) -> None:
    right: dict[bool, list[bool]] = {True: [], False: []}
    for row, verdict in judged(task):
        right[verdict.unsure].append(row["label"] == verdict.label)
    shares = {unsure: sum(hits) / len(hits) for unsure, hits in right.items()}
    assert shares[False] > shares[True] + 0.1
