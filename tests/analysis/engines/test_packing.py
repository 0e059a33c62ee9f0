"""Batches are padded to their longest text: their size is rows times longest."""

from hypothesis import given
from hypothesis import strategies as st

from services.analysis.engines.packing import pack

lengths_of_texts = st.lists(st.integers(1, 600), max_size=80)


@given(lengths_of_texts, st.integers(16, 5_000))
def test_every_text_is_packed_once_and_no_batch_passes_the_budget(
    lengths: list[int], budget: int
) -> None:
    batches = list(pack(lengths, budget=budget))
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    for batch in batches:
        longest = max(lengths[index] for index in batch)
        assert len(batch) == 1 or len(batch) * longest <= budget


def test_texts_of_like_length_go_together() -> None:
    assert list(pack([5, 100, 6, 98], budget=200)) == [[1, 3], [2, 0]]
