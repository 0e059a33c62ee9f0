"""Texts and pairs as the encoder takes them: token ids, kinds, and what a pair shares."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

PAD: Final = 0
CLS: Final = 2
SEP: Final = 3
MASK: Final = 4
FIRST_WORD: Final = 5

# Tokens of one text: the beginning, and of what is longer the end as well (reviews judge there).
_HEAD: Final = 88
_TAIL: Final = 39
_TARGET: Final = 40
_PAIRED_HEAD: Final = 76
_PAIRED_TAIL: Final = 20

# Kinds of tokens. A pair marks what its two parts share, as one token or as two in a row.
TEXT: Final = 0
_TARGET_KIND: Final = 3


class Encoded(NamedTuple):
    """One text, or one pair: `[CLS] text` or `[CLS] target [SEP] text`.

    `ids` and `kinds` have the same length; the target's tokens are 1 to `target` (excluded);
    `ratios` are the shares of tokens and of token pairs in common, of the target and of the text.
    """

    ids: list[int]
    kinds: list[int]
    target: int = 0
    ratios: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)


class Tokens:
    """The tokenizer of a model folder. Thread-safe."""

    def __init__(self, path: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(path))
        self.size = int(self._tokenizer.get_vocab_size())

    def words(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of prepared texts, whole."""
        found = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [encoding.ids for encoding in found]


def encode_text(words: list[int]) -> Encoded:
    """One text alone."""
    ids = [CLS, *_cut(words, _HEAD, _TAIL)]
    return Encoded(ids, [TEXT] * len(ids))


def encode_pair(target: list[int], text: list[int]) -> Encoded:
    """A text toward a target."""
    target = target[:_TARGET]
    text = _cut(text, _PAIRED_HEAD, _PAIRED_TAIL)
    shared = _shared(target, text)
    shared_back = _shared(text, target)
    ids = [CLS, *target, SEP, *text]
    kinds = [TEXT, *(_TARGET_KIND + each for each in shared), TEXT, *shared_back]
    return Encoded(ids, kinds, len(target) + 1, (*_ratios(shared), *_ratios(shared_back)))


def _cut(words: list[int], head: int, tail: int) -> list[int]:
    return words if len(words) <= head + tail else [*words[:head], *words[-tail:]]


def _shared(these: list[int], those: list[int]) -> list[int]:
    """0 for a token that the others lack, 1 for one they have, 2 where a neighbour goes along."""
    single = set(those)
    double = set(pairwise(those))
    marks = [1 if word in single else 0 for word in these]
    for at, pair in enumerate(pairwise(these)):
        if pair in double:
            marks[at] = marks[at + 1] = 2
    return marks


def _ratios(marks: list[int]) -> tuple[float, float]:
    count = max(1, len(marks))
    return sum(map(bool, marks)) / count, marks.count(2) / count


class Batch(NamedTuple):
    """Several texts or pairs under each other. B x L, and B x 4 for `ratios`."""

    ids: NDArray[np.int64]
    kinds: NDArray[np.int64]
    mask: NDArray[np.bool_]
    target: NDArray[np.bool_]
    ratios: NDArray[np.float32]


def batch_of(items: Sequence[Encoded]) -> Batch:
    """Pad items to the longest. `mask` is true on tokens of the text, and on its opening mark where
    it stands alone; `target` on tokens of the target."""
    shape = (len(items), max(len(item.ids) for item in items))
    ids = np.zeros(shape, np.int64)
    kinds = np.zeros(shape, np.int64)
    mask = np.zeros(shape, np.bool_)
    target = np.zeros(shape, np.bool_)
    for at, item in enumerate(items):
        length = len(item.ids)
        ids[at, :length] = item.ids
        kinds[at, :length] = item.kinds
        mask[at, item.target + 1 if item.target else 0 : length] = True
        target[at, 1 : item.target] = True
    ratios = np.array([item.ratios for item in items], np.float32)
    return Batch(ids, kinds, mask, target, ratios)
