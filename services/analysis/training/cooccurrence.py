"""First token vectors from counts alone: minutes of masked prediction saved for seconds of algebra.

Positive pointwise mutual information of tokens that stand near each other, factorised by a
truncated singular value decomposition (Levy, Goldberg and Dagan 2015).
"""

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

_WINDOW: Final = 4
# Contexts are counted to the power 3/4, so that rare ones do not carry it (Levy and others 2015).
_SMOOTHING: Final = 0.75
_ROUNDS: Final = 4


def first_vectors(
    ids: NDArray[np.uint16], starts: NDArray[np.int64], *, size: int, width: int, spread: float
) -> torch.Tensor:
    """Factorise the co-occurrence of tokens: `size` x `width` vectors of standard deviation
    `spread`. `ids` are all texts in a row, `starts` where each begins."""
    counts = _count(ids, starts, size)
    torch.manual_seed(0)
    left, values, _ = torch.svd_lowrank(_information(counts), q=min(width, size), niter=_ROUNDS)
    vectors = torch.zeros(size, width)
    vectors[:, : len(values)] = left * values.sqrt()
    return vectors * (spread / vectors.std())


def _count(ids: NDArray[np.uint16], starts: NDArray[np.int64], size: int) -> torch.Tensor:
    """Symmetric counts of pairs up to the window apart within a text, nearer ones for more."""
    text = np.zeros(len(ids), dtype=np.int32)
    text[starts[1:]] = 1
    text = np.cumsum(text, dtype=np.int32)
    counts = np.zeros((size, size), dtype=np.float32)
    flat = counts.reshape(-1)
    for distance in range(1, _WINDOW + 1):
        together = text[distance:] == text[:-distance]
        keys = ids[:-distance][together].astype(np.int64) * size + ids[distance:][together]
        found, times = np.unique(keys, return_counts=True)
        flat[found] += times / distance
    return torch.from_numpy(counts + counts.T)


def _information(counts: torch.Tensor) -> torch.Tensor:
    """Positive pointwise mutual information, in place."""
    total = counts.sum(1)
    contexts = total**_SMOOTHING
    contexts /= contexts.sum()
    counts /= total.clamp_min(1)[:, None]
    counts /= contexts.clamp_min(1e-12)[None, :]
    return counts.clamp_min_(1).log_()
