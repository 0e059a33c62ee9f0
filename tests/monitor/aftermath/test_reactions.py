"""The change of a share, with how sure it is."""

from hypothesis import given
from hypothesis import strategies as st

from services.monitor.aftermath.queries import difference

counts = st.integers(0, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts, counts)
def test_the_interval_holds_the_change_and_turns_with_it(
    before: tuple[int, int], after: tuple[int, int]
) -> None:
    change = difference(before, after)
    if not before[1] or not after[1]:
        assert change is None
        return
    back = difference(after, before)
    assert change is not None
    assert back is not None
    assert -1.0 <= change.low <= change.value + 1e-9
    assert change.value - 1e-9 <= change.high <= 1.0
    assert abs(change.value + back.value) < 1e-9
    assert abs(change.low + back.high) < 1e-9


def test_more_posts_make_it_surer() -> None:
    few, many = difference((5, 10), (2, 10)), difference((500, 1000), (200, 1000))
    assert few is not None
    assert many is not None
    assert few.low < many.low < many.high < few.high
    assert many.high < 0 < few.high
