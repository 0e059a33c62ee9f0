"""All watches against one post in a single pass over its text."""

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from services.monitor.watches.compiled import Test, test_of
from services.monitor.watches.content import NO_FIELDS, Content, Fields, told_by_script
from services.monitor.watches.finding import Values, Words, by_field
from services.monitor.watches.nodes import (
    CODES,
    TEXTS,
    And,
    AtLeast,
    Field,
    Near,
    Node,
    Not,
    Or,
    Term,
    Within,
    terms_of,
)
from shared.folding import fold

_COMMON = 10_000

WatchId = TypeVar("WatchId", bound=Hashable)


@dataclass(frozen=True, slots=True)
class _Compiled(Generic[WatchId]):
    id: WatchId
    test: Test
    # One of these must occur as well: it spares most watches the test.
    also: frozenset[str]
    # The terms that it names when it matches: by key, as people read them.
    wanted: tuple[tuple[str, str], ...]


class Matcher(Generic[WatchId]):
    """Finds the watches that a post matches; build it once and again when watches change.

    A watch is only looked at when a term of its `trigger` occurs, a set of terms of which at least
    one is in every post that it matches. Thousands of watches that share a brand name therefore
    cost a post only what those few cost whose other words it has. Raises ValueError for a tree that
    `parse` would have refused because it only excludes.
    """

    def __init__(self, watches: Mapping[WatchId, Node]) -> None:
        signed = {watch: terms_of(node) for watch, node in watches.items()}
        uses = Counter(term for wanted, excluded in signed.values() for term in wanted + excluded)
        terms = by_field(uses)
        text, title = terms.pop(Field.ANY, None), terms.pop(Field.TITLE, None)
        self._text = Words(text) if text else None
        self._title = Words(title) if title else None
        self._values = [(field, Values(field, found)) for field, found in terms.items()]
        self._triggered: dict[str, list[_Compiled[WatchId]]] = {}
        for watch, node in watches.items():
            named = tuple((term.key, term.text) for term in signed[watch][0] if term.field in TEXTS)
            needed = necessary(node, uses)
            if not needed:
                raise ValueError(f"watch {watch!r} would match every post without its words")
            also = frozenset(term.key for term in needed[:2][-1])
            compiled = _Compiled(watch, test_of(node), also, named)
            for term in needed[0]:
                self._triggered.setdefault(term.key, []).append(compiled)

    def match(
        self, folded: str, fields: Fields = NO_FIELDS
    ) -> list[tuple[WatchId, tuple[str, ...]]]:
        """Returns the watches that a post matches, each with its terms that occur in the text.

        `folded`: title and text together, folded.
        """
        present = self._present(folded, fields)
        triggered = self._triggered
        candidates = {
            id(compiled): compiled
            for key in present
            if key in triggered
            for compiled in triggered[key]
            if not compiled.also.isdisjoint(present)
        }
        if not candidates:
            return []
        content = Content(folded, fields)
        return [
            (
                compiled.id,
                tuple(dict.fromkeys(text for key, text in compiled.wanted if key in present)),
            )
            for compiled in candidates.values()
            if compiled.test(present, content)
        ]

    def _present(self, folded: str, fields: Fields) -> set[str]:
        present = self._text.find(folded) if self._text else set()
        if self._title and fields.title:
            present |= self._title.find(fold(fields.title))
        for field, values in self._values:
            value = getattr(fields, field)
            if not value and field is Field.LANGUAGE:
                value = told_by_script(folded)
            if value:
                present |= values.find(value)
        return present


def necessary(node: Node, uses: Mapping[Term, int]) -> list[frozenset[Term]]:
    """Returns sets of terms of each of which one is in every post that `node` matches, those that
    the fewest watches use first."""
    match node:
        case And(operands):
            found = [trigger(operand, uses) for operand in operands]
        case Near(left, right):
            found = [frozenset(left), frozenset(right)]
        case _:
            found = [trigger(node, uses)]
    return _ranked([terms for terms in found if terms is not None], uses)


def trigger(
    node: Node, uses: Mapping[Term, int], *, negated: bool = False
) -> frozenset[Term] | None:
    """Returns terms of which one is in every post that `node` matches; None when there are none.

    Of the operands of AND any one would do; the one whose terms occur in the fewest watches
    (`uses`) is taken. `negated` asks for the posts that `node` does not match (De Morgan). Every
    expression that `parse` accepts has a trigger.
    """
    match node:
        case Term():
            return None if negated else frozenset((node,))
        case Near(left, right):
            sides = [frozenset(left), frozenset(right)]
            return None if negated else _cheapest(sides, uses, 1)
        case Within():
            return None
        case Not(operand):
            return trigger(operand, uses, negated=not negated)
        case And(operands) | Or(operands) | AtLeast(_, operands):
            count = _needed(node, negated)
            found = [trigger(operand, uses, negated=negated) for operand in operands]
            known = [terms for terms in found if terms is not None]
            # Where so many must hold, of any of these numbers at least one does.
            enough = len(operands) - count + 1
            return _cheapest(known, uses, enough) if len(known) >= enough else None


def _needed(node: And | Or | AtLeast, negated: bool) -> int:
    """How many of the operands must hold, or must not, that `node` holds or does not."""
    total = len(node.operands)
    count = total if isinstance(node, And) else 1 if isinstance(node, Or) else node.count
    return total - count + 1 if negated else count


def _cheapest(
    choices: list[frozenset[Term]], uses: Mapping[Term, int], number: int
) -> frozenset[Term]:
    return frozenset().union(*_ranked(choices, uses)[:number])


def _ranked(choices: list[frozenset[Term]], uses: Mapping[Term, int]) -> list[frozenset[Term]]:
    return sorted(choices, key=lambda terms: sum(_cost(term, uses) for term in terms))


def _cost(term: Term, uses: Mapping[Term, int]) -> int:
    """A code ("weibo", "zh") is in every other post, however few watches name it."""
    return uses[term] * (_COMMON if term.field in CODES else 1)
