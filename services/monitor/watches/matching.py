"""All watches against one post in a single pass over its text."""

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from ahocorasick_rs import AhoCorasick

from services.monitor.watches.borders import bounded_sides, stands_at
from services.monitor.watches.compiled import Test, test_of
from services.monitor.watches.expression import And, Node, Not, Or, Term, terms_of

# Long texts are searched in pieces: a post of 100,000 times the same letter against terms made of
# that letter would otherwise give millions of overlapping hits at once.
_PIECE = 8_192

WatchId = TypeVar("WatchId", bound=Hashable)


@dataclass(frozen=True, slots=True)
class _Compiled(Generic[WatchId]):
    id: WatchId
    test: Test
    wanted: tuple[str, ...]


class Matcher(Generic[WatchId]):
    """Finds the watches that a post matches; build it once and again when watches change.

    A watch is only looked at when a term of its `trigger` occurs, a set of terms of which at least
    one is in every text that it matches. Thousands of watches that share a brand name therefore
    cost a post only what those few cost whose other words it has. Raises ValueError for a tree that
    `parse` would have refused because it only excludes.
    """

    def __init__(self, watches: Mapping[WatchId, Node]) -> None:
        signed = {watch: terms_of(node) for watch, node in watches.items()}
        uses = Counter(
            term for wanted, excluded in signed.values() for term in (*wanted, *excluded)
        )
        self._terms = list(uses)
        self._sides = [bounded_sides(term) for term in self._terms]
        self._overlap = max(map(len, self._terms), default=1)
        self._automaton = AhoCorasick(self._terms) if self._terms else None
        self._triggered: dict[str, list[_Compiled[WatchId]]] = {}
        for watch, node in watches.items():
            compiled = _Compiled(watch, test_of(node), signed[watch][0])
            triggering = trigger(node, uses)
            if triggering is None:
                raise ValueError(f"watch {watch!r} would match every post without its words")
            for term in triggering:
                self._triggered.setdefault(term, []).append(compiled)

    def match(self, folded: str) -> list[tuple[WatchId, tuple[str, ...]]]:
        """Returns the watches that the folded text matches, each with its terms that occur."""
        present = self._present(folded)
        candidates = {
            compiled.id: compiled for term in present for compiled in self._triggered.get(term, ())
        }
        return [
            (compiled.id, tuple(term for term in compiled.wanted if term in present))
            for compiled in candidates.values()
            if compiled.test(present)
        ]

    def _present(self, folded: str) -> set[str]:
        present: set[str] = set()
        if self._automaton is None:
            return present
        for offset in range(0, len(folded), _PIECE):
            piece = folded[offset : offset + _PIECE + self._overlap]
            for index, start, end in self._automaton.find_matches_as_indexes(
                piece, overlapping=True
            ):
                term = self._terms[index]
                if term not in present and stands_at(
                    folded, offset + start, offset + end, self._sides[index]
                ):
                    present.add(term)
        return present


def trigger(node: Node, uses: Mapping[str, int], *, negated: bool = False) -> frozenset[str] | None:
    """Returns terms of which one is in every text that `node` matches; None when there are none.

    Of the operands of AND any one would do; the one whose terms occur in the fewest watches
    (`uses`) is taken. `negated` asks for the texts that `node` does not match (De Morgan). Every
    expression that `parse` accepts has a trigger.
    """
    match node:
        case Term(text):
            return None if negated else frozenset((text,))
        case Not(operand):
            return trigger(operand, uses, negated=not negated)
        case And(operands) | Or(operands):
            found = [trigger(operand, uses, negated=negated) for operand in operands]
            known = [terms for terms in found if terms is not None]
            if isinstance(node, And) is not negated:
                return min(known, key=lambda terms: sum(uses[term] for term in terms), default=None)
            return frozenset().union(*known) if len(known) == len(found) else None
