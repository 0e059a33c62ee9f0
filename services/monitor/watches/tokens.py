"""The words and signs of a watch expression, each with its place in what was typed."""

import re
from dataclasses import dataclass
from enum import StrEnum

from services.monitor.watches.nodes import Field

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
    NEAR = "NEAR/n"
    THEN = "THEN/n"
    COUNT = "n OF"
    FIELD = "field:"
    OPEN = "("
    CLOSE = ")"
    COMMA = ","
    WORD = "word"
    PHRASE = "phrase"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """`number` is the n of NEAR/n, THEN/n and n OF; `field` what a field token names."""

    kind: TokenKind
    text: str
    position: int
    number: int = 0
    field: Field = Field.ANY


# Operators are known in any case: a lower-case "or" that silently became a search word would make
# the watch narrower than its author believes. Quotes turn an operator back into a word.
_OPERATORS = {
    "and": TokenKind.AND,
    "与": TokenKind.AND,
    "且": TokenKind.AND,
    "or": TokenKind.OR,
    "或": TokenKind.OR,
    "not": TokenKind.NOT,
    "非": TokenKind.NOT,
}
_DISTANCES = {
    "near": TokenKind.NEAR,
    "邻近": TokenKind.NEAR,
    "then": TokenKind.THEN,
    "先后": TokenKind.THEN,
}
FIELDS = {
    "title": Field.TITLE,
    "标题": Field.TITLE,
    "author": Field.AUTHOR,
    "作者": Field.AUTHOR,
    "platform": Field.PLATFORM,
    "平台": Field.PLATFORM,
    "region": Field.REGION,
    "地区": Field.REGION,
    "language": Field.LANGUAGE,
    "语言": Field.LANGUAGE,
    "source": Field.SOURCE,
    "来源": Field.SOURCE,
}
# Full-width signs are what a Chinese keyboard types.
_SIGNS = {
    "(": TokenKind.OPEN,
    "（": TokenKind.OPEN,
    ")": TokenKind.CLOSE,
    "）": TokenKind.CLOSE,
    "|": TokenKind.OR,
    "｜": TokenKind.OR,
}
_QUOTES = '"“”＂「」『』'
_COMMAS = ",，、;；"
# Between the brackets of "n OF (…)" a comma separates; elsewhere it belongs to the word (1,000).
_LEXEMES = {
    listing: re.compile(
        rf"(?P<space>\s+)"
        rf"|(?P<count>(?:至少\s*(?P<least>\d{{1,3}})|(?P<of>\d{{1,3}})\s+of)\s*(?=[(（]))"
        rf"|(?P<near>near|then|邻近|先后)[/／](?P<apart>\d{{1,4}})(?=[\s(（{_QUOTES}]|$)"
        rf"|(?P<field>{'|'.join(FIELDS)})[:：]"
        rf"|(?P<sign>[()（）|｜])"
        rf"|(?P<comma>{f'[{_COMMAS}]' if listing else '(?!)'})"
        rf"|[{_QUOTES}](?P<phrase>[^{_QUOTES}]*)(?P<closing>[{_QUOTES}]?)"
        rf"|(?P<minus>[-－])(?=[^\s)）|｜])"
        rf"|(?P<word>[^\s()（）|｜{_QUOTES}{_COMMAS if listing else ''}]+)",
        re.IGNORECASE,
    )
    for listing in (False, True)
}


def tokenize(source: str) -> list[Token]:
    """Splits `source` into tokens; the last one is END.

    Raises ExpressionError when the expression is too long or a quotation is left open.
    """
    if len(source) > MAX_LENGTH:
        raise ExpressionError(
            f"the expression has {len(source):,} characters; {MAX_LENGTH:,} are allowed", MAX_LENGTH
        )
    tokens: list[Token] = []
    listing = [False]  # for each open bracket, whether it holds a list
    position = 0
    while lexeme := _LEXEMES[listing[-1]].match(source, position):
        position = lexeme.end()
        if lexeme["space"]:
            continue
        token = _token(lexeme)
        if token.kind is TokenKind.OPEN:
            listing.append(bool(tokens) and tokens[-1].kind is TokenKind.COUNT)
        elif token.kind is TokenKind.CLOSE and len(listing) > 1:
            listing.pop()
        tokens.append(token)
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
    if lexeme["comma"]:
        return Token(TokenKind.COMMA, text, position)
    if lexeme["count"]:
        number = int(lexeme["least"] or lexeme["of"])
        return Token(TokenKind.COUNT, text.strip(), position, number=number)
    if lexeme["near"]:
        kind = _DISTANCES[lexeme["near"].lower()]
        return Token(kind, text, position, number=int(lexeme["apart"]))
    if lexeme["field"]:
        return Token(TokenKind.FIELD, text, position, field=FIELDS[lexeme["field"].lower()])
    return Token(_OPERATORS.get(text.lower(), TokenKind.WORD), text, position)
