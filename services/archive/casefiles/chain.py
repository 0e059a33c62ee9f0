"""The chain of a case file: finding what was changed, removed, swapped, added or cut off.

This file travels inside every bundle (Python 3.8, standard library only), so that the archive and
an auditor judge by the same rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from services.archive.casefiles.hashing import genesis, link, merkle_root, record_hash

# A gap up to this size is told record by record, a larger one (a forged count) as a range.
NAMED_GAP = 1_000


class Wrong(str, Enum):  # noqa: UP042 - StrEnum needs Python 3.11
    """What can be wrong with a case file."""

    CHANGED = "changed"
    MISSING = "missing"
    CUT = "cut"
    MOVED = "moved"
    ADDED = "added"
    UNLINKED = "unlinked"
    FOREIGN = "foreign"
    UNREADABLE = "unreadable"
    ATTACHMENT = "attachment"
    FILE = "file"
    SEAL = "seal"


class Entry(NamedTuple):
    """What is remembered of a record while a case is verified: 100,000 of them stay small."""

    sequence: int
    id: str
    kind: str
    leaf: str
    chain: str


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, with the record it was found at (`sequence` 0: the case itself)."""

    wrong: Wrong
    sequence: int
    detail: str
    id: str | None = None
    kind: str | None = None

    def __str__(self) -> str:
        if not self.sequence:
            return f"{self.wrong.value}: {self.detail}"
        named = f" ({shown(self.kind)} {shown(self.id)})" if self.id else ""
        return f"record {self.sequence}{named}: {self.wrong.value}: {self.detail}"


def shown(text: object) -> str:
    """Make text that a stranger wrote fit for a line on a terminal."""
    return ascii(str(text))[1:-1][:80]


def verify_chain(records: Iterable[Mapping[str, Any]], seal: Mapping[str, Any]) -> list[Problem]:
    """Find what differs between the records, in the order in which they lie, and their seal.

    An empty list means: these are the sealed records, all of them, in their order. Whoever can
    write records and seal alike can forge both; only a copy of the seal kept elsewhere shows that.

    Raises:
        KeyError: a record or the seal lacks a field.
        UnknownAlgorithm: the seal names a hash that is not in use.
    """
    filed: dict[int, Entry] = {}
    problems = list(_read(records, seal, filed))
    problems.extend(_moved(filed))
    problems.extend(_gaps(sorted(filed), seal["record_count"]))
    problems.extend(_unlinked(filed, seal))
    problems.sort(key=lambda problem: problem.sequence)
    return problems or list(_unsealed(filed, seal))


def _read(
    records: Iterable[Mapping[str, Any]], seal: Mapping[str, Any], filed: dict[int, Entry]
) -> Iterator[Problem]:
    """Judge each record by itself and fill `filed`, in the order in which the records lie."""
    ids: dict[str, int] = {}
    for record in records:
        entry = Entry(*(record[name] for name in Entry._fields))
        if record_hash(record, seal["hash_algorithm"]) != entry.leaf:
            yield _problem(Wrong.CHANGED, entry, "its content does not give its leaf hash")
        if record["case_id"] != seal["case_id"]:
            yield _problem(Wrong.FOREIGN, entry, "it belongs to another case")
        if entry.sequence in filed:
            yield _problem(Wrong.ADDED, entry, "its number occurs twice")
            continue
        if entry.id in ids:
            yield _problem(Wrong.ADDED, entry, f"its id is that of record {ids[entry.id]}")
        if entry.sequence > seal["record_count"]:
            yield _problem(Wrong.ADDED, entry, "the seal counts fewer records")
        filed[entry.sequence] = entry
        ids.setdefault(entry.id, entry.sequence)


def _moved(filed: Mapping[int, Entry]) -> Iterator[Problem]:
    for sequence, expected in zip(filed, sorted(filed)):  # noqa: B905 - strict needs Python 3.10
        if sequence != expected:
            detail = f"it stands where record {expected} belongs"
            yield _problem(Wrong.MOVED, filed[sequence], detail)


def _gaps(ordered: Sequence[int], count: int) -> Iterator[Problem]:
    here = 0
    for there in [*ordered, count + 1]:
        cut = there > count and (not ordered or here == ordered[-1])
        wrong = Wrong.CUT if cut else Wrong.MISSING
        detail = "the end was cut off" if cut else "it is not there"
        if there - here - 1 > NAMED_GAP:
            yield Problem(wrong, here + 1, f"{detail}, nothing up to record {there - 1} is there")
        else:
            yield from (Problem(wrong, absent, detail) for absent in range(here + 1, there))
        here = there


def _unlinked(filed: Mapping[int, Entry], seal: Mapping[str, Any]) -> Iterator[Problem]:
    algorithm = seal["hash_algorithm"]
    start = Entry(0, "", "", "", genesis(seal["case_id"], algorithm))
    for sequence, entry in filed.items():
        before = start if sequence == 1 else filed.get(sequence - 1)
        if before and link(before.chain, entry.leaf, algorithm) != entry.chain:
            named = f"record {before.sequence} ({shown(before.kind)} {shown(before.id)})"
            whom = named if before.sequence else "the beginning of this case"
            detail = f"it does not follow from {whom}: one of the two was replaced"
            yield _problem(Wrong.UNLINKED, entry, detail)


def _unsealed(filed: Mapping[int, Entry], seal: Mapping[str, Any]) -> Iterator[Problem]:
    """Compare with the seal what is sound in itself: only a chain written anew gets here."""
    algorithm, ordered = seal["hash_algorithm"], sorted(filed)
    head = filed[ordered[-1]].chain if ordered else genesis(seal["case_id"], algorithm)
    if head != seal["chain_head"]:
        yield Problem(Wrong.SEAL, 0, "the records end in another chain head than was sealed")
    root = merkle_root((filed[sequence].leaf for sequence in ordered), algorithm)
    if root != seal["merkle_root"]:
        yield Problem(Wrong.SEAL, 0, "the records give another Merkle root than was sealed")


def _problem(wrong: Wrong, entry: Entry, detail: str) -> Problem:
    return Problem(wrong, entry.sequence, detail, entry.id, entry.kind)
