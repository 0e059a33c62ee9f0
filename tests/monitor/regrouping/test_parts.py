"""Who leaves a story with whom."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.monitor.regrouping.parts import Part, leaving

IDS = [UUID(int=number) for number in range(12)]


@st.composite
def stories(draw: st.DrawFn) -> list[Part]:
    """Some posts, each of which may repeat any other one, even in a circle."""
    size = draw(st.integers(1, len(IDS)))
    parents = st.none() | st.integers(0, size)
    hashes = st.none() | st.sampled_from("ab")
    return [
        Part(
            id=IDS[number],
            key=str(number),
            parent=None if (parent := draw(parents)) is None else str(parent),
            text_hash=draw(hashes),
            text="",
            copy_of=draw(st.none() | st.sampled_from(IDS)),
        )
        for number in range(size)
    ]


@given(stories(), st.sets(st.sampled_from(IDS)))
def test_nobody_stays_behind_whose_original_left(parts: list[Part], chosen: set[UUID]) -> None:
    gone = leaving(parts, chosen)
    here = {part.id for part in parts}
    assert chosen & here <= gone <= here
    keys = {part.key for part in parts if part.id in gone}
    hashes = {part.text_hash for part in parts if part.id in gone} - {None}
    for part in parts:
        if part.id not in gone:
            assert part.parent not in keys
            assert part.text_hash not in hashes
            assert part.copy_of not in gone


@given(stories(), st.sets(st.sampled_from(IDS)))
def test_whoever_left_takes_nobody_else_along(parts: list[Part], chosen: set[UUID]) -> None:
    gone = leaving(parts, chosen)
    assert leaving(parts, gone) == gone
    assert leaving(parts, set()) == set()
