"""What an expression comes to: a tree of conditions on a post."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Field(StrEnum):
    """Where a word is looked for; `ANY` is title and text together."""

    ANY = "any"
    TITLE = "title"
    AUTHOR = "author"
    PLATFORM = "platform"
    REGION = "region"
    LANGUAGE = "language"
    SOURCE = "source"


# What is read as one word without quotes, and what is not, though it looks like one.
_PLAIN = re.compile(r"[\w.#%]+(?:-[a-z0-9_]+)*")
_OPERATOR = re.compile(r"and|or|not|[与且或非]|并且|而且|或者|不含|不包含|排除|[\W_]*")
# Fields whose value is a code that is compared as a whole, not searched for words.
CODES = frozenset({Field.PLATFORM, Field.LANGUAGE})
# Fields in which people read the words that were found.
TEXTS = frozenset({Field.ANY, Field.TITLE})


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase, folded; `prefix` for the beginning of an alphabetic word (`pay*`)."""

    text: str
    field: Field = Field.ANY
    prefix: bool = False

    @property
    def key(self) -> str:
        """Its name among all conditions; folded texts hold no control characters."""
        end = "\x1f*" if self.prefix else ""
        return (
            f"{self.text}{end}" if self.field is Field.ANY else f"{self.field}\x1f{self.text}{end}"
        )


@dataclass(frozen=True, slots=True)
class Near:
    """One of `left` and one of `right` stand at most `distance` apart, in that order if `ordered`.

    Between them are counted words of alphabetic scripts and single characters of Chinese, Japanese
    and Korean; punctuation and spaces are not. All terms are of one field.
    """

    left: tuple[Term, ...]
    right: tuple[Term, ...]
    distance: int
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Within:
    """The post was published in [since, until), in epoch seconds. Only filters make it."""

    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Not:
    operand: "Node"


@dataclass(frozen=True, slots=True)
class And:
    operands: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    operands: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `count` of the operands hold."""

    count: int
    operands: tuple["Node", ...]


Leaf: TypeAlias = Term | Near | Within
Node: TypeAlias = Leaf | Not | And | Or | AtLeast


def leaves(node: Node, *, wanted: bool = True) -> Iterator[tuple[Leaf, bool]]:
    """The conditions of a tree in the order typed, each with whether it is asked for."""
    match node:
        case Not(operand):
            yield from leaves(operand, wanted=not wanted)
        case And(operands) | Or(operands) | AtLeast(_, operands):
            for operand in operands:
                yield from leaves(operand, wanted=wanted)
        case _:
            yield node, wanted


def terms_of(node: Node) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
    """Returns the terms that `node` asks for and those that it excludes, each once, in order."""
    sides: tuple[dict[Term, None], dict[Term, None]] = ({}, {})
    for leaf, wanted in leaves(node):
        found = terms_of_leaf(leaf)
        sides[not wanted].update(dict.fromkeys(found))
    return tuple(sides[0]), tuple(sides[1])


def terms_of_leaf(leaf: Leaf) -> tuple[Term, ...]:
    """The terms of one condition."""
    match leaf:
        case Term():
            return (leaf,)
        case Near(left, right):
            return (*left, *right)
        case Within():
            return ()


def written(node: Node) -> str:
    """Returns the expression of a tree, as a person could have typed it."""
    match node:
        case Term(text, field, prefix):
            plain = _PLAIN.fullmatch(text) and not _OPERATOR.fullmatch(text)
            word = f"{text}*" if prefix else text if plain else f'"{text}"'
            return word if field is Field.ANY else f"{field}:{word}"
        case Near(left, right, distance, ordered):
            field = left[0].field
            sides = f"{_side(left)} {'THEN' if ordered else 'NEAR'}/{distance} {_side(right)}"
            return sides if field is Field.ANY else f"{field}:({sides})"
        case Within():
            return "published within the period"
        case Not(operand):
            return f"NOT {_part(operand)}"
        case And(operands):
            return " AND ".join(map(_part, operands))
        case Or(operands):
            return " OR ".join(map(_part, operands))
        case AtLeast(count, operands):
            return f"{count} OF ({', '.join(map(written, operands))})"


def _part(node: Node) -> str:
    return f"({written(node)})" if isinstance(node, And | Or) else written(node)


def _side(terms: tuple[Term, ...]) -> str:
    words = [written(Term(term.text, prefix=term.prefix)) for term in terms]
    return words[0] if len(words) == 1 else f"({' OR '.join(words)})"
