"""All that a watch asks for, as one tree: its expression, what never counts, and its filters."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.monitor.watches.expression import (
    MAX_SPELLINGS,
    Aliases,
    Parsed,
    code_of,
    parse_closely,
)
from services.monitor.watches.mistakes import ExpressionError, Mistake
from services.monitor.watches.nodes import And, Field, Node, Not, Or, Term, Within, terms_of
from shared.folding import fold

_FOREVER = float("inf")


@dataclass(frozen=True, slots=True)
class Filters:
    """Only posts of these count; an empty list lets all through. Times are epoch seconds."""

    languages: Sequence[str] = ()
    platforms: Sequence[str] = ()
    regions: Sequence[str] = ()
    sources: Sequence[str] = ()
    since: float | None = None
    until: float | None = None


NO_FILTERS = Filters()


class StrategyError(ExpressionError):
    """What cannot be read of a watch; `pointer` names which part."""

    def __init__(self, pointer: str, error: ExpressionError) -> None:
        super().__init__(error.mistake, error.position, **error.values)
        self.pointer = pointer


@dataclass(frozen=True, slots=True)
class Strategy:
    """A watch as it was read: `expression`, `exclusions`, and `node`, which holds where both and
    the filters say so."""

    expression: Parsed
    exclusions: tuple[Parsed, ...]
    filters: tuple[Node, ...]

    @property
    def node(self) -> Node:
        excluded = [node for parsed in self.exclusions for node in _operands(parsed.node, Or)]
        if not excluded and not self.filters:
            return self.expression.node
        never = (Not(Or(tuple(excluded))),) if excluded else ()
        return And((*_operands(self.expression.node, And), *never, *self.filters))


def read_strategy(
    expression: str,
    exclusions: Sequence[str] = (),
    filters: Filters = NO_FILTERS,
    aliases: Aliases | None = None,
) -> Strategy:
    """Reads what people wrote into a watch.

    Raises StrategyError, which names the part that cannot be read, what is wrong and where.
    """
    known = aliases or {}
    strategy = Strategy(
        expression=_read("/expression", expression, known),
        exclusions=tuple(
            _read(f"/exclusions/{index}", source, known) for index, source in enumerate(exclusions)
        ),
        filters=_conditions(filters),
    )
    wanted, excluded = terms_of(strategy.node)
    if len(wanted) + len(excluded) > MAX_SPELLINGS:
        error = ExpressionError(Mistake.TOO_MANY_SPELLINGS, 0, limit=f"{MAX_SPELLINGS:,}")
        raise StrategyError("/exclusions", error)
    return strategy


def _read(pointer: str, source: str, aliases: Aliases) -> Parsed:
    try:
        return parse_closely(source, aliases)
    except ExpressionError as error:
        raise StrategyError(pointer, error) from error


def _conditions(filters: Filters) -> tuple[Node, ...]:
    lists = (
        (Field.LANGUAGE, filters.languages),
        (Field.PLATFORM, filters.platforms),
        (Field.REGION, filters.regions),
        (Field.SOURCE, filters.sources),
    )
    conditions: list[Node] = []
    for field, values in lists:
        folded = (code_of(field, fold(value)) for value in values)
        if terms := tuple(Term(value, field) for value in folded if value):
            conditions.append(terms[0] if len(terms) == 1 else Or(terms))
    if filters.since is not None or filters.until is not None:
        since = -_FOREVER if filters.since is None else filters.since
        conditions.append(Within(since, _FOREVER if filters.until is None else filters.until))
    return tuple(conditions)


def _operands(node: Node, kind: type[And] | type[Or]) -> tuple[Node, ...]:
    return node.operands if isinstance(node, kind) else (node,)
