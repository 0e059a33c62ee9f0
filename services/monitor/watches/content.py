"""A post as watches see it: its text and its fields, folded."""

import re
from dataclasses import dataclass
from typing import Final

from services.monitor.watches.borders import nearest, occurs, places, units
from services.monitor.watches.nodes import Field, Leaf, Near, Term, Within
from shared.folding import fold

# Posts that do not name their language are taken by their script, as far as the beginning shows it.
_SCRIPTS: Final = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7a3]")),
    ("zh", re.compile(r"[\u3400-\u9fff]")),
    ("en", re.compile(r"[a-z]")),
)
_READ_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Fields:
    """What a post tells besides its text, as written; `at`: when it was published, epoch seconds.

    `source` holds the names by which its source is known: what people call it, the host of its
    address.
    """

    title: str = ""
    author: str = ""
    platform: str = ""
    region: str = ""
    language: str = ""
    source: str = ""
    at: float | None = None


NO_FIELDS = Fields()


class Content:
    """A post against which conditions are tried; what they need of it is worked out once."""

    def __init__(self, folded: str, fields: Fields = NO_FIELDS) -> None:
        self.folded = folded
        self.fields = fields
        self._parts: dict[Field, str] = {Field.ANY: folded}
        self._places: dict[Term, list[tuple[int, int]]] = {}
        self._units: dict[Field, list[int]] = {}
        self._shown: dict[Leaf, bool] = {}

    def part(self, field: Field) -> str:
        """The folded text of a field."""
        part = self._parts.get(field)
        if part is None:
            part = self._parts[field] = self._read(field)
        return part

    def places(self, term: Term) -> list[tuple[int, int]]:
        """Where a term stands in its field."""
        found = self._places.get(term)
        if found is None:
            found = self._places[term] = places(term, self.part(term.field))
        return found

    def near(self, near: Near) -> bool:
        """Tells whether a nearness is there."""
        return self.nearest(near) is not None

    def nearest(self, near: Near) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """The two places that fulfil a nearness, where any do."""
        left = [place for term in near.left for place in self.places(term)]
        right = [place for term in near.right for place in self.places(term)]
        field = near.left[0].field
        if field not in self._units:
            self._units[field] = units(self.part(field))
        found = nearest(left, right, self._units[field], ordered=near.ordered)
        return found[1:] if found and found[0] <= near.distance else None

    def within(self, period: Within) -> bool:
        """Tells whether the post was published in a period; one without a time was."""
        at = self.fields.at
        return at is None or period.since <= at < period.until

    def shows(self, leaf: Leaf) -> bool:
        """Tells whether a condition is true of the post, by looking at the post alone."""
        shown = self._shown.get(leaf)
        if shown is None:
            shown = self._shown[leaf] = self._look(leaf)
        return shown

    def _look(self, leaf: Leaf) -> bool:
        match leaf:
            case Near():
                return self.near(leaf)
            case Within():
                return self.within(leaf)
            case Term(text, Field.PLATFORM):
                return text == self.part(Field.PLATFORM)
            case Term(text, Field.LANGUAGE):
                return text in languages(self.part(Field.LANGUAGE))
            case Term():
                return occurs(leaf, self.part(leaf.field))

    def _read(self, field: Field) -> str:
        if field is Field.LANGUAGE:
            return fold(self.fields.language) or told_by_script(self.folded)
        written: str = getattr(self.fields, field)
        return fold(written)


def languages(code: str) -> tuple[str, ...]:
    """Returns the codes that a language answers to: `zh-cn` to itself and to `zh`."""
    plain = code.replace("_", "-")
    return tuple({plain, plain.partition("-")[0]})


def told_by_script(folded: str) -> str:
    """Returns the language that a text's script speaks for: ja, ko, zh, en for Latin letters; empty
    where it has none of these. French counts as en: only a source can tell them apart."""
    beginning = folded[:_READ_CHARACTERS]
    return next((code for code, letters in _SCRIPTS if letters.search(beginning)), "")
