"""Two halves of a model made into one answer."""

from typing import NamedTuple

import numpy as np

from services.analysis.engines.compact.description import Mixture
from services.analysis.engines.compact.weights import Logits


class Halves(NamedTuple):
    """What both halves say of N texts: N x C each, the network's as logarithms of probabilities."""

    network: Logits
    linear: Logits


def log_softmax(logits: Logits) -> Logits:
    """Logarithms of probabilities, row by row."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    found: Logits = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return found


def mix(halves: Halves, mixture: Mixture) -> Logits:
    """Probabilities, N x C (see Mixture for the formula)."""
    joined = mixture.network * halves.network + mixture.linear * halves.linear
    logits = (joined + np.asarray(mixture.offsets, np.float32)) / np.float32(mixture.temperature)
    found: Logits = np.exp(log_softmax(logits.astype(np.float32)))
    return found
