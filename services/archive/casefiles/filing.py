"""Filing a record and sealing a case file: the writing side of the chain."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.archive.casefiles.canonical import LARGEST_INTEGER
from services.archive.casefiles.hashing import (
    DEFAULT_ALGORITHM,
    FORMAT,
    case_digest,
    link,
    merkle_root,
    record_hash,
)


def plain(value: Any) -> Any:
    """Make any JSON value fit for the record.

    Fractions and integers beyond ±(2^53 - 1) become strings (the shortest that reads back as the
    same number), half surrogate pairs become U+FFFD; everything else stays.
    """
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, Mapping):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    huge = isinstance(value, int) and abs(value) > LARGEST_INTEGER
    return repr(value) if huge or isinstance(value, float) else value


def chained(
    record: Mapping[str, Any], previous: str, algorithm: str = DEFAULT_ALGORITHM
) -> dict[str, Any]:
    """Give the record with its `leaf` and `chain`; `previous` is the chain value before it.

    The first record follows `genesis(case_id)`.

    Raises:
        NotCanonical: the record holds what has no canonical form; `plain` makes content fit.
    """
    leaf = record_hash(record, algorithm)
    return {**record, "leaf": leaf, "chain": link(previous, leaf, algorithm)}


def make_seal(
    case: Mapping[str, Any],
    leaves: Sequence[str],
    *,
    head: str,
    sealed_at: str,
    final: bool,
    algorithm: str = DEFAULT_ALGORITHM,
) -> dict[str, Any]:
    """Close a case file under its hash.

    `case` is the head (at least `case_id`), `leaves` the leaf hashes in order, `head` the last
    chain value (`genesis(case_id)` when there is no record), `sealed_at` RFC 3339 UTC. `final`
    marks the seal of the closing; an export of an open case carries a seal of its state so far.
    `signature` stays empty until checkpoints are signed (ADR 4).
    """
    return {
        "format": FORMAT,
        "case_id": case["case_id"],
        "hash_algorithm": algorithm,
        "record_count": len(leaves),
        "chain_head": head,
        "merkle_root": merkle_root(leaves, algorithm),
        "case_digest": case_digest(case, algorithm),
        "sealed_at": sealed_at,
        "final": final,
        "signature": None,
    }
