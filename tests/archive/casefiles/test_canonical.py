"""Canonical JSON: the same bytes as the library for RFC 8785, and one reading only."""

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from services.archive.casefiles.canonical import (
    DEEPEST,
    LARGEST_INTEGER,
    NotCanonical,
    canonical,
    parse_canonical,
)
from services.archive.casefiles.filing import plain

text = st.text(st.characters(exclude_categories=("Cs",)))
integers = st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
values = st.recursive(
    st.none() | st.booleans() | integers | text,
    lambda inner: st.lists(inner) | st.dictionaries(text, inner),
    max_leaves=30,
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


@given(values)
def test_writes_what_the_library_writes(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(values)
def test_reads_back_what_it_wrote(value: Any) -> None:
    assert parse_canonical(canonical(value)) == value


def test_sorts_keys_by_utf_16_code_units() -> None:
    # U+1F600 is D83D DE00 in UTF-16 and so stands before U+FB33 (RFC 8785, 3.2.3).
    assert canonical({"\ufb33": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ufb33":1}'.encode()


@pytest.mark.parametrize(
    "value",
    [0.5, 1.0, float("nan"), 2**53, -(2**53), "\ud800", {"\ud800": 1}, {1: "x"}, b"bytes"],
)
def test_refuses_what_has_no_one_form(value: Any) -> None:
    with pytest.raises(NotCanonical):
        canonical({"value": [value]})


def test_refuses_to_nest_without_end() -> None:
    deep = json.loads("[" * (DEEPEST + 2) + "]" * (DEEPEST + 2))
    with pytest.raises(NotCanonical, match="nested"):
        canonical(deep)


@pytest.mark.parametrize(
    "spelling",
    [
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'"\\u0041"',
        b"-0",
        b"1.0",
        b"1e2",
        b"NaN",
        b"9" * 1_000_000,
        b"[" * 1_000_000,
        b'{"a":1}\n',
        b"\xff",
        b"",
    ],
    ids=lambda spelling: repr(spelling[:12]),
)
def test_refuses_another_spelling(spelling: bytes) -> None:
    with pytest.raises(NotCanonical):
        parse_canonical(spelling)


@given(anything)
def test_any_event_can_be_made_fit(value: Any) -> None:
    canonical(plain(value))


@given(values)
def test_what_fits_is_left_alone(value: Any) -> None:
    assert plain(value) == value


@given(st.floats(allow_nan=False))
def test_a_fraction_reads_back_as_the_same_number(number: float) -> None:
    assert float(plain(number)) == number
