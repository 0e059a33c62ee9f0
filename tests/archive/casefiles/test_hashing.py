"""Hashes: fixed forever. A change here would make every bundle ever exported look forged."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.archive.casefiles.hashing import (
    UnknownAlgorithm,
    digest,
    fingerprint,
    genesis,
    link,
    merkle_root,
    record_hash,
)

# Inputs and roots of the test data of Certificate Transparency (RFC 6962).
CT_INPUTS = (
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)
CT_ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


@pytest.mark.parametrize("size", range(len(CT_ROOTS)))
def test_merkle_root_is_that_of_rfc_6962(size: int) -> None:
    leaves = [digest("sha256", 0, bytes.fromhex(item)).hex() for item in CT_INPUTS[:size]]
    assert merkle_root(leaves) == CT_ROOTS[size]


def by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word: k is the largest power of two smaller than n."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01", by_definition(leaves[:k]), by_definition(leaves[k:]))


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70))
def test_merkle_root_for_any_number_of_leaves(leaves: list[bytes]) -> None:
    assert merkle_root([leaf.hex() for leaf in leaves]) == by_definition(leaves).hex()


def test_the_recipe_of_the_readme_gives_the_same_hashes() -> None:
    record = {"sequence": 1, "case_id": "c", "content": {"b": "文", "a": None}}
    written = '{"case_id":"c","content":{"a":null,"b":"文"},"sequence":1}'
    leaf = sha256(b"\x00", written.encode())
    begin = sha256(
        b"\x03", b'{"case_id":"c","format":"groundswell-case/1","hash_algorithm":"sha256"}'
    )
    assert record_hash(record) == leaf.hex()
    assert genesis("c") == begin.hex()
    assert link(genesis("c"), record_hash(record)) == sha256(b"\x02", begin, leaf).hex()
    seal = {"hash_algorithm": "sha256", "record_count": 1, "signature": None}
    assert fingerprint(seal) == sha256(b'\x05{"hash_algorithm":"sha256","record_count":1}').hex()


def test_the_hash_covers_every_field_but_the_proof() -> None:
    record = {"sequence": 1, "id": "a", "content": {}}
    assert record_hash({**record, "leaf": "x", "chain": "y"}) == record_hash(record)
    for name in record:
        assert record_hash({**record, name: "other"}) != record_hash(record)
    assert record_hash({**record, "added": None}) != record_hash(record)


def test_a_signature_may_come_later() -> None:
    seal = {"hash_algorithm": "sha256", "record_count": 1, "signature": None}
    assert fingerprint({**seal, "signature": "later"}) == fingerprint(seal)


def test_each_case_begins_its_own_chain() -> None:
    assert genesis("a") != genesis("b")


def test_another_algorithm_gives_another_chain() -> None:
    if "sm3" not in hashlib.algorithms_available:
        pytest.skip("this Python's OpenSSL has no SM3")
    assert genesis("a", "sm3") != genesis("a", "sha256")
    # GB/T 32905, example 1 is the message "abc".
    expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert digest("sm3", ord("a"), b"b", b"c").hex() == expected


def test_a_weak_algorithm_is_refused() -> None:
    with pytest.raises(UnknownAlgorithm, match="md5"):
        genesis("a", "md5")


def test_a_leaf_never_passes_for_a_node() -> None:
    children = sha256(b"a"), sha256(b"b")
    node = digest("sha256", 1, *children)
    assert node != digest("sha256", 0, *children)
    assert node != digest("sha256", 2, *children)
