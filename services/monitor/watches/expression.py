"""The query language of a watch: from what a person types to a tree.

    (平安银行 OR "ping an bank") AND 2 OF (投诉, 理财, 暴雷) NOT title:招聘

Side by side means AND, on one line; NEAR/n binds before NOT before AND before OR; `-word` is NOT
word, `|` is OR, `+` is AND; quotes make a phrase; `@name` stands for the spellings of an alias.
Spelling is folded (`fold`); alphabetic words are found whole (`pay*`: by their beginning), Chinese
words anywhere.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from services.monitor.watches.habits import check_word
from services.monitor.watches.mistakes import ExpressionError, Mistake
from services.monitor.watches.nodes import (
    CODES,
    And,
    AtLeast,
    Field,
    Leaf,
    Near,
    Node,
    Not,
    Or,
    Term,
    Within,
)
from services.monitor.watches.tokens import Token, TokenKind, tokenize
from shared.folding import fold, is_word_character

MAX_TERMS = 1_000
# With the spellings of aliases, and with what a watch excludes besides its expression.
MAX_SPELLINGS = 1_000
MAX_DEPTH = 30
MAX_DISTANCE = 100

Aliases: TypeAlias = Mapping[str, Sequence[str]]
_NO_ALIASES: Aliases = {}
_ENDS = (TokenKind.OR, TokenKind.CLOSE, TokenKind.COMMA, TokenKind.END)
_BOTH = (TokenKind.AND, TokenKind.PLUS)
_DISTANCES = (TokenKind.NEAR, TokenKind.THEN)


@dataclass(slots=True)
class Parsed:
    """An expression as it was read.

    `words`: what was typed where, by position, with the terms that it became; `mixed`: positions of
    ORs beside which an AND stands without parentheses.
    """

    node: Node
    words: dict[int, tuple[Token, tuple[Term, ...]]] = field(default_factory=dict)
    mixed: list[int] = field(default_factory=list)


def parse(source: str, aliases: Aliases = _NO_ALIASES) -> Node:
    """Reads an expression; `aliases`: spellings by folded name.

    Raises ExpressionError, which names what is wrong and where. An expression that would hold for
    a text with none of its words ("NOT a", "a OR NOT b") is refused: it would match every post.
    """
    return parse_closely(source, aliases).node


def parse_closely(source: str, aliases: Aliases = _NO_ALIASES) -> Parsed:
    """Reads an expression like `parse`, and tells what stood where."""
    parsed = _Parser(tokenize(source), aliases).parse()
    if holds(parsed.node, lambda leaf: False):
        raise ExpressionError(Mistake.ONLY_EXCLUDES, 0)
    return parsed


def holds(node: Node, true: Callable[[Leaf], bool]) -> bool:
    """Evaluates `node` for a post of which exactly the conditions are true that `true` says."""
    match node:
        case Term() | Near() | Within():
            return true(node)
        case Not(operand):
            return not holds(operand, true)
        case And(operands):
            return all(holds(operand, true) for operand in operands)
        case Or(operands):
            return any(holds(operand, true) for operand in operands)
        case AtLeast(count, operands):
            return sum(holds(operand, true) for operand in operands) >= count


def alias_key(name: str) -> str:
    """What an alias is known by: its name, folded."""
    return fold(name)


def code_of(field: Field, folded: str) -> str:
    """The one spelling of a value: languages are written zh-cn and zh_CN."""
    return folded.replace("_", "-") if field is Field.LANGUAGE else folded


class _Parser:
    """Recursive descent; the depth is counted, so that no input can exhaust the stack."""

    def __init__(self, tokens: list[Token], aliases: Aliases) -> None:
        self._tokens = tokens
        self._aliases = aliases
        self._next = 0
        self._terms = 0
        self._spelt = 0
        self._depth = 0
        self._field = Field.ANY
        self._parsed = Parsed(And(()))

    def parse(self) -> Parsed:
        if self._peek.kind is TokenKind.END:
            raise ExpressionError(Mistake.EMPTY, 0)
        self._parsed.node = self._any()
        if self._peek.kind is TokenKind.CLOSE:
            raise ExpressionError(Mistake.STRAY_BRACKET, self._peek.position)
        return self._parsed

    @property
    def _peek(self) -> Token:
        return self._tokens[self._next]

    @property
    def _before(self) -> Token:
        return self._tokens[self._next - 1]

    def _take(self) -> Token:
        token = self._peek
        self._next += 1
        return token

    def _take_if(self, kind: TokenKind) -> bool:
        if self._peek.kind is not kind:
            return False
        self._next += 1
        return True

    def _any(self) -> Node:
        first, bare = self._all()
        operands, ors = [first], []
        while self._peek.kind is TokenKind.OR:
            ors.append(self._take().position)
            operand, another = self._all()
            operands.append(operand)
            bare = bare or another
        if ors and bare:
            self._parsed.mixed.append(ors[0])
        return operands[0] if len(operands) == 1 else Or(tuple(operands))

    def _all(self) -> tuple[Node, bool]:
        """A conjunction, and whether words stand side by side in it or AND between them."""
        operands = [self._near()]
        bare = False
        while self._peek.kind not in _ENDS:
            if self._peek.kind in _BOTH:
                self._take()
            elif self._peek.line > self._before.line and self._peek.kind is not TokenKind.NOT:
                # A list, a keyword a line, is meant as alternatives; AND would find nothing.
                raise ExpressionError(Mistake.NEW_LINE, self._peek.position, term=self._peek.text)
            # "a OR b -c" is as often meant as it is read; "a OR b c" rarely is.
            bare = bare or self._peek.kind is not TokenKind.NOT
            operands.append(self._near())
        return (operands[0] if len(operands) == 1 else And(tuple(operands))), bare

    def _near(self) -> Node:
        left = self._one()
        if self._peek.kind not in _DISTANCES:
            return left
        operator = self._take()
        if operator.number > MAX_DISTANCE:
            raise ExpressionError(Mistake.TOO_FAR, operator.position, limit=str(MAX_DISTANCE))
        sides = (_alternatives(left, operator), _alternatives(self._one(), operator))
        if len({term.field for side in sides for term in side}) > 1:
            raise ExpressionError(Mistake.NEAR_FIELDS, operator.position, term=operator.text)
        if sides[0][0].field in CODES:
            raise ExpressionError(Mistake.NEAR_CODE, operator.position)
        if self._peek.kind in _DISTANCES:
            raise ExpressionError(Mistake.NEAR_CHAIN, self._peek.position)
        return Near(*sides, operator.number, operator.kind is TokenKind.THEN)

    def _one(self) -> Node:
        while self._peek.kind is TokenKind.PLUS:  # +word: it must be there, as without it
            self._take()
        token = self._take()
        if token.kind in (TokenKind.WORD, TokenKind.PHRASE) or token.is_connective:
            return self._word(token)
        inner = _INNER.get(token.kind)
        if inner is None:
            raise self._missing_operand(token)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionError(Mistake.TOO_DEEP, token.position, limit=str(MAX_DEPTH))
        node = inner(self, token)
        self._depth -= 1
        return node

    def _not(self, _: Token) -> Node:
        return Not(self._near())

    def _group(self, opening: Token) -> Node:
        node = self._any()
        if self._take().kind is not TokenKind.CLOSE:
            raise ExpressionError(Mistake.OPEN_BRACKET, opening.position)
        return node

    def _count(self, token: Token) -> Node:
        opening = self._take()
        operands = [self._any()]
        while self._take_if(TokenKind.COMMA):
            operands.append(self._any())
        if self._take().kind is not TokenKind.CLOSE:
            raise ExpressionError(Mistake.OPEN_BRACKET, opening.position)
        if not 1 <= token.number <= len(operands):
            raise ExpressionError(
                Mistake.COUNT,
                token.position,
                term=token.text,
                count=str(token.number),
                limit=str(len(operands)),
            )
        return AtLeast(token.number, tuple(operands))

    def _in_field(self, token: Token) -> Node:
        if self._field is not Field.ANY:
            raise ExpressionError(Mistake.FIELD_IN_FIELD, token.position)
        self._field = token.field
        node = self._one()
        self._field = Field.ANY
        return node

    def _word(self, token: Token) -> Node:
        if token.kind is TokenKind.WORD:
            check_word(token)
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise ExpressionError(Mistake.TOO_MANY_WORDS, token.position, limit=f"{MAX_TERMS:,}")
        spellings = self._spellings(token)
        terms = tuple(dict.fromkeys(self._term(token, spelling) for spelling in spellings))
        self._parsed.words[token.position] = token, terms
        self._spelt += len(terms)
        if self._spelt > MAX_SPELLINGS:
            raise ExpressionError(
                Mistake.TOO_MANY_SPELLINGS, token.position, limit=f"{MAX_SPELLINGS:,}"
            )
        return terms[0] if len(terms) == 1 else Or(terms)

    def _spellings(self, token: Token) -> Sequence[str]:
        if token.kind is TokenKind.WORD and token.text[0] in "@＠":
            name = token.text[1:]
            # An account that is called so goes on being found by its name.
            return [name, *known] if (known := self._aliases.get(alias_key(name))) else [token.text]
        return [token.text]

    def _term(self, token: Token, spelling: str) -> Term:
        text = fold(spelling)
        if not text:
            raise ExpressionError(Mistake.NOTHING_TO_FIND, token.position)
        begun = text[:-1]
        prefix = token.kind is TokenKind.WORD and text[-1] == "*" and is_word_character(begun[-1:])
        return Term(code_of(self._field, begun if prefix else text), self._field, prefix)

    def _missing_operand(self, token: Token) -> ExpressionError:
        at = token.position
        if self._next == 1:
            return ExpressionError(Mistake.CANNOT_BEGIN, at, found=token.text)
        before = self._tokens[self._next - 2].text
        if token.kind is TokenKind.END:
            return ExpressionError(Mistake.UNFINISHED, at, before=before)
        return ExpressionError(Mistake.MUST_FOLLOW, at, before=before, found=token.text)


_INNER: Mapping[TokenKind, Callable[[_Parser, Token], Node]] = {
    TokenKind.NOT: _Parser._not,
    TokenKind.OPEN: _Parser._group,
    TokenKind.COUNT: _Parser._count,
    TokenKind.FIELD: _Parser._in_field,
}


def _alternatives(node: Node, operator: Token) -> tuple[Term, ...]:
    """The terms of one side of a nearness."""
    operands = node.operands if isinstance(node, Or) else (node,)
    terms = tuple(term for term in operands if isinstance(term, Term))
    if len(terms) < len(operands):
        raise ExpressionError(Mistake.NEAR_GROUP, operator.position, term=operator.text)
    return terms
