"""The bar that a neural model must clear: TF-IDF of character 1- to 3-grams, and a linear machine.

Trained on the same train parts, classes balanced, one model a task and script over all its sources:
with one for both scripts English macro-recall falls from .65 to .54, because the balance of the
classes differs. For stance text and target stand side by side; a second model sees the target only.
"""

import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from services.analysis.engines.base import Item, Verdict, check_call, one_after_another
from services.analysis.training.corpus import read_rows
from shared.contracts.labels import LABELS, Task
from shared.errors import Invalid

_HAN: Final = re.compile("[\u4e00-\u9fff]")
_NGRAMS: Final = (1, 3)
_PENALTY: Final = 0.2
# N-grams of one text only tell nothing about others; beyond a million the rare ones are dropped.
_RAREST: Final = 2
_MOST_NGRAMS: Final = 1_000_000
# Margins are no probabilities: this only makes them sum to 1, in their order.
_SHARPNESS: Final = 2.0

_Views = list[TfidfVectorizer]
_Learnt = tuple[_Views, NDArray[np.float32], NDArray[np.float32]]


class CharNgrams:
    """The linear model as an engine; what it learnt is kept in a folder."""

    revision = "tfidf-char-1-3"
    device = "cpu"

    def __init__(self, data: Path, cache: Path, *, target_only: bool = False) -> None:
        self.name = "linear, target only" if target_only else "linear"
        self.tasks = frozenset({Task.STANCE} if target_only else Task)
        self._data = data
        self._cache = cache
        self._target_only = target_only
        self._learnt: dict[tuple[Task, str], _Learnt] = {}

    def classify(self, task: Task, items: Sequence[Item]) -> list[Verdict]:
        """Judge the items; learns first what was not learnt yet.

        Raises:
            MissingTarget: a stance was asked without a target.
        """
        check_call(self, task, items)
        halves: dict[str, list[int]] = {}
        for at, item in enumerate(items):
            halves.setdefault(_script(item), []).append(at)
        answered: dict[int, Verdict] = {}
        for script, places in halves.items():
            verdicts = self._judge(task, script, [items[at] for at in places])
            answered |= dict(zip(places, verdicts, strict=True))
        return [answered[at] for at in range(len(items))]

    def classify_together(
        self, tasks: Sequence[Task], items: Sequence[Item]
    ) -> list[list[Verdict]]:
        """Judge the items for several tasks."""
        return one_after_another(self, tasks, items)

    def _judge(self, task: Task, script: str, items: Sequence[Item]) -> list[Verdict]:
        if (task, script) not in self._learnt:
            self._learnt[task, script] = self._learn_or_load(task, script)
        views, weights, bias = self._learnt[task, script]
        seen = self._see(task, items)
        parts = [view.transform(texts) for view, texts in zip(views, seen, strict=True)]
        margins = np.asarray(sparse.hstack(parts) @ weights.T + bias, dtype=np.float64)
        odds = np.exp(_SHARPNESS * (margins - margins.max(1, keepdims=True)))
        return [_verdict(task, row) for row in odds / odds.sum(1, keepdims=True)]

    def _see(self, task: Task, items: Sequence[Item]) -> list[list[str]]:
        if task is not Task.STANCE:
            return [[item.text for item in items]]
        targets = [item.target or "" for item in items]
        return [targets] if self._target_only else [[item.text for item in items], targets]

    def _learn_or_load(self, task: Task, script: str) -> _Learnt:
        train = self._data / task / "train.jsonl.gz"
        mark = sha256(train.read_bytes()).hexdigest()[:16]
        seen = "target" if self._target_only else "whole"
        kept = self._cache / f"linear-{task}-{seen}-{script}-{mark}.npz"
        if not kept.exists():
            rows = [
                (Item(row["text"], row.get("target")), row["label"]) for row in read_rows(train)
            ]
            mine = [(item, label) for item, label in rows if _script(item) == script]
            labels = [list(LABELS[task]).index(label) for _, label in mine]
            if set(labels) != set(range(len(LABELS[task]))):
                raise Invalid(f"{train} lacks a label of {task} in {script} texts")
            arrays = _learn(self._see(task, [item for item, _ in mine]), labels)
            self._cache.mkdir(parents=True, exist_ok=True)
            np.savez(kept, **arrays)  # type: ignore[arg-type]
        with np.load(kept, allow_pickle=False) as stored:
            return _load(dict(stored))


def _script(item: Item) -> str:
    return "han" if _HAN.search(f"{item.text}{item.target}") else "latin"


def _learn(views: list[list[str]], labels: list[int]) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {}
    parts = []
    for at, texts in enumerate(views):
        vectorizer = _vectorizer(min_df=_RAREST, max_features=_MOST_NGRAMS)
        parts.append(vectorizer.fit_transform(texts))
        arrays[f"ngrams_{at}"] = vectorizer.get_feature_names_out().astype(str)
        arrays[f"rarity_{at}"] = vectorizer.idf_
    machine = LinearSVC(C=_PENALTY, class_weight="balanced", random_state=0)
    machine.fit(sparse.hstack(parts).tocsr(), labels)
    arrays["weights"] = machine.coef_.astype(np.float32)
    arrays["bias"] = machine.intercept_.astype(np.float32)
    return arrays


def _load(arrays: dict[str, NDArray[Any]]) -> _Learnt:
    views = []
    for at in range(sum(name.startswith("ngrams_") for name in arrays)):
        vectorizer = _vectorizer(vocabulary=arrays[f"ngrams_{at}"].tolist())
        vectorizer.idf_ = arrays[f"rarity_{at}"]
        views.append(vectorizer)
    return views, arrays["weights"], arrays["bias"]


def _vectorizer(**options: Any) -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer="char",
        ngram_range=_NGRAMS,
        sublinear_tf=True,
        dtype=np.float32,
        **options,
    )


def _verdict(task: Task, odds: NDArray[np.float64]) -> Verdict:
    at = int(odds.argmax())
    labels = [str(label) for label in LABELS[task]]
    scores = dict(zip(labels, odds.tolist(), strict=True))
    return Verdict(labels[at], scores[labels[at]], scores, unsure=False)
