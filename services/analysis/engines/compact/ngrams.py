"""A linear model over hashed n-grams of characters and tokens: cheap, and hard to beat by much.

Features are counted without weights of their own and scaled by one over the square root of their
number, so that a text's score is a sum of table rows (feature hashing: Weinberger and others 2009).
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

_CHARACTERS: Final = 3
_TOKENS: Final = 3
_JOINED: Final = 2
_MULTIPLIER: Final = np.uint64(0x9E3779B97F4A7C15)
_STEP: Final = np.uint64(0x100000001B3)
_SHIFT: Final = np.uint64(29)
_BREAK: Final = np.uint64(10)  # the line feed between texts; folded texts hold none

# Each kind of feature starts from a number of its own.
_OF_TEXT: Final = (np.uint64(0), np.uint64(0x5851F42D4C957F2D))
_OF_TARGET: Final = (np.uint64(0x14057B7EF767814F), np.uint64(0x27BB2EE687B0B0FD))

Words = Sequence[Sequence[int]]


class Features(NamedTuple):
    """Rows of the table for several texts: those of text i are `rows[starts[i]:starts[i + 1]]`."""

    rows: NDArray[np.int64]
    starts: NDArray[np.int64]


class _Grams(NamedTuple):
    rows: NDArray[np.int64]
    text: NDArray[np.int64]


def text_features(texts: Sequence[str], words: Words, *, bits: int) -> Features:
    """Hash the n-grams of prepared texts and of their token ids into 2**bits rows."""
    return _together(list(_both(texts, words, _OF_TEXT, bits)), len(texts))


def pair_features(
    texts: Sequence[str], words: Words, targets: Sequence[str], asked: Words, *, bits: int
) -> Features:
    """Hash texts and targets apart, and each token of a text together with its whole target."""
    grams = [*_both(texts, words, _OF_TEXT, bits), *_both(targets, asked, _OF_TARGET, bits)]
    flat, ends, owner = _row_up(words)
    names = np.array([_name(ids) for ids in asked], np.uint64)
    grams += _grams(flat ^ names[owner], flat, ends, owner, _JOINED, bits)
    return _together(grams, len(texts))


def scores(
    found: Features, table: NDArray[np.int8], scale: NDArray[np.float32], bias: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Score texts: N x C from a table of 2**bits x C weights, `scale` and `bias` for each class."""
    sizes = np.diff(found.starts)
    sums = np.zeros((len(sizes), table.shape[1]), np.float32)
    filled = np.flatnonzero(sizes)
    if len(filled):
        begin = found.starts[:-1][filled]
        sums[filled] = np.add.reduceat(table[found.rows], begin, axis=0, dtype=np.int32)
    length = np.sqrt(np.maximum(sizes, 1)).astype(np.float32)
    return sums * scale / length[:, None] + bias


def _both(
    texts: Sequence[str], words: Words, salts: tuple[np.uint64, np.uint64], bits: int
) -> Iterator[_Grams]:
    joined = "\n".join([*texts, ""])
    codes = np.frombuffer(joined.encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
    ends = codes == _BREAK
    yield from _grams(codes ^ salts[0], codes, ends, _owners(ends), _CHARACTERS, bits)
    flat, breaks, owner = _row_up(words)
    yield from _grams(flat ^ salts[1], flat, breaks, owner, _TOKENS, bits)


def _row_up(words: Words) -> tuple[NDArray[np.uint64], NDArray[np.bool_], NDArray[np.int64]]:
    """All ids in a row with a break after each text; where the breaks are; whose each id is."""
    lengths = np.fromiter((len(ids) + 1 for ids in words), np.int64, len(words))
    ends = np.zeros(int(lengths.sum()), np.bool_)
    ends[np.cumsum(lengths) - 1] = True
    flat = np.zeros(len(ends), np.uint64)
    flat[~ends] = np.fromiter((word for ids in words for word in ids), np.uint64)
    return flat, ends, _owners(ends)


def _owners(ends: NDArray[np.bool_]) -> NDArray[np.int64]:
    owners: NDArray[np.int64] = np.cumsum(ends) - ends
    return owners


def _name(ids: Sequence[int]) -> int:
    name = 0xCBF29CE484222325
    for word in ids:
        name = ((name ^ word) * int(_STEP)) & 0xFFFFFFFFFFFFFFFF
    return name


def _grams(
    first: NDArray[np.uint64],
    codes: NDArray[np.uint64],
    ends: NDArray[np.bool_],
    owner: NDArray[np.int64],
    longest: int,
    bits: int,
) -> Iterator[_Grams]:
    """All n-grams up to the longest; `first` stands for `codes` at the beginning of each."""
    keys, whole = first, ~ends
    for size in range(1, longest + 1):
        if size > 1:
            keys = keys[:-1] * _STEP + codes[size - 1 :]
            whole = whole[:-1] & ~ends[size - 1 :]
        found = keys[whole]
        rows = ((found ^ (found >> _SHIFT)) * _MULTIPLIER) >> np.uint64(64 - bits)
        yield _Grams(rows.astype(np.int64), owner[: len(whole)][whole])


def _together(grams: Sequence[_Grams], count: int) -> Features:
    rows = np.concatenate([each.rows for each in grams])
    owners = np.concatenate([each.text for each in grams])
    order = np.argsort(owners, kind="stable")
    starts = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(owners, minlength=count), out=starts[1:])
    return Features(rows[order], starts)
