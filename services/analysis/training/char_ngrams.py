"""The bar that a neural model must clear: TF-IDF of character 1- to 3-grams, and a linear machine.

Trained on the same train parts, classes balanced, one model a task over all its sources. For stance
text and target stand side by side; a second model sees the target only.
"""

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
        self._learnt: dict[Task, _Learnt] = {}

    def classify(self, task: Task, items: Sequence[Item]) -> list[Verdict]:
        """Judge the items; learns first what was not learnt yet.

        Raises:
            MissingTarget: a stance was asked without a target.
        """
        check_call(self, task, items)
        if task not in self._learnt:
            self._learnt[task] = self._learn_or_load(task)
        views, weights, bias = self._learnt[task]
        seen = self._see(task, items)
        parts = [view.transform(texts) for view, texts in zip(views, seen, strict=True)]
        margins = np.asarray(sparse.hstack(parts) @ weights.T + bias, dtype=np.float64)
        odds = np.exp(_SHARPNESS * (margins - margins.max(1, keepdims=True)))
        return [_verdict(task, row) for row in odds / odds.sum(1, keepdims=True)]

    def classify_together(
        self, tasks: Sequence[Task], items: Sequence[Item]
    ) -> list[list[Verdict]]:
        """Judge the items for several tasks."""
        return one_after_another(self, tasks, items)

    def _see(self, task: Task, items: Sequence[Item]) -> list[list[str]]:
        if task is not Task.STANCE:
            return [[item.text for item in items]]
        targets = [item.target or "" for item in items]
        return [targets] if self._target_only else [[item.text for item in items], targets]

    def _learn_or_load(self, task: Task) -> _Learnt:
        train = self._data / task / "train.jsonl.gz"
        mark = sha256(train.read_bytes()).hexdigest()[:16]
        seen = "target" if self._target_only else "whole"
        kept = self._cache / f"linear-{task}-{seen}-{mark}.npz"
        if not kept.exists():
            rows = list(read_rows(train))
            items = [Item(row["text"], row.get("target")) for row in rows]
            labels = [list(LABELS[task]).index(row["label"]) for row in rows]
            if set(labels) != set(range(len(LABELS[task]))):
                raise Invalid(f"{train} lacks a label of {task}; all of them must be learnt")
            arrays = _learn(self._see(task, items), labels)
            self._cache.mkdir(parents=True, exist_ok=True)
            np.savez(kept, **arrays)  # type: ignore[arg-type]
        with np.load(kept, allow_pickle=False) as stored:
            return _load(dict(stored))


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
