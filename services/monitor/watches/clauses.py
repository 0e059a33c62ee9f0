"""What each part of a watch does to the posts that it is tried on: brings them, or takes them away.

A part asks (a word, a nearness), excludes (a NOT beside the rest, an exclusion) or filters.
"""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from services.monitor.watches.content import Content
from services.monitor.watches.expression import holds
from services.monitor.watches.nodes import And, Leaf, Node, Not, Or, leaves, written
from services.monitor.watches.strategy import Strategy


class Role(StrEnum):
    """What a part of a watch is there for."""

    ASKS = "asks"
    EXCLUDES = "excludes"
    FILTERS = "filters"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a watch; `pointer` says where it stands."""

    role: Role
    pointer: str
    node: Node

    @property
    def says(self) -> str:
        """Its expression; of what excludes, that of what it excludes."""
        return written(self.node.operand if isinstance(self.node, Not) else self.node)


@dataclass(frozen=True, slots=True)
class Split:
    """A watch taken apart: what it asks for, and what stands in the way of posts that have it."""

    core: Node
    wanted: tuple[Leaf, ...]
    barriers: tuple[Part, ...]

    def in_the_way(self, content: Content) -> list[Part]:
        """The barriers that take a post away which has what the watch asks for."""
        return [part for part in self.barriers if not holds(part.node, content.shows)]


def split(strategy: Strategy) -> Split:
    """Takes a watch apart; a watch whose words all stand beside a NOT has no barriers."""
    expression = strategy.expression.node
    operands = expression.operands if isinstance(expression, And) else (expression,)
    asked = tuple(each for each in operands if not isinstance(each, Not))
    core: Node = asked[0] if len(asked) == 1 else And(asked)
    barriers = [
        Part(Role.EXCLUDES, "/expression", Not(choice))
        for each in operands
        if isinstance(each, Not)
        for choice in _choices(each.operand)
    ]
    if not asked or holds(core, lambda leaf: False):
        core, barriers = expression, []
    barriers += [
        Part(Role.EXCLUDES, f"/exclusions/{index}", Not(parsed.node))
        for index, parsed in enumerate(strategy.exclusions)
    ]
    barriers += [Part(Role.FILTERS, "/filters", node) for node in strategy.filters]
    wanted = dict.fromkeys(leaf for leaf, asks in leaves(core) if asks)
    return Split(core, tuple(wanted), tuple(barriers))


def _choices(node: Node) -> tuple[Node, ...]:
    return node.operands if isinstance(node, Or) else (node,)


@dataclass(slots=True)
class Tally:
    """How many posts each part brings or takes away, and how many it alone."""

    parts: Split
    counted: int = 0
    hits: Counter[Node] = field(default_factory=Counter)
    alone: Counter[Node] = field(default_factory=Counter)

    def count(self, content: Content) -> list[Part]:
        """Counts a post that has what the watch asks for; returns what takes it away."""
        self.counted += 1
        barriers = self.parts.in_the_way(content)
        if barriers:
            self.hits.update(part.node for part in barriers)
            if len(barriers) == 1:
                self.alone[barriers[0].node] += 1
            return barriers
        for leaf in self.parts.wanted:
            if content.shows(leaf):
                self.hits[leaf] += 1
                self.alone[leaf] += not self._without(leaf, content)
        return []

    def told(self) -> list[tuple[Part, int, int]]:
        """Each part with its posts and those of it alone, in the order written."""
        asks = [Part(Role.ASKS, "/expression", leaf) for leaf in self.parts.wanted]
        return [
            (part, self.hits[part.node], self.alone[part.node])
            for part in (*asks, *self.parts.barriers)
        ]

    def _without(self, leaf: Leaf, content: Content) -> bool:
        return holds(self.parts.core, lambda each: each != leaf and content.shows(each))
