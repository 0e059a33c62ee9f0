"""What people type who come from other tools, and what it is probably meant to be.

Signs that no word has are refused with how to write them; `rewritten` offers the whole expression
as this language has it.
"""

import re
import unicodedata

from services.monitor.watches.mistakes import ExpressionError, Mistake
from services.monitor.watches.tokens import Token
from shared.folding import fold

_LINK = re.compile(r"https?://", re.IGNORECASE)
_DENSE = r"[^\W\u0000-\u0dff]"
_DASH_INSIDE = re.compile(rf"(?<={_DENSE})[-－–](?={_DENSE})")
_PLUS_INSIDE = re.compile(r"(?<=[^\W_])[+＋](?=[^\W_])")
# A comma between digits belongs to the number.
_SEPARATOR = re.compile(rf"[，、；;]|(?<!\d),|,(?!\d)|(?<={_DENSE})[/／](?={_DENSE})")
_BRACKETS = dict(zip("[【{《〈<［｛", "]】}》〉>］｝", strict=True))
_HOW_NEAR = re.compile(r"(?:NEAR|THEN|ONEAR)\d*|(?i:near|then|onear|邻近|先后)[/／].*|[~/／]\d+")


def check_word(token: Token) -> None:
    """Raises ExpressionError where a word that stands without quotes has a sign that is probably
    meant otherwise."""
    text, at = token.text, token.position
    if _LINK.match(text):
        return
    if _HOW_NEAR.fullmatch(text):
        raise ExpressionError(Mistake.HOW_NEAR, at)
    if fold(text)[:1] in tuple("-–—−") or text[-1] in "-－":
        raise ExpressionError(Mistake.DASH, at)
    for pattern, mistake in (
        (_SEPARATOR, Mistake.SEPARATOR),
        (_DASH_INSIDE, Mistake.DASH_INSIDE),
        (_PLUS_INSIDE, Mistake.PLUS_INSIDE),
    ):
        if found := pattern.search(text):
            left, right, *_ = pattern.split(text)
            values = {"term": text, "left": left or "a", "right": right or "b"}
            raise ExpressionError(mistake, at + found.start(), **values)
    if _one_bracket(text):
        raise ExpressionError(Mistake.OTHER_BRACKETS, at, term=text)
    if all(unicodedata.category(character) in _NO_WORD for character in fold(text) or "x"):
        raise ExpressionError(Mistake.ONLY_SIGNS, at, term=text)


# Punctuation and signs of reckoning; emoji and characters like © are others.
_NO_WORD = frozenset({"Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Sm", "Sc", "Sk", "Zs"})


def _one_bracket(text: str) -> bool:
    """Tells whether a bracket stands at an end of a word, and its fellow not at the other."""
    opening, closing = text[0] in _BRACKETS, text[-1] in _BRACKETS.values()
    paired = opening and text[-1] == _BRACKETS[text[0]] and len(text) > 2
    return (opening or closing) and not paired and text not in ("<3",)
