"""The hashes of a case file. Each use has a first byte of its own, so that none passes for another.

| byte | over |
| --- | --- |
| 0x00 | canonical JSON of a record: its leaf (RFC 6962, 2.1) |
| 0x01 | two nodes of the Merkle tree (RFC 6962, 2.1) |
| 0x02 | the link before, and the leaf: a link of the chain |
| 0x03 | canonical JSON of format, case id and algorithm: the genesis of the chain |
| 0x04 | canonical JSON of the case's head |
| 0x05 | canonical JSON of the seal without its signature: the seal's fingerprint |

This file travels inside every bundle (Python 3.8, standard library only).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from services.archive.casefiles.canonical import canonical

FORMAT = "groundswell-case/1"
# Names that `hashlib.new` knows. SM3 (GB/T 32905) may be asked for; OpenSSL provides it.
ALGORITHMS = ("sha256", "sm3")
DEFAULT_ALGORITHM = "sha256"
# What a record holds beside what is hashed: the hashes themselves.
PROOF_FIELDS = frozenset({"leaf", "chain"})


class UnknownAlgorithm(ValueError):
    """A case names a hash algorithm that this house does not use."""


def digest(algorithm: str, first_byte: int, *parts: bytes) -> bytes:
    """Hash `parts` one after the other, behind the byte that says what they are.

    Raises:
        UnknownAlgorithm: the algorithm is not in `ALGORITHMS`.
    """
    if algorithm not in ALGORITHMS:
        raise UnknownAlgorithm(f"{algorithm!r} is none of {', '.join(ALGORITHMS)}")
    return hashlib.new(algorithm, b"".join((bytes([first_byte]), *parts))).digest()


def record_hash(record: Mapping[str, Any], algorithm: str = DEFAULT_ALGORITHM) -> str:
    """Give the leaf hash of a record, hex: over every field except `leaf` and `chain`."""
    content = {name: value for name, value in record.items() if name not in PROOF_FIELDS}
    return digest(algorithm, 0x00, canonical(content)).hex()


def link(previous: str, leaf: str, algorithm: str = DEFAULT_ALGORITHM) -> str:
    """Chain a record behind the one before: both arguments and the answer are hex."""
    return digest(algorithm, 0x02, bytes.fromhex(previous), bytes.fromhex(leaf)).hex()


def genesis(case_id: str, algorithm: str = DEFAULT_ALGORITHM) -> str:
    """Give the link that stands before the first record, hex: no chain fits another case."""
    bound = {"case_id": case_id, "format": FORMAT, "hash_algorithm": algorithm}
    return digest(algorithm, 0x03, canonical(bound)).hex()


def case_digest(case: Mapping[str, Any], algorithm: str = DEFAULT_ALGORITHM) -> str:
    """Give the hash of the case's head (title, level, times …), hex."""
    return digest(algorithm, 0x04, canonical(dict(case))).hex()


def fingerprint(seal: Mapping[str, Any]) -> str:
    """Give the hash of a seal, hex: the value to note down outside. The signature is not in it."""
    signed = {name: value for name, value in seal.items() if name != "signature"}
    return digest(seal["hash_algorithm"], 0x05, canonical(signed)).hex()


def merkle_root(leaves: Iterable[str], algorithm: str = DEFAULT_ALGORITHM) -> str:
    """Give the Merkle tree hash of leaf hashes, hex (RFC 6962, 2.1).

    Needs memory for one hash per level: `trees` holds complete subtrees of shrinking size, as the
    binary digits of the number of leaves seen.
    """
    trees: list[tuple[int, bytes]] = []
    for leaf in leaves:
        size, node = 1, bytes.fromhex(leaf)
        while trees and trees[-1][0] == size:
            node = digest(algorithm, 0x01, trees.pop()[1], node)
            size *= 2
        trees.append((size, node))
    if not trees:
        return hashlib.new(algorithm).hexdigest()
    _, root = trees.pop()
    while trees:
        root = digest(algorithm, 0x01, trees.pop()[1], root)
    return root.hex()
