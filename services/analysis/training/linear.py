"""The linear half: support vector machines over hashed n-grams, weighed by how rare each is."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from sklearn.svm import LinearSVC

from services.analysis.engines.compact.linear import (
    HAN,
    LATIN,
    SCRIPTS,
    TEXT_TASKS,
    LinearTable,
    script_of,
)
from services.analysis.engines.compact.ngrams import Features, pair_features, text_features
from services.analysis.engines.compact.tokens import Tokens
from services.analysis.training.corpus import Example
from shared.contracts.labels import LABELS, Task

PAIR: Final = "pair"
TABLES: Final = (*SCRIPTS, PAIR)
_BITS: Final = {HAN: 20, LATIN: 19, PAIR: 19}
_PENALTY: Final = 0.2
_RAREST: Final = 2
_CHUNK: Final = 5_000
_STEPS: Final = 127
# Rounded to eight bits, the largest weights of a class are cut to this quantile of all.
_QUANTILE: Final = 0.9995


class _Counted(NamedTuple):
    """Counts of features, N x 2**bits, and how many features each text has."""

    counts: sparse.csr_matrix
    sizes: NDArray[np.int64]


def learn_table(
    name: str, examples: Sequence[Example], tokens: Tokens, *, weights: Mapping[str, float]
) -> LinearTable:
    """Learn the table "han", "latin" or "pair" from the train parts of all tasks.

    `weights` are those of a source's texts, 1 where nothing is said; only pairs use them.
    """
    bits = _BITS[name]
    if name == PAIR:
        pairs = [example for example in examples if example.task is Task.STANCE]
        return _learn(_count_pairs(pairs, tokens, bits), pairs, weights)
    halves = []
    for task in TEXT_TASKS:
        mine = [e for e in examples if e.task is task and script_of(e.text) == name]
        halves.append(_learn(_count_texts(mine, tokens, bits), mine, {}))
    return LinearTable(*(np.concatenate(parts, axis=-1) for parts in zip(*halves, strict=True)))


def _count_texts(examples: Sequence[Example], tokens: Tokens, bits: int) -> _Counted:
    found = []
    for start in range(0, len(examples), _CHUNK):
        texts = [example.text for example in examples[start : start + _CHUNK]]
        found.append(text_features(texts, tokens.words(texts), bits=bits))
    return _counted(found, bits)


def _count_pairs(examples: Sequence[Example], tokens: Tokens, bits: int) -> _Counted:
    found = []
    for start in range(0, len(examples), _CHUNK):
        part = examples[start : start + _CHUNK]
        texts = [example.text for example in part]
        targets = [example.target or "" for example in part]
        read = pair_features(texts, tokens.words(texts), targets, tokens.words(targets), bits=bits)
        found.append(read)
    return _counted(found, bits)


def _counted(found: Sequence[Features], bits: int) -> _Counted:
    sizes = np.concatenate([np.diff(each.starts) for each in found])
    rows = np.concatenate([each.rows.astype(np.int32) for each in found])
    starts = np.concatenate([[0], np.cumsum(sizes)])
    ones = np.ones(len(rows), np.float32)
    counts = sparse.csr_matrix((ones, rows, starts), shape=(len(sizes), 1 << bits))
    counts.sum_duplicates()
    return _Counted(counts, sizes)


def _learn(
    counted: _Counted, examples: Sequence[Example], weights: Mapping[str, float]
) -> LinearTable:
    """One machine a label against the rest, every label of the task weighing the same."""
    counts, sizes = counted
    labels = np.array([example.label for example in examples])
    texts = np.bincount(counts.indices, minlength=counts.shape[1])
    rarity = np.log((1 + len(labels)) / (1 + texts)) + 1
    rarity[texts < _RAREST] = 0
    weighed = counts.copy()
    weighed.data *= rarity[weighed.indices].astype(np.float32)
    weighed = sparse.diags(1 / np.sqrt(np.maximum(sizes, 1)).astype(np.float32)) @ weighed
    # On average a text has length one, as the penalty takes for granted.
    unit = float(1 / np.sqrt(weighed.multiply(weighed).sum(axis=1).mean()))
    machine = LinearSVC(C=_PENALTY, class_weight="balanced", random_state=0)
    importance = np.array([weights.get(example.source, 1.0) for example in examples])
    machine.fit(sparse.csr_matrix(weighed * unit), labels, sample_weight=importance)
    classes = len(LABELS[examples[0].task])
    learnt = np.zeros((counts.shape[1], classes), np.float32)
    bias = np.full(classes, -1.0, np.float32)
    learnt[:, machine.classes_] = machine.coef_.T * rarity[:, None] * unit
    bias[machine.classes_] = machine.intercept_
    return _round(learnt, bias)


def _round(weights: NDArray[np.float32], bias: NDArray[np.float32]) -> LinearTable:
    used = np.abs(weights[np.any(weights != 0, axis=1)])
    scale = np.maximum(np.quantile(used, _QUANTILE, axis=0), 1e-8).astype(np.float32) / _STEPS
    table = np.clip(np.rint(weights / scale), -_STEPS, _STEPS).astype(np.int8)
    return LinearTable(table, scale, bias)
