"""Distinct values are counted without being kept."""

import json

import pytest

from services.monitor.indicators.distinct import Distinct


def sketch_of(count: int) -> Distinct:
    distinct = Distinct()
    for number in range(count):
        distinct.add(f"author {number}")
        distinct.add(f"author {number // 2}")
    return distinct


@pytest.mark.parametrize("count", [0, 1, 2, 63])
def test_few_are_counted_exactly(count: int) -> None:
    assert sketch_of(count).estimate() == count


@pytest.mark.parametrize("count", [100, 1_000, 20_000])
def test_many_are_estimated(count: int) -> None:
    assert sketch_of(count).estimate() == pytest.approx(count, rel=0.3)


def test_the_sketch_stays_small_holds_no_name_and_goes_on_from_its_state() -> None:
    state = json.dumps(sketch_of(1_000).to_state())
    assert len(state) < 1_200
    assert "author" not in state
    again = Distinct(json.loads(state))
    again.add("author 7")
    assert again.estimate() == sketch_of(1_000).estimate()


def test_any_string_can_be_added() -> None:
    distinct = Distinct()
    distinct.add("\ud800")
    assert distinct.estimate() == 1
