"""Batches of texts of about one length, in an order that a seed decides."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

# Texts are sorted by length inside pools of this many batches: little padding, much chance.
_POOL: Final = 100


def by_length(
    lengths: NDArray[np.int64], *, budget: int, random: np.random.Generator
) -> list[NDArray[np.int64]]:
    """Cut all texts into batches of at most `budget` padded tokens, shuffled."""
    order = random.permutation(len(lengths))
    mean = max(1.0, float(lengths.mean()))
    pool = int(_POOL * budget / mean)
    batches: list[NDArray[np.int64]] = []
    for start in range(0, len(order), pool):
        part = order[start : start + pool]
        part = part[np.argsort(lengths[part], kind="stable")]
        batches.extend(_cut(part, lengths, budget))
    chance = random.permutation(len(batches))
    return [batches[at] for at in chance]


def _cut(
    part: NDArray[np.int64], lengths: NDArray[np.int64], budget: int
) -> Iterator[NDArray[np.int64]]:
    begin = 0
    for end in range(1, len(part) + 1):
        if end == len(part) or (end + 1 - begin) * lengths[part[end]] > budget:
            yield part[begin:end]
            begin = end


def pad(rows: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Put rows of ids under each other, zeros after the short ones."""
    padded = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
    for at, row in enumerate(rows):
        padded[at, : len(row)] = row
    return padded
