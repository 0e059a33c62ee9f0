"""Which of many terms occur in a field of a post."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Protocol

from ahocorasick_rs import AhoCorasick

from services.monitor.watches.borders import bounded_sides, stands_at
from services.monitor.watches.content import languages
from services.monitor.watches.nodes import Field, Term

# Long texts are searched in pieces: a post of 100,000 times the same letter against terms made of
# that letter would otherwise give millions of overlapping hits at once.
_PIECE = 8_192
# Sources and regions repeat from post to post, authors less: what a value comes to is remembered
# for so many of them.
_REMEMBERED = 20_000


class Finder(Protocol):
    """Finds the terms of one field."""

    def find(self, folded: str) -> AbstractSet[str]:
        """Returns the keys of the terms that occur in the folded value of the field."""


def finders(terms: Iterable[Term]) -> dict[Field, Finder]:
    """Returns what finds these terms, by the field in which they are looked for."""
    by_field: dict[Field, list[Term]] = {}
    for term in terms:
        by_field.setdefault(term.field, []).append(term)
    return {field: _finder(field, found) for field, found in by_field.items()}


def _finder(field: Field, terms: list[Term]) -> Finder:
    match field:
        case Field.ANY | Field.TITLE:
            return _Words(terms)
        case Field.AUTHOR | Field.REGION | Field.SOURCE:
            return _Names(terms)
        case Field.PLATFORM | Field.LANGUAGE:
            return _Codes(field, terms)


class _Words:
    """Finds words and phrases in one pass over a text."""

    def __init__(self, terms: list[Term]) -> None:
        # A word and the beginning of words spelt like it share their place in the automaton.
        found: dict[str, list[tuple[str, tuple[bool, bool]]]] = {}
        for term in terms:
            found.setdefault(term.text, []).append((term.key, bounded_sides(term)))
        self._found = list(found.values())
        self._overlap = max(map(len, found))
        self._automaton = AhoCorasick(list(found))

    def find(self, folded: str) -> AbstractSet[str]:
        present: set[str] = set()
        for offset in range(0, len(folded), _PIECE):
            piece = folded[offset : offset + _PIECE + self._overlap]
            for index, start, end in self._automaton.find_matches_as_indexes(
                piece, overlapping=True
            ):
                for key, sides in self._found[index]:
                    if key not in present and stands_at(
                        folded, offset + start, offset + end, sides
                    ):
                        present.add(key)
        return present


class _Names(_Words):
    """Finds words in short values that come again and again."""

    def __init__(self, terms: list[Term]) -> None:
        super().__init__(terms)
        self._known: dict[str, AbstractSet[str]] = {}

    def find(self, folded: str) -> AbstractSet[str]:
        found = self._known.get(folded)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[folded] = super().find(folded)
        return found


class _Codes:
    """Finds the codes that a value is equal to; `zh` is found in `zh-cn`."""

    def __init__(self, field: Field, terms: list[Term]) -> None:
        self._by_language = field is Field.LANGUAGE
        self._keys = {term.text: term.key for term in terms}

    def find(self, folded: str) -> AbstractSet[str]:
        codes = languages(folded) if self._by_language else (folded,)
        return {self._keys[code] for code in codes if code in self._keys}
