"""What is probably not meant in a watch, told before it goes live."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum

from services.monitor.watches.borders import occurs
from services.monitor.watches.expression import Aliases, Parsed
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
    leaves,
    terms_of_leaf,
    written,
)
from services.monitor.watches.strategy import Strategy
from services.monitor.watches.tokens import FIELDS, Token, TokenKind
from shared.folding import fold


class Remark(StrEnum):
    """What a lint says; the values are codes of the API."""

    UNREADABLE = "unreadable"
    DUPLICATE = "duplicate"
    CONTAINED = "contained"
    NEVER = "never"
    NEVER_COUNTS = "never_counts"
    COMMON_CHARACTER = "common_character"
    SHORT_PREFIX = "short_prefix"
    MIXED = "mixed"
    ASTERISK = "asterisk"
    MISTYPED = "mistyped"
    GLUED = "glued"
    CONNECTIVE = "connective"
    UNKNOWN_ALIAS = "unknown_alias"
    UNKNOWN_FIELD = "unknown_field"
    TOO_BROAD = "too_broad"
    NO_MATCH = "no_match"


# Sentences with places for `term` and `other`.
SENTENCES: Mapping[Remark, str] = {
    Remark.DUPLICATE: "“{term}” stands here twice; once is enough.",
    Remark.CONTAINED: "“{term}” is never needed: whatever has it has “{other}” as well.",
    Remark.NEVER: "No post can match: “{term}” is asked for, and “{other}” excludes it.",
    Remark.NEVER_COUNTS: "“{term}” can never count: “{other}” excludes every post that has it.",
    Remark.COMMON_CHARACTER: "“{term}” alone is part of a great many words; use a longer one.",
    Remark.SHORT_PREFIX: "“{term}*” finds a great many words; write more of the beginning.",
    Remark.MIXED: (
        "AND binds before OR: this is read as {other}. Put parentheses where you mean them."
    ),
    Remark.ASTERISK: "“{term}” is looked for with its sign; only the end of an alphabetic"
    " word can be left open (pay*), and Chinese words are found anywhere.",
    Remark.MISTYPED: "“{term}” is looked for as it is written; did you mean “{other}”?",
    Remark.GLUED: "“{term}” is looked for as one word; with spaces “{other}” joins two.",
    Remark.CONNECTIVE: "“{term}” stands where a word must stand, and is looked for; it joins"
    " what stands on both sides of it.",
    Remark.UNKNOWN_ALIAS: "There is no alias “{term}”: it is looked for as it is written.",
    Remark.UNKNOWN_FIELD: "There is no field “{other}”: “{term}” is looked for as it is written.",
    Remark.TOO_BROAD: "{term} of the past posts match; a watch is meant to find few.",
    Remark.NO_MATCH: "None of the past posts matches.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark: `pointer` names the part of the watch, `position` the character in it."""

    remark: Remark
    pointer: str = "/expression"
    position: int = 0
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def says(self) -> str:
        """The sentence in English."""
        return SENTENCES[self.remark].format(**self.values)


def lint(strategy: Strategy, aliases: Aliases | None = None) -> list[Finding]:
    """Returns what is probably not meant, in the order of the parts of the watch; `aliases`: those
    that could have been meant."""
    parts = [("/expression", strategy.expression)]
    parts += [(f"/exclusions/{index}", part) for index, part in enumerate(strategy.exclusions)]
    found = [finding for pointer, part in parts for finding in _part(pointer, part, aliases)]
    return [*found, *_contradictions(strategy)]


def _part(pointer: str, parsed: Parsed, aliases: Aliases | None) -> Iterator[Finding]:
    places = {term: at for at, (_, terms) in reversed(parsed.words.items()) for term in terms}
    beside = {
        term
        for leaf, _ in leaves(parsed.node)
        if isinstance(leaf, Near)
        for term in terms_of_leaf(leaf)
    }
    for at, (token, terms) in parsed.words.items():
        for remark, values in _word(token, terms, aliases or {}):
            # 吃 alone is in a great many texts; beside 中毒 it tells something.
            if remark is not Remark.COMMON_CHARACTER or not beside.issuperset(terms):
                yield Finding(remark, pointer, at, values)
    for remark, term, other in _redundant(parsed.node):
        values = {"term": term.text, "other": other.text}
        yield Finding(remark, pointer, places.get(term, 0), values)
    for at in parsed.mixed:
        yield Finding(Remark.MIXED, pointer, at, {"other": written(parsed.node)})


# With all spellings of aliases there may be a thousand alternatives: a million pairs.
_COMPARED = 300
_NAMED = re.compile(r"^([^\W\d_]{2,10})[:：](?!//)")
_ASTERISK = re.compile(r"\*|(?<=\w)[?？](?=\w)")
# 参与 and 给与 are words; of what else has 与 or 或 inside, an operator was often meant.
_GLUED = re.compile(r"\w{2}(?<![参给赠授])([与與或])(?![者许許其会會])\w{2}")
_OPERATORS = {
    "near": "NEAR/5",
    **dict.fromkeys(("adn", "nad", "andd", "aand"), "AND"),
    **dict.fromkeys(("orr", "oor", "xor"), "OR"),
    **dict.fromkeys(("nto", "nott", "nor", "andnot", "exclude"), "NOT"),
}


