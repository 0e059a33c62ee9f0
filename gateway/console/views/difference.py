"""What changed between two versions of a text, piece by piece."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

# A Chinese character is a piece of its own, a Latin word or a number is one piece.
_PIECES = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)
# A shorter stretch that two different passages share by chance is not shown as kept: it would cut
# both into shreds that nobody can read.
_SHORTEST_KEPT = 3


@dataclass(frozen=True)
class Piece:
    """A stretch of text that stayed (`kept`), came (`added`) or went (`removed`)."""

    kind: str
    text: str


def differences(before: str | None, after: str | None) -> list[Piece]:
    """The pieces in reading order; what went stands before what came in its place."""
    old, new = _PIECES.findall(before or ""), _PIECES.findall(after or "")
    stretches = list(_stretches(old, new))
    found: list[Piece] = []
    went = came = ""
    for index, (kept, old_text, new_text) in enumerate(stretches):
        inside = 0 < index < len(stretches) - 1
        if kept and not (inside and len(old_text.strip()) < _SHORTEST_KEPT):
            found += _changed(went, came)
            went = came = ""
            found.append(Piece("kept", old_text))
        else:
            went, came = went + old_text, came + new_text
    return found + _changed(went, came)


def _stretches(old: list[str], new: list[str]) -> Iterator[tuple[bool, str, str]]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, from_old, to_old, from_new, to_new in matcher.get_opcodes():
        yield tag == "equal", "".join(old[from_old:to_old]), "".join(new[from_new:to_new])


def _changed(went: str, came: str) -> list[Piece]:
    pieces = (Piece("removed", went), Piece("added", came))
    return [piece for piece in pieces if piece.text]
