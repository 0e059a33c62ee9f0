"""Which of many terms occur in a field of a post."""

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet

from ahocorasick_rs import AhoCorasick

from services.monitor.watches.borders import bounded_sides, stands_at
from services.monitor.watches.content import languages
from services.monitor.watches.nodes import CODES, Field, Term
from shared.folding import fold

# Long texts are searched in pieces: a post of 100,000 times the same letter against terms made of
# that letter would otherwise give millions of overlapping hits at once.
_PIECE = 8_192
# Platforms, sources and regions repeat from post to post, authors less: what a value comes to is
# remembered for so many of them.
_REMEMBERED = 20_000


class Words:
    """Finds words and phrases in one pass over a text."""

    def __init__(self, terms: Iterable[Term]) -> None:
        # A word and the beginning of words spelt like it share their place in the automaton.
        found: dict[str, list[tuple[str, tuple[bool, bool]]]] = {}
        for term in terms:
            found.setdefault(term.text, []).append((term.key, bounded_sides(term)))
        # Most are Chinese words, which may stand anywhere: for those the key is enough.
        self._found = [
            keys[0][0] if len(keys) == 1 and keys[0][1] == (False, False) else keys
            for keys in found.values()
        ]
        self._overlap = max(map(len, found))
        self._automaton = AhoCorasick(list(found))

    def find(self, folded: str) -> set[str]:
        """Returns the keys of the terms that occur in a folded text."""
        present: set[str] = set()
        for offset in range(0, len(folded), _PIECE):
            piece = folded[offset : offset + _PIECE + self._overlap]
            for index, start, end in self._automaton.find_matches_as_indexes(
                piece, overlapping=True
            ):
                found = self._found[index]
                if isinstance(found, str):
                    present.add(found)
                    continue
                for key, sides in found:
                    if key not in present and stands_at(
                        folded, offset + start, offset + end, sides
                    ):
                        present.add(key)
        return present


class Values:
    """Finds the terms of a field whose values come again and again, as written."""

    def __init__(self, field: Field, terms: Sequence[Term]) -> None:
        self._find = _codes(field, terms) if field in CODES else Words(terms).find
        self._known: dict[str, AbstractSet[str]] = {}

    def find(self, written: str) -> AbstractSet[str]:
        """Returns the keys of the terms that occur in a value."""
        found = self._known.get(written)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[written] = self._find(fold(written))
        return found


def by_field(terms: Iterable[Term]) -> dict[Field, list[Term]]:
    """Returns terms by the field in which they are looked for."""
    found: dict[Field, list[Term]] = {}
    for term in terms:
        found.setdefault(term.field, []).append(term)
    return found


def _codes(field: Field, terms: Sequence[Term]) -> Callable[[str], AbstractSet[str]]:
    """What tells the codes that a value is equal to; `zh` is equal to `zh-cn`."""
    keys = {term.text: term.key for term in terms}

    def find(folded: str) -> AbstractSet[str]:
        codes = languages(folded) if field is Field.LANGUAGE else (folded,)
        return {keys[code] for code in codes if code in keys}

    return find
