"""The watch that is tried on past posts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.monitor.warnings.levels import DEFAULT_THRESHOLDS, Thresholds
from services.monitor.watches.expression import parse
from services.monitor.watches.matching import Matcher
from services.monitor.watches.nodes import Node


@dataclass(frozen=True, slots=True)
class Trial:
    """A watch without its tables: `node` is None where every post counts as matched."""

    name: str | None = None
    node: Node | None = None
    thresholds: Thresholds = DEFAULT_THRESHOLDS

    def selector(self) -> "Selector":
        """Returns what tells which posts the watch matches."""
        return Selector(None if self.node is None else Matcher({0: self.node}))


@dataclass(frozen=True, slots=True)
class Selector:
    """Finds the terms of a watch in a text."""

    matcher: Matcher[int] | None

    def terms(self, folded: str) -> tuple[str, ...] | None:
        """Returns the terms by which the watch matches a folded text, None where it does not."""
        if self.matcher is None:
            return ()
        matched = self.matcher.match(folded)
        return matched[0][1] if matched else None


def trial_of(values: Mapping[str, Any]) -> Trial:
    """Reads a watch as the API takes it: `name`, `expression`, `thresholds`.

    Raises ValueError (ExpressionError is one) when it cannot be read.
    """
    expression = values.get("expression")
    return Trial(
        name=values.get("name"),
        node=None if expression is None else parse(str(expression)),
        thresholds=Thresholds.of(values.get("thresholds")),
    )
