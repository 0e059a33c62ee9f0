"""An expression that cannot be read, as it could be written: offered to a person, never assumed."""

import re

from services.monitor.watches.expression import Aliases, parse
from services.monitor.watches.mistakes import ExpressionError
from shared.folding import fold, is_word_character

_QUOTED = re.compile(r'("[^"]*"|“[^”]*”|「[^」]*」)')
_DENSE = r"[^\W\u0000-\u0dff]"
_RESPELT = (
    (re.compile(r"[\[【{［｛]"), "("),
    (re.compile(r"[\]】}］｝]"), ")"),
    (re.compile(r"[^\S\n]*(?:[，、；;]|(?<!\d),|,(?!\d))[^\S\n]*"), " OR "),
    (re.compile(rf"(?<={_DENSE})[/／](?={_DENSE})"), " OR "),
    (re.compile(rf"(?<={_DENSE})[-－–](?={_DENSE})"), " -"),
    (re.compile(rf"(?<=[^\W_])(?<!{_DENSE})[+＋](?=[^\W_])(?!{_DENSE})"), " AND "),
)
_TRAILING = re.compile(r"(?:\s+OR)+\s*$|^\s*(?:OR\s+)+")


def rewritten(source: str, aliases: Aliases) -> str | None:
    """Returns how `source` could be written, None where nothing that can be read comes of it.

    Lists (a keyword a line, or with commas between) become alternatives, other brackets and signs
    those of this language.
    """
    one = _respelt(source)
    lines: dict[str, str] = {}
    for line in one.splitlines():
        if line.strip():
            lines.setdefault(fold(line), line.strip())
    attempts = [one]
    if all(_readable(line, aliases) for line in lines.values()):
        attempts.append(" OR ".join(map(_part, lines.values())))
    attempts.append(" OR ".join(line.strip() for line in one.strip().splitlines()))
    return next((each for each in attempts if each != source and _readable(each, aliases)), None)


def _readable(source: str, aliases: Aliases) -> bool:
    try:
        parse(source, aliases)
    except ExpressionError:
        return False
    return True


def _respelt(source: str) -> str:
    pieces = _QUOTED.split(source)
    for index in range(0, len(pieces), 2):
        for pattern, sign in _RESPELT:
            pieces[index] = pattern.sub(sign, pieces[index])
    return "\n".join(_TRAILING.sub("", line) for line in "".join(pieces).splitlines())


def _part(line: str) -> str:
    """One line of a list: several alphabetic words are a name, anything else a group."""
    words = line.split()
    if len(words) == 1:
        return line
    if all(is_word_character(character) for word in words for character in word):
        return line if {"AND", "OR", "NOT"} & set(words) else f'"{line}"'
    return f"({line})"
