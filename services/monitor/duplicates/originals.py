"""The latest posts that copied nobody, found again by what a new one has in common with them.

Locality-sensitive hashing (Indyk and Motwani 1998) in arrays of a fixed size: a sketch has 24 keys
and the hash of the exact text is one more; each key leads to the place of the last post that
had it. A key that two posts share by chance leads nowhere: the slot holds some bits of the key
beside the place, and what is kept of the sketch, a byte of each number, is compared as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.monitor.duplicates.sketches import KEYS, NUMBERS, keys, sketch

# 32 slots for the 25 keys of each post: the oldest has lost half of its keys to younger ones, and
# any of those that are left will find it.
_SLOTS_A_POST = 32
# Shorter ones are alike by chance: in characters of Chinese, or as many words of three letters.
_LEAST_SAID = 12.0
# Of 24 numbers, equal by chance: 0.1; of texts with J = 0.64 at least 9 but for 3 in 1,000.
_LEAST_EQUAL = 9
# Among many that are alike, the original is the most alike, or one of the next few.
_MOST_CANDIDATES = 4
_ID_BYTES = 16
_HASH_FACTOR = np.uint64(0x9E3779B97F4A7C15)

Bytes: TypeAlias = NDArray[np.uint8]
Hashes: TypeAlias = NDArray[np.uint64]
Tags: TypeAlias = NDArray[np.uint32]
Places: TypeAlias = NDArray[np.int64]


class Candidate(NamedTuple):
    """An earlier post that may be the original, by the bytes of its id; `exact`: it has the very
    words."""

    key: bytes
    exact: bool

    @property
    def post_id(self) -> UUID:
        """Its id. Ids of Python are slow to make and to look up: most are never asked for."""
        return UUID(bytes=self.key)


@dataclass(frozen=True, slots=True)
class Prints:
    """What is looked for, and kept, of some posts: a row each; `ids` as bytes."""

    ids: tuple[bytes, ...]
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
    found[:, :KEYS] = keys(sketches)
    found[:, KEYS] = hashes * _HASH_FACTOR
    alike = sketches.sizes >= _LEAST_SAID
    usable = np.repeat(alike[:, None], KEYS + 1, axis=1)
    usable[:, KEYS] = hashes != 0
    found >>= np.uint64(20)
    found[~usable] = 0
    kept = sketches.numbers.astype(np.uint8)
    return Prints(tuple(post_id.bytes for post_id in ids), kept, hashes, found, alike)


class Originals:
    """A memory of the last `capacity` originals: 175 bytes each, taken as they are needed.

    Deterministic: the same batches in the same order find the same, in any process.
    """

    def __init__(self, capacity: int = 1_000_000) -> None:
        self._capacity = capacity
        # A power of two. Slot 0 is for keys that are not used, place 0 for none.
        slots = 1 << (capacity * _SLOTS_A_POST - 1).bit_length()
        self._slot_mask = np.uint64(slots - 1)
        self._slot_bits = np.uint64(slots.bit_length() - 1)
        # A slot holds a place, and above it as many bits of the key as there is room for.
        self._place_bits = np.uint32(capacity.bit_length())
        self._place_mask = np.uint32((1 << capacity.bit_length()) - 1)
        self._table = np.zeros(slots, np.uint32)
        self._numbers = np.zeros((capacity + 1, NUMBERS), np.uint8)
        self._hashes = np.zeros(capacity + 1, np.uint64)
        self._ids = np.zeros((capacity + 1, _ID_BYTES), np.uint8)
        self._taken = 0

    def __len__(self) -> int:
        return min(self._taken, self._capacity)

    @property
    def nbytes(self) -> int:
        """How much memory it takes when it is full."""
        return sum(part.nbytes for part in (self._table, self._numbers, self._hashes, self._ids))

    def look_up(self, prints: Prints) -> list[list[Candidate]]:
        """Returns for each post the earlier ones that it may be a copy of, those of the same batch
        included: at most four, exact ones first, then the most alike."""
        entries = self._table[prints.keys & self._slot_mask]
        there = (entries >> self._place_bits == self._tags(prints.keys)) & (prints.keys != 0)
        rows, columns = np.nonzero(there)
        places = (entries[rows, columns] & self._place_mask).astype(np.int64)
        rows, places = rows[places > 0], places[places > 0]
        # Of earlier batches, by place; of this one, by row, as a number below 0.
        pairs = np.stack((rows, places), axis=1)
        within = _within(prints)
        both = np.concatenate((pairs, within))
        # One number for each pair: numpy tells rows of two apart far slower.
        span = self._capacity + len(prints.ids) + 1
        rows, places = np.divmod(np.unique(both[:, 0] * span + both[:, 1] + len(prints.ids)), span)
        return self._ranked(prints, rows, places - len(prints.ids))

    def add(self, prints: Prints, rows: Sequence[int]) -> None:
        """Remembers these rows as originals; the oldest make room."""
        chosen = np.array(rows, np.int64)
        if not len(chosen):
            return
        places = (self._taken + np.arange(len(chosen))) % self._capacity + 1
        self._taken += len(chosen)
        self._numbers[places] = prints.numbers[chosen]
        self._hashes[places] = prints.hashes[chosen]
        ids = b"".join([prints.ids[row] for row in rows])
        self._ids[places] = np.frombuffer(ids, np.uint8).reshape(-1, _ID_BYTES)
        taken = prints.keys[chosen]
        entries = self._tags(taken) << self._place_bits | places[:, None].astype(np.uint32)
        self._table[taken & self._slot_mask] = entries
        self._table[0] = 0

    def _tags(self, found: Hashes) -> Tags:
        """The bits of keys that stand beside a place."""
        room = np.uint32(0xFFFFFFFF) >> self._place_bits
        return (found >> self._slot_bits).astype(np.uint32) & room

    def _ranked(self, prints: Prints, rows: Places, places: Places) -> list[list[Candidate]]:
        """The likely ones of these pairs, the best of each row; places of this batch below 0."""
        here = places < 0
        own = np.where(here, -1 - places, 0)
        numbers = np.where(here[:, None], prints.numbers[own], self._numbers[places * ~here])
        hashes = np.where(here, prints.hashes[own], self._hashes[places * ~here])
        equal = np.count_nonzero(numbers == prints.numbers[rows], axis=1)
        exact = (hashes == prints.hashes[rows]) & (hashes != 0)
        likely = np.flatnonzero(exact | ((equal >= _LEAST_EQUAL) & prints.alike[rows]))
        order = likely[np.lexsort((places[likely], -equal[likely], ~exact[likely], rows[likely]))]
        rows, places, exact = rows[order], places[order], exact[order]
        # The rows are in order: one that begins here ranks from here.
        rank = np.arange(len(rows)) - np.searchsorted(rows, rows)
        best = rank <= _MOST_CANDIDATES  # an edited post may find itself
        earlier = self._ids[np.maximum(places[best], 0)].tobytes()
        found: list[list[Candidate]] = [[] for _ in prints.ids]
        for index, (row, place, same) in enumerate(
            zip(rows[best].tolist(), places[best].tolist(), exact[best].tolist(), strict=True)
        ):
            start = index * _ID_BYTES
            key = prints.ids[-1 - place] if place < 0 else earlier[start : start + _ID_BYTES]
            if key != prints.ids[row] and len(found[row]) < _MOST_CANDIDATES:
                found[row].append(Candidate(key, same))
        return found


def _within(prints: Prints) -> Places:
    """Pairs of a post and the first of its batch with which it shares a key, as -1 - its row."""
    flat = prints.keys.ravel()
    order = np.argsort(flat, kind="stable")
    ordered = flat[order]
    repeated = np.flatnonzero((ordered[1:] == ordered[:-1]) & (ordered[1:] != 0)) + 1
    width = prints.keys.shape[1]
    rows = order[repeated] // width
    firsts = order[np.searchsorted(ordered, ordered[repeated])] // width
    pairs: Places = np.stack((rows, -1 - firsts), axis=1)[rows != firsts]
    return pairs
