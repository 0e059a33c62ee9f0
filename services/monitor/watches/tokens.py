"""The words and signs of a watch expression, each with its place in what was typed."""

import re
from dataclasses import dataclass
from enum import StrEnum

from services.monitor.watches.mistakes import ExpressionError, Mistake
from services.monitor.watches.nodes import Field
from shared.folding import fold

# A list of five hundred names out of a spreadsheet is a watch.
MAX_LENGTH = 10_000


class TokenKind(StrEnum):
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    PLUS = "+"
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
    """`text` as typed, of a phrase without its quotes; `number` is the n of NEAR/n, THEN/n and
    n OF; `field` what a field token names; `line` on which line it stands, from 0."""

    kind: TokenKind
    text: str
    position: int
    number: int = 0
    field: Field = Field.ANY
    line: int = 0

    @property
    def is_connective(self) -> bool:
        """Whether it is a Chinese AND or OR, which is a word as well: 而且 where a word must stand
        is looked for."""
        joins = self.kind in (TokenKind.AND, TokenKind.OR)
        return joins and "一" <= self.text[0] <= "鿿"


# Operators are known in any case: a lower-case "or" that silently became a search word would make
# the watch narrower than its author believes. Quotes turn an operator back into a word.
_OPERATORS = {
    **dict.fromkeys(("and", "&", "&&", "与", "且", "并且", "而且"), TokenKind.AND),
    **dict.fromkeys(("or", "或", "或者"), TokenKind.OR),
    **dict.fromkeys(("not", "非", "不含", "不包含", "排除"), TokenKind.NOT),
}
_DISTANCES = {
    **dict.fromkeys(("near", "w", "邻近", "鄰近"), TokenKind.NEAR),
    **dict.fromkeys(("then", "onear", "先后", "先後"), TokenKind.THEN),
}
FIELDS = {
    **dict.fromkeys(("title", "intitle", "headline", "标题", "標題"), Field.TITLE),
    **dict.fromkeys(("author", "from", "作者", "账号", "帳號"), Field.AUTHOR),
    **dict.fromkeys(("platform", "平台", "平臺"), Field.PLATFORM),
    **dict.fromkeys(("region", "地区", "地區", "地域"), Field.REGION),
    **dict.fromkeys(("language", "lang", "语言", "語言"), Field.LANGUAGE),
    **dict.fromkeys(("source", "site", "来源", "來源", "网站", "網站"), Field.SOURCE),
}
_NUMERALS = {"两": 2} | {numeral: n for n, numeral in enumerate("一二三四五六七八九十", 1)}
_SIGNS = {"(": TokenKind.OPEN, ")": TokenKind.CLOSE, "+": TokenKind.PLUS}
# Full-width signs and letters are what a Chinese keyboard types. The comma and the semicolon stay:
# between numbers the half-width comma belongs to the word (1,000).
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in "，；"}
_QUOTES = '"“”「」『』'
_COMMAS = ",，、;；"
# Comes along with what is copied from web pages, and would hide an operator.
_INVISIBLE = "\u200b-\u200f\u202a-\u202e\u2060\ufeff"
_DASHES = "\\-–—−"
# Between characters of scripts without spaces a sign is an operator; after a letter it may belong
# to the word: C++, AT&T, covid-19.
_DENSE = r"[^\W\u0000-\u0dff]"
_JOINED = (
    rf"(?<!{_DENSE})\+{{2,}}|(?<!{_DENSE})\+(?!{_DENSE}|[({_QUOTES}])"
    rf"|(?<!{_DENSE})&(?!{_DENSE}|[\s&({_QUOTES}]|$)|-(?![({_QUOTES}])"
)
_LEXEMES = {
    listing: re.compile(
        rf"(?P<space>[\s{_INVISIBLE}]+)"
        rf"|(?P<count>(?:(?:至少|at\s+least)\s*(?P<least>\d{{1,3}}|[{''.join(_NUMERALS)}])\s*[个個]?"
        rf"|(?P<of>\d{{1,3}})\s+of)\s*(?=\())"
        rf"|(?P<near>{'|'.join(_DISTANCES)})/(?P<apart>\d{{1,4}})(?P<ordered>f?)"
        rf"(?=[\s({_QUOTES}{_INVISIBLE}]|$)"
        rf"|(?P<field>{'|'.join(FIELDS)}):"
        rf"|(?P<sign>[()]|\|+|&+|\+)"
        rf"|(?P<comma>{f'[{_COMMAS}]' if listing else '(?!)'})"
        rf"|[{_QUOTES}](?P<phrase>[^{_QUOTES}]*)(?P<closing>[{_QUOTES}]?)"
        rf"|['‘](?P<quoted>[^\s'‘’{_QUOTES}][^'‘’\n{_QUOTES}]*)['’](?=[\s()|]|$)"
        rf"|(?P<minus>[{_DASHES}!])(?=[^\s)|{_DASHES}!])"
        rf"|(?P<word>(?:{_JOINED}|[^\s()|+&\-{_QUOTES}{_COMMAS if listing else ''}])+)",
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
            Mistake.TOO_LONG, MAX_LENGTH, count=f"{len(source):,}", limit=f"{MAX_LENGTH:,}"
        )
    typed = source.translate(_HALF_WIDTH)
    tokens: list[Token] = []
    listing = [False]  # for each open bracket, whether it holds a list
    position = line = 0
    while lexeme := _LEXEMES[listing[-1]].match(typed, position):
        position = lexeme.end()
        if lexeme["space"]:
            line += "\n" in lexeme["space"]
            continue
        token = _token(lexeme, source[lexeme.start() : position], line)
        if token.kind is TokenKind.OPEN:
            listing.append(bool(tokens) and tokens[-1].kind is TokenKind.COUNT)
        elif token.kind is TokenKind.CLOSE and len(listing) > 1:
            listing.pop()
        tokens.append(token)
    return [*tokens, Token(TokenKind.END, "", len(source), line=line)]


def _token(lexeme: re.Match[str], text: str, line: int) -> Token:
    at = lexeme.start()
    if lexeme["phrase"] is not None and not lexeme["closing"]:
        raise ExpressionError(Mistake.OPEN_QUOTATION, at)
    if lexeme["phrase"] is not None or lexeme["quoted"]:
        return Token(TokenKind.PHRASE, text[1:-1], at, line=line)
    if lexeme["minus"]:
        return Token(TokenKind.NOT, text, at, line=line)
    if lexeme["comma"]:
        return Token(TokenKind.COMMA, text, at, line=line)
    if sign := lexeme["sign"]:
        kind = _SIGNS.get(sign) or (TokenKind.OR if sign[0] == "|" else TokenKind.AND)
        return Token(kind, text, at, line=line)
    if lexeme["count"]:
        number = lexeme["of"] or lexeme["least"]
        count = _NUMERALS.get(number) or int(number)
        return Token(TokenKind.COUNT, text.strip(), at, number=count, line=line)
    if lexeme["near"]:
        kind = TokenKind.THEN if lexeme["ordered"] else _DISTANCES[lexeme["near"].lower()]
        return Token(kind, text, at, number=int(lexeme["apart"]), line=line)
    if lexeme["field"]:
        return Token(TokenKind.FIELD, text, at, field=FIELDS[lexeme["field"].lower()], line=line)
    return Token(_OPERATORS.get(fold(text), TokenKind.WORD), text, at, line=line)
