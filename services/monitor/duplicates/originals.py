"""The latest posts that copied nobody, found again by what a new one has in common with them.

Locality-sensitive hashing (Indyk and Motwani 1998) in arrays of a fixed size: a sketch has twelve
keys and the hash of the exact text is one more; each key leads to the place of the last post that
had it. A key that two posts share by chance leads nowhere: what is kept of the sketch, a byte of
each number, is compared as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.monitor.duplicates.sketches import KEYS, NUMBERS, keys, sketch

# 16 slots for the 13 keys of each post: a post of middling age has lost a third of its keys to
# younger ones, and any of those that are left will find it.
_SLOTS_A_POST = 16
# Shorter ones are alike by chance: in characters of Chinese, or as many words of three letters.
_LEAST_SAID = 12.0
# Of 24 numbers, equal by chance: 0.1; of texts with J = 0.6 at least 8 but for 2 in 1,000.
_LEAST_EQUAL = 8
_HASH_FACTOR = np.uint64(0x9E3779B97F4A7C15)

Bytes: TypeAlias = NDArray[np.uint8]
Hashes: TypeAlias = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An earlier post that may be the original; `exact`: it has the very words."""

    post_id: UUID
    exact: bool


@dataclass(frozen=True, slots=True)
class Prints:
    """What is looked for, and kept, of some posts: a row each."""

    ids: tuple[UUID, ...]
    numbers: Bytes
    hashes: Hashes
    keys: Hashes
    # How many keys lead to texts that are alike; the last is for the exact text.
    alike: NDArray[np.bool_]


def take_prints(
    ids: Sequence[UUID], essences: Sequence[str], text_hashes: Sequence[str | None]
) -> Prints:
    """Prints of posts, from what they say (`likeness.essence`) and the hash of their exact text,
    None where it is too short to be a copy of anything."""
    sketches = sketch(essences)
    hashes = np.array(
        [int(value[:16], 16) if value else 0 for value in text_hashes], np.uint64
    ).reshape(len(ids))
    found = np.empty((len(ids), KEYS + 1), np.uint64)
    found[:, :KEYS] = keys(sketches.numbers)
    found[:, KEYS] = hashes * _HASH_FACTOR
    alike = sketches.sizes >= _LEAST_SAID
    usable = np.repeat(alike[:, None], KEYS + 1, axis=1)
    usable[:, KEYS] = hashes != 0
    found >>= np.uint64(20)
    found[~usable] = 0
    return Prints(tuple(ids), sketches.numbers.astype(np.uint8), hashes, found, alike)


class Originals:
    """A memory of the last `capacity` originals: 115 bytes each, taken as they are needed.

    Deterministic: the same batches in the same order find the same, in any process.
    """

    def __init__(self, capacity: int = 1_000_000) -> None:
        self._capacity = capacity
        # A power of two. Slot 0 is for keys that are not used, place 0 for none.
        slots = 1 << (capacity * _SLOTS_A_POST - 1).bit_length()
        self._mask = np.uint64(slots - 1)
        self._table = np.zeros(slots, np.uint32)
        self._numbers = np.zeros((capacity + 1, NUMBERS), np.uint8)
        self._hashes = np.zeros(capacity + 1, np.uint64)
        self._ids = np.zeros((capacity + 1, 16), np.uint8)
        self._taken = 0

    def __len__(self) -> int:
        return min(self._taken, self._capacity)

    @property
    def nbytes(self) -> int:
        """How much memory it takes when it is full."""
        return sum(part.nbytes for part in (self._table, self._numbers, self._hashes, self._ids))

    def look_up(self, prints: Prints) -> list[list[Candidate]]:
        """Returns for each post the earlier ones that it may be a copy of, those of the same batch
        included, exact ones first, then the oldest."""
        slots = prints.keys & self._mask
        places = self._table[slots]
        alike = _alike(self._numbers[places], prints.numbers[:, None, :])
        alike &= prints.alike[:, None]
        exact = (self._hashes[places] == prints.hashes[:, None]) & (prints.hashes != 0)[:, None]
        found: list[dict[UUID, bool]] = [{} for _ in prints.ids]
        for row, column in np.argwhere((alike | exact) & (places > 0)).tolist():
            post_id = UUID(bytes=self._ids[places[row, column]].tobytes())
            found[row][post_id] = found[row].get(post_id, False) or bool(exact[row, column])
        for row, before in _within(prints):
            same = prints.hashes[row] == prints.hashes[before] != 0
            if same or _alike(prints.numbers[row], prints.numbers[before]):
                found[row].setdefault(prints.ids[before], bool(same))
        return [
            [
                Candidate(post_id, exact)
                for post_id, exact in sorted(
                    candidates.items(), key=lambda item: (not item[1], item[0].int)
                )
                if post_id != own
            ]
            for own, candidates in zip(prints.ids, found, strict=True)
        ]

    def add(self, prints: Prints, rows: Sequence[int]) -> None:
        """Remembers these rows as originals; the oldest make room."""
        chosen = np.array(rows, np.int64)
        if not len(chosen):
            return
        places = (self._taken + np.arange(len(chosen))) % self._capacity + 1
        self._taken += len(chosen)
        self._numbers[places] = prints.numbers[chosen]
        self._hashes[places] = prints.hashes[chosen]
        ids = b"".join(prints.ids[row].bytes for row in rows)
        self._ids[places] = np.frombuffer(ids, np.uint8).reshape(-1, 16)
        slots = prints.keys[chosen] & self._mask
        self._table[slots] = places[:, None].astype(np.uint32)
        self._table[0] = 0


def _alike(one: Bytes, other: Bytes) -> NDArray[np.bool_]:
    equal: NDArray[np.bool_] = np.count_nonzero(one == other, axis=-1) >= _LEAST_EQUAL
    return equal


def _within(prints: Prints) -> set[tuple[int, int]]:
    """Pairs of a post and the first of its batch with which it shares a key."""
    flat = prints.keys.ravel()
    order = np.argsort(flat, kind="stable")
    ordered = flat[order]
    repeated = np.flatnonzero((ordered[1:] == ordered[:-1]) & (ordered[1:] != 0)) + 1
    if not len(repeated):
        return set()
    firsts = np.searchsorted(ordered, ordered[repeated])
    width = prints.keys.shape[1]
    return {
        (int(row), int(first))
        for row, first in zip(order[repeated] // width, order[firsts] // width, strict=True)
        if row != first
    }
