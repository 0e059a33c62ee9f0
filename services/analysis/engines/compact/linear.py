"""The linear half of the model: one table for Chinese, one for the rest, one for pairs."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.analysis.engines.compact.ngrams import (
    Features,
    Words,
    pair_features,
    scores,
    text_features,
)
from services.analysis.engines.compact.weights import Array, Logits
from shared.contracts.labels import LABELS, Task

HAN: Final[Literal["han"]] = "han"
LATIN: Final[Literal["latin"]] = "latin"
SCRIPTS: Final = (HAN, LATIN)
# What is asked of a text alone, in the order of the tables' columns.
TEXT_TASKS: Final = (Task.SENTIMENT, Task.EMOTION)
_FIRST_HAN: Final = "\u3400"
_LAST_HAN: Final = "\u9fff"
_SENTIMENTS: Final = len(LABELS[Task.SENTIMENT])


class LinearTable(NamedTuple):
    """Weights in eight bits, with a scale and a bias for each class."""

    table: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]

    @property
    def bits(self) -> int:
        """The table has 2**bits rows."""
        return len(self.table).bit_length() - 1

    def scores(self, found: Features) -> Logits:
        """N x C."""
        return scores(found, *self)


def script_of(text: str) -> str:
    """Tell which table reads a prepared text: the Chinese one where it has any Chinese in it."""
    return HAN if any(_FIRST_HAN <= each <= _LAST_HAN for each in text) else LATIN


class Linear:
    """Reads texts and pairs. Thread-safe."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        """`weights` hold `linear.NAME.{table,scale,bias}` for "han", "latin" and "pair", the first
        two with the labels of sentiment and emotion side by side.

        Raises:
            KeyError: one is missing.
        """
        self._tables = {
            name: LinearTable(
                np.asarray(weights[f"linear.{name}.table"], np.int8),
                np.asarray(weights[f"linear.{name}.scale"], np.float32),
                np.asarray(weights[f"linear.{name}.bias"], np.float32),
            )
            for name in (*SCRIPTS, "pair")
        }

    def texts(
        self, texts: Sequence[str], words: Words, scripts: Sequence[str]
    ) -> tuple[Logits, Logits]:
        """Sentiment and emotion: N x 3 and N x 7."""
        classes = sum(len(LABELS[task]) for task in TEXT_TASKS)
        found = np.zeros((len(texts), classes), np.float32)
        for script in SCRIPTS:
            members = [at for at, each in enumerate(scripts) if each == script]
            if members:
                table = self._tables[script]
                read = text_features(
                    [texts[at] for at in members], [words[at] for at in members], bits=table.bits
                )
                found[members] = table.scores(read)
        return found[:, :_SENTIMENTS], found[:, _SENTIMENTS:]

    def pairs(
        self, texts: Sequence[str], words: Words, targets: Sequence[str], asked: Words
    ) -> Logits:
        """Stance: N x 3."""
        table = self._tables["pair"]
        return table.scores(pair_features(texts, words, targets, asked, bits=table.bits))
