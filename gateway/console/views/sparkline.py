"""A small line without axes: the shape of a trend beside its number."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Sparkline:
    """Paths of an SVG: the line, and the area below it."""

    width: int
    height: int
    line: str
    area: str


def sparkline(
    values: Sequence[float] | None, width: int = 88, height: int = 28
) -> Sparkline | None:
    """Draw `values` from left to right, zero at the bottom; None for fewer than two.

    The scale begins at zero, so that a flat trend looks flat.
    """
    if not values or len(values) < 2:
        return None
    top = max(*values, 1)
    step = width / (len(values) - 1)
    points = [
        f"{index * step:.1f},{height - 2 - value / top * (height - 4):.1f}"
        for index, value in enumerate(values)
    ]
    line = "M" + " L".join(points)
    return Sparkline(width, height, line, f"{line} L{width},{height} L0,{height} Z")
