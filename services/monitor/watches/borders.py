"""Where a term may stand in a text: alphabetic words whole, Chinese words anywhere."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from services.monitor.watches.nodes import Term
from shared.folding import is_word_character

# Of a term that stands in a text more often than this, the first places are looked at.
MOST_PLACES = 1_000
# A word of an alphabetic script, or one character of a script without spaces.
_UNIT = re.compile(r"[^\W\u0e00-\U0010ffff]+|[^\W\u0000-\u0dff]")
_REST_OF_WORD = re.compile(r"[^\W\u0e00-\U0010ffff]*")


def bounded_sides(term: Term) -> tuple[bool, bool]:
    """Tells for the left and the right end of a term whether a word border must be there."""
    text = term.text
    return is_word_character(text[0]), not term.prefix and is_word_character(text[-1])


def stands_at(folded: str, start: int, end: int, sides: tuple[bool, bool]) -> bool:
    """Tells whether `folded[start:end]` has a word border on each of the bounded `sides`."""
    left, right = sides
    if left and start > 0 and is_word_character(folded[start - 1]):
        return False
    return not (right and end < len(folded) and is_word_character(folded[end]))


def occurs(term: Term, folded: str) -> bool:
    """Tells whether the term occurs in the folded text."""
    return next(_places(term, folded), None) is not None


def places(term: Term, folded: str) -> list[tuple[int, int]]:
    """Returns where the term stands in the folded text, as (start, end); a prefix with its word."""
    found = []
    for place in _places(term, folded):
        found.append(place)
        if len(found) == MOST_PLACES:
            break
    return found


def units(folded: str) -> list[int]:
    """Returns where the words and characters begin by which distances are measured."""
    return [unit.start() for unit in _UNIT.finditer(folded)]


def nearest(
    left: Sequence[tuple[int, int]],
    right: Sequence[tuple[int, int]],
    starts: Sequence[int],
    *,
    ordered: bool,
) -> tuple[int, tuple[int, int], tuple[int, int]] | None:
    """Returns how many units lie between the nearest two places, and those two; None where no two
    places stand apart. `starts` as `units` returns them."""
    pairs = list(_followers(left, right))
    if not ordered:
        pairs += _followers(right, left)
    measured = (
        (bisect_left(starts, after[0]) - bisect_left(starts, before[1]), before, after)
        for before, after in pairs
    )
    return min(measured, default=None)


def _followers(
    before: Sequence[tuple[int, int]], after: Sequence[tuple[int, int]]
) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """For each place of `before`, the first of `after` that begins behind its end."""
    ordered = sorted(after)
    begins = [start for start, _ in ordered]
    for place in before:
        index = bisect_left(begins, place[1])
        if index < len(ordered):
            yield place, ordered[index]


def _places(term: Term, folded: str) -> Iterator[tuple[int, int]]:
    sides = bounded_sides(term)
    start = folded.find(term.text)
    while start >= 0:
        end = start + len(term.text)
        if stands_at(folded, start, end, sides):
            if term.prefix and (rest := _REST_OF_WORD.match(folded, end)):
                end = rest.end()
            yield start, end
        start = folded.find(term.text, start + 1)
