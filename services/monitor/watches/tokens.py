"""The words and signs of a watch expression, each with its place in what was typed."""

import re
from dataclasses import dataclass
from enum import StrEnum

MAX_LENGTH = 2_000


class ExpressionError(ValueError):
    """What is wrong with an expression, and where: `position` counts characters from 0."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(f"{message} (at character {position + 1})")
        self.message = message
        self.position = position


class TokenKind(StrEnum):
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    OPEN = "("
    CLOSE = ")"
    WORD = "word"
    PHRASE = "phrase"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    kind: TokenKind
    text: str
    position: int


# Operators are known in any case: a lower-case "or" that silently became a search word would make
# the watch narrower than its author believes. Quotes turn an operator back into a word.
_OPERATORS = {"and": TokenKind.AND, "or": TokenKind.OR, "not": TokenKind.NOT}
# Full-width signs are what a Chinese keyboard types.
_SIGNS = {
    "(": TokenKind.OPEN,
    "（": TokenKind.OPEN,
    ")": TokenKind.CLOSE,
    "）": TokenKind.CLOSE,
    "|": TokenKind.OR,
    "｜": TokenKind.OR,
}
_QUOTES = '"“”＂'
_LEXEME = re.compile(
    rf"(?P<space>\s+)"
    rf"|(?P<sign>[()（）|｜])"
    rf"|[{_QUOTES}](?P<phrase>[^{_QUOTES}]*)(?P<closing>[{_QUOTES}]?)"
    rf"|(?P<minus>[-－])(?=[^\s)）|｜])"
    rf"|(?P<word>[^\s()（）|｜{_QUOTES}]+)"
)


def tokenize(source: str) -> list[Token]:
    """Splits `source` into tokens; the last one is END.

    Raises ExpressionError when the expression is too long or a quotation is left open.
    """
    if len(source) > MAX_LENGTH:
        raise ExpressionError(
            f"the expression has {len(source):,} characters; {MAX_LENGTH:,} are allowed", MAX_LENGTH
        )
    tokens = [_token(lexeme) for lexeme in _LEXEME.finditer(source) if lexeme.lastgroup != "space"]
    return [*tokens, Token(TokenKind.END, "", len(source))]


def _token(lexeme: re.Match[str]) -> Token:
    text, position = lexeme[0], lexeme.start()
    if lexeme["phrase"] is not None:
        if not lexeme["closing"]:
            raise ExpressionError("this quotation is not closed", position)
        return Token(TokenKind.PHRASE, lexeme["phrase"], position)
    if lexeme["minus"]:
        return Token(TokenKind.NOT, text, position)
    if lexeme["sign"]:
        return Token(_SIGNS[text], text, position)
    return Token(_OPERATORS.get(text.lower(), TokenKind.WORD), text, position)