def _word(
    token: Token, terms: tuple[Term, ...], aliases: Aliases
) -> Iterator[tuple[Remark, dict[str, str]]]:
    """Remarks on one word as it was typed."""
    text = token.text
    if token.is_connective:
        yield Remark.CONNECTIVE, {"term": text}
    if token.kind is TokenKind.WORD:
        values = {"term": text}
        if _ASTERISK.search(text) and not any(term.prefix for term in terms):
            yield Remark.ASTERISK, values
        if meant := _OPERATORS.get(text.lower()):
            yield Remark.MISTYPED, values | {"other": meant}
        if glued := _GLUED.search(text):
            yield Remark.GLUED, values | {"other": glued[1]}
        if text[0] in "@＠" and len(terms) == 1 and len(text) > 1:
            yield from _name(Remark.UNKNOWN_ALIAS, text[1:], "@{}", list(aliases), text[1:])
        if named := _NAMED.match(text):
            yield from _name(Remark.UNKNOWN_FIELD, named[1], "{}:", list(FIELDS), text)
    for term in terms:
        if term.field not in TEXTS:
            continue
        if term.prefix and len(term.text) < 3:
            yield Remark.SHORT_PREFIX, {"term": term.text}
        elif not term.prefix and len(term.text) == 1 and term.text.isalnum():
            yield Remark.COMMON_CHARACTER, {"term": term.text}


def _name(
    unknown: Remark, name: str, form: str, known: list[str], term: str
) -> Iterator[tuple[Remark, dict[str, str]]]:
    """What is nearly the name of a field or an alias was probably meant to be it."""
    close = get_close_matches(fold(name), known, 1, cutoff=0.75)
    if close:
        yield Remark.MISTYPED, {"term": form.format(name), "other": form.format(close[0])}
    else:
        yield unknown, {"term": term, "other": name}


def _redundant(node: Node) -> Iterator[tuple[Remark, Term, Term]]:
    """Terms that are there twice, or add nothing beside another, anywhere in a tree."""
    match node:
        case Not(operand):
            yield from _redundant(operand)
        case Near(left, right):
            yield from _among(left, any_of=True)
            yield from _among(right, any_of=True)
        case And(operands) | Or(operands) | AtLeast(_, operands):
            terms = tuple(operand for operand in operands if isinstance(operand, Term))
            yield from _among(terms, any_of=isinstance(node, Or))
            for operand in operands:
                yield from _redundant(operand)


def _among(terms: tuple[Term, ...], *, any_of: bool) -> Iterator[tuple[Remark, Term, Term]]:
    seen: set[Term] = set()
    for term in terms:
        if term in seen:
            yield Remark.DUPLICATE, term, term
        seen.add(term)
    if any_of:
        distinct = list(dict.fromkeys(terms))[:_COMPARED]
        for term in distinct:
            other = next((each for each in distinct if each != term and implies(term, each)), None)
            if other is not None:
                yield Remark.CONTAINED, term, other


def implies(term: Term, other: Term) -> bool:
    """Tells whether every post that has `term` has `other`."""
    if other.field is not term.field and not (
        other.field is Field.ANY and term.field is Field.TITLE
    ):
        return False
    if term.field in CODES:
        return term.text == other.text
    if term.prefix:
        return other.prefix and term.text.startswith(other.text)
    return occurs(other, term.text)


def _contradictions(strategy: Strategy) -> Iterator[Finding]:
    """Alternatives that what is excluded always takes away; all of them: no post can match."""
    operands = strategy.node.operands if isinstance(strategy.node, And) else (strategy.node,)
    excluded = [
        word
        for operand in operands
        if isinstance(operand, Not)
        for word in _alternatives(operand.operand)
        if isinstance(word, Term)
    ][:_COMPARED]
    places = {term: at for at, (_, terms) in strategy.expression.words.items() for term in terms}
    for operand in operands:
        if isinstance(operand, Not):
            continue
        choices = _alternatives(operand)[:_COMPARED]
        lost = [
            (term, other)
            for term in choices
            if isinstance(term, Term)
            for other in excluded
            if implies(term, other)
        ]
        every = len({term for term, _ in lost}) == len(_alternatives(operand))
        for term, other in lost:
            values = {"term": term.text, "other": other.text}
            remark = Remark.NEVER if every else Remark.NEVER_COUNTS
            yield Finding(remark, position=places.get(term, 0), values=values)
    yield from _two_codes(operands)


def _two_codes(operands: tuple[Node, ...]) -> Iterator[Finding]:
    """A post has one platform and one language."""
    asked: dict[Field, Term] = {}
    for operand in operands:
        if isinstance(operand, Term) and operand.field in CODES:
            other = asked.setdefault(operand.field, operand)
            if other.text != operand.text:
                values = {"term": written(operand), "other": written(other)}
                yield Finding(Remark.NEVER, values=values)


def _alternatives(node: Node) -> tuple[Node, ...]:
    return tuple(dict.fromkeys(node.operands)) if isinstance(node, Or) else (node,)
