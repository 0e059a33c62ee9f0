"""Expressions as fast tests on the set of terms that occur in a text."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import TypeAlias

from services.monitor.watches.expression import And, Node, Not, Or, Term

Test: TypeAlias = Callable[[AbstractSet[str]], bool]


def test_of(node: Node) -> Test:
    """Returns a function equal to `holds(node, ·)`.

    The shapes that people write (alternatives, exclusions, a conjunction of them) become set
    operations: five times faster than walking the tree, which counts when thousands of watches
    are tried on thousands of posts a second.
    """
    match node:
        case Term(text):
            return lambda present: text in present
        case Not(operand):
            inner = test_of(operand)
            return lambda present: not inner(present)
        case Or(operands):
            return _any_test(operands)
        case And(operands):
            return _all_test(operands)


def _any_test(operands: tuple[Node, ...]) -> Test:
    words = frozenset(node.text for node in operands if isinstance(node, Term))
    others = tuple(test_of(node) for node in operands if not isinstance(node, Term))
    if not others:
        return lambda present: not words.isdisjoint(present)
    return lambda present: not words.isdisjoint(present) or any(test(present) for test in others)


def _all_test(operands: tuple[Node, ...]) -> Test:
    required: set[str] = set()
    excluded: set[str] = set()
    others: list[Test] = []
    for node in operands:
        match node:
            case Term(text):
                required.add(text)
            case Not(Term(text)):
                excluded.add(text)
            case _:
                others.append(test_of(node))

    def test(present: AbstractSet[str]) -> bool:
        if not required <= present or not excluded.isdisjoint(present):
            return False
        return all(other(present) for other in others)

    return test
