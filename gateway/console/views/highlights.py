"""A text in pieces: what was found in it, and what stands between."""

from collections.abc import Iterable, Mapping
from typing import Any


def pieces(
    text: str | None, spans: Iterable[Mapping[str, Any]], part: str = "text"
) -> list[tuple[str, bool]]:
    """Returns the pieces of a text in order, each with whether it was found.

    `spans` as the API tells them, in order and apart: characters from `start` up to `end`.
    """
    shown = text or ""
    found: list[tuple[str, bool]] = []
    at = 0
    for span in spans:
        if span.get("part") == part and span["start"] >= at:
            found.append((shown[at : span["start"]], False))
            found.append((shown[span["start"] : span["end"]], True))
            at = span["end"]
    found.append((shown[at:], False))
    return [(piece, marked) for piece, marked in found if piece]
