"""The watch that is tried on past posts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.monitor.warnings.levels import DEFAULT_THRESHOLDS, Thresholds
from services.monitor.watches.content import NO_FIELDS, Fields
from services.monitor.watches.matching import Matcher
from services.monitor.watches.nodes import Node
from services.monitor.watches.schemas import WatchFilters
from services.monitor.watches.strategy import NO_FILTERS, read_strategy
from shared.folding import fold


@dataclass(frozen=True, slots=True)
class Trial:
    """A watch without its tables: `node` is None where every post counts as matched; `targets`:
    the folded names of whom it is about, which tell nothing about the matter."""

    name: str | None = None
    node: Node | None = None
    thresholds: Thresholds = DEFAULT_THRESHOLDS
    targets: str = ""

    def selector(self) -> "Selector":
        """Returns what tells which posts the watch matches."""
        return Selector(None if self.node is None else Matcher({0: self.node}))


@dataclass(frozen=True, slots=True)
class Selector:
    """Finds the terms of a watch in a text."""

    matcher: Matcher[int] | None

    def terms(self, folded: str, fields: Fields = NO_FIELDS) -> tuple[str, ...] | None:
        """Returns the terms by which the watch matches a post, its text folded; None where it does
        not."""
        if self.matcher is None:
            return ()
        matched = self.matcher.match(folded, fields)
        return matched[0][1] if matched else None


def trial_of(values: Mapping[str, Any]) -> Trial:
    """Reads a watch as the API takes it: `name`, `expression`, `exclusions`, `filters`,
    `thresholds`, `targets`; `aliases` are the spellings of the names that it may use.

    Raises ValueError (ExpressionError is one) when it cannot be read.
    """
    expression, filters = values.get("expression"), values.get("filters")
    strategy = None
    if expression is not None:
        strategy = read_strategy(
            str(expression),
            [str(each) for each in values.get("exclusions") or ()],
            WatchFilters.model_validate(filters).conditions() if filters else NO_FILTERS,
            values.get("aliases"),
        )
    return Trial(
        name=values.get("name"),
        node=None if strategy is None else strategy.node,
        thresholds=Thresholds.of(values.get("thresholds")),
        targets=fold("\n".join(map(str, values.get("targets") or ()))),
    )
