"""The query language of a watch: from what a person types to a tree, and back to reasons.

    (平安银行 OR "ping an bank") AND (投诉 OR 理财 -招聘)

Side by side means AND; NOT binds before AND before OR; `-word` is NOT word, `|` is OR; quotes make
a phrase. Spelling is folded (`fold`); alphabetic words are found whole, Chinese words anywhere.
A further operator (NEAR/n, n of, fields) is a node class here, a token, and a case in `holds` and
`_signed_terms`; what selects a watch for a post (`matching.py`) follows from those.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import TypeAlias

from services.monitor.watches.borders import occurs
from services.monitor.watches.tokens import ExpressionError, Token, TokenKind, tokenize
from shared.folding import fold

MAX_TERMS = 200
MAX_DEPTH = 30


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase, folded."""

    text: str


@dataclass(frozen=True, slots=True)
class Not:
    operand: "Node"


@dataclass(frozen=True, slots=True)
class And:
    operands: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    operands: tuple["Node", ...]


Node: TypeAlias = Term | Not | And | Or


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an expression holds for a text or does not; terms are folded, in the order typed.

    `found` and `missing` are the terms that are asked for, `excluded_by` the excluded ones that
    are there.
    """

    holds: bool
    found: tuple[str, ...]
    missing: tuple[str, ...]
    excluded_by: tuple[str, ...]


def parse(source: str) -> Node:
    """Reads an expression.

    Raises ExpressionError, which names what is wrong and where. An expression that would hold for
    a text with none of its words ("NOT a", "a OR NOT b") is refused: it would match every post.
    """
    node = _Parser(tokenize(source)).parse()
    if holds(node, frozenset()):
        raise ExpressionError(
            "the expression only excludes: it would match every post without these words;"
            " add a word that must be there",
            0,
        )
    return node


def holds(node: Node, present: Set[str]) -> bool:
    """Evaluates `node` for a text in which exactly the terms `present` occur."""
    match node:
        case Term(text):
            return text in present
        case Not(operand):
            return not holds(operand, present)
        case And(operands):
            return all(holds(operand, present) for operand in operands)
        case Or(operands):
            return any(holds(operand, present) for operand in operands)


def terms_of(node: Node) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Returns the terms that `node` asks for and those that it excludes, each once, in order."""
    signed = list(_signed_terms(node, wanted=True))
    return (
        tuple(dict.fromkeys(text for text, wanted in signed if wanted)),
        tuple(dict.fromkeys(text for text, wanted in signed if not wanted)),
    )


def explain(node: Node, text: str) -> Explanation:
    """Tells which terms of `node` occur in `text` (as written; it is folded here)."""
    folded = fold(text)
    wanted, excluded = terms_of(node)
    present = frozenset(term for term in (*wanted, *excluded) if occurs(term, folded))
    return Explanation(
        holds=holds(node, present),
        found=tuple(term for term in wanted if term in present),
        missing=tuple(term for term in wanted if term not in present),
        excluded_by=tuple(term for term in excluded if term in present),
    )


def _signed_terms(node: Node, *, wanted: bool) -> Iterator[tuple[str, bool]]:
    match node:
        case Term(text):
            yield text, wanted
        case Not(operand):
            yield from _signed_terms(operand, wanted=not wanted)
        case And(operands) | Or(operands):
            for operand in operands:
                yield from _signed_terms(operand, wanted=wanted)


class _Parser:
    """Recursive descent; the depth is counted, so that no input can exhaust the stack."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._terms = 0
        self._depth = 0

    def parse(self) -> Node:
        if self._peek.kind is TokenKind.END:
            raise ExpressionError("the expression is empty", 0)
        node = self._any()
        if self._peek.kind is TokenKind.CLOSE:
            raise ExpressionError("this parenthesis closes nothing", self._peek.position)
        return node

    @property
    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._peek
        self._next += 1
        return token

    def _any(self) -> Node:
        operands = [self._all()]
        while self._peek.kind is TokenKind.OR:
            self._take()
            operands.append(self._all())
        return operands[0] if len(operands) == 1 else Or(tuple(operands))

    def _all(self) -> Node:
        operands = [self._one()]
        while self._peek.kind not in (TokenKind.OR, TokenKind.CLOSE, TokenKind.END):
            if self._peek.kind is TokenKind.AND:
                self._take()
            operands.append(self._one())
        return operands[0] if len(operands) == 1 else And(tuple(operands))

    def _one(self) -> Node:
        token = self._take()
        if token.kind in (TokenKind.WORD, TokenKind.PHRASE):
            return self._term(token)
        if token.kind not in (TokenKind.NOT, TokenKind.OPEN):
            raise ExpressionError(self._missing_operand(token), token.position)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionError(f"nested more than {MAX_DEPTH} deep", token.position)
        node = Not(self._one()) if token.kind is TokenKind.NOT else self._group(token)
        self._depth -= 1
        return node

    def _group(self, opening: Token) -> Node:
        node = self._any()
        if self._take().kind is not TokenKind.CLOSE:
            raise ExpressionError("this parenthesis is not closed", opening.position)
        return node

    def _term(self, token: Token) -> Term:
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise ExpressionError(f"more than {MAX_TERMS} words and phrases", token.position)
        text = fold(token.text)
        if not text:
            raise ExpressionError("there is nothing to look for in this phrase", token.position)
        if token.kind is TokenKind.WORD and text == "-":
            raise ExpressionError(
                "“-” must stand directly before the word that it excludes", token.position
            )
        return Term(text)

    def _missing_operand(self, token: Token) -> str:
        before = self._tokens[self._next - 2] if self._next > 1 else None
        found = "the end" if token.kind is TokenKind.END else f"“{token.text}”"
        if before is None:
            return f"the expression cannot begin with {found}"
        return f"a word, phrase or group must follow “{before.text}”, not {found}"
