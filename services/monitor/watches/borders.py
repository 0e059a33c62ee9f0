"""Where a term may stand in a text: alphabetic words whole, Chinese words anywhere."""

from shared.folding import is_word_character


def bounded_sides(term: str) -> tuple[bool, bool]:
    """Tells for the left and the right end of a folded term whether a word border must be there."""
    return is_word_character(term[0]), is_word_character(term[-1])


def stands_at(folded: str, start: int, end: int, sides: tuple[bool, bool]) -> bool:
    """Tells whether `folded[start:end]` has a word border on each of the bounded `sides`."""
    left, right = sides
    if left and start > 0 and is_word_character(folded[start - 1]):
        return False
    return not (right and end < len(folded) and is_word_character(folded[end]))


def occurs(term: str, folded: str) -> bool:
    """Tells whether the folded `term` occurs in the folded text."""
    sides = bounded_sides(term)
    start = folded.find(term)
    while start >= 0:
        if stands_at(folded, start, start + len(term), sides):
            return True
        start = folded.find(term, start + 1)
    return False
