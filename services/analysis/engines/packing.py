"""Texts of like length together: padding is work that answers nothing."""

from collections.abc import Iterator, Sequence


def pack(lengths: Sequence[int], *, budget: int) -> Iterator[list[int]]:
    """Group indexes into batches whose padded size (rows x longest, in tokens) keeps to the budget.

    Longest first, so that a batch too large for the memory fails at once. A text longer than the
    budget goes alone.
    """
    batch: list[int] = []
    longest = 0
    for index in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        if batch and (len(batch) + 1) * longest > budget:
            yield batch
            batch = []
        if not batch:
            longest = lengths[index]
        batch.append(index)
    if batch:
        yield batch
