"""The drawings of the report, as SVG that takes its colours from the page."""

from collections.abc import Sequence
from math import floor
from typing import Final, NamedTuple

from services.analysis.releases.metrics import Bin, CoveragePoint, Interval

_WIDTH: Final = 420
_HEIGHT: Final = 280
_LEFT: Final = 40
_RIGHT: Final = 408
_TOP: Final = 12
_HISTOGRAM: Final = 34
_STEPS: Final = (0.02, 0.05, 0.1, 0.2)


class Frame(NamedTuple):
    """Where a drawing's values lie on the paper: x from 0 to 1, y from `lowest` to 1."""

    lowest: float
    bottom: float

    def x(self, value: float) -> float:
        return _LEFT + value * (_RIGHT - _LEFT)

    def y(self, value: float) -> float:
        share = (value - self.lowest) / (1 - self.lowest)
        return self.bottom - share * (self.bottom - _TOP)


def reliability_chart(model: Sequence[Bin], baseline: Sequence[Bin] | None) -> str:
    """Accuracy over confidence: on the diagonal a model is as right as it says. The foot shows
    how many rows lie in each bin."""
    frame = Frame(0.0, _HEIGHT - 26 - _HISTOGRAM)
    most = max((each.rows for each in model), default=1)
    foot = _HEIGHT - 22.0
    bars, crowd = "", ""
    for each in model:
        left, right = frame.x(each.low) + 1, frame.x(each.high) - 1
        top = frame.y(each.accuracy)
        bars += _rect("bar", left, top, right - left, frame.bottom - top)
        bars += _line("cap", left, top, right, top)
        height = each.rows / most * (_HISTOGRAM - 6)
        crowd += _rect("crowd", left, foot - height, right - left, height)
    dots = "".join(
        f'<circle class="dot base" cx="{frame.x(each.confidence):.1f}" '
        f'cy="{frame.y(each.accuracy):.1f}" r="3"/>'
        for each in baseline or ()
    )
    diagonal = _line("ideal", frame.x(0), frame.y(0), frame.x(1), frame.y(1))
    return _svg(_grid(frame, [0, 0.25, 0.5, 0.75, 1]) + bars + crowd + diagonal + dots)


def coverage_chart(model: Sequence[CoveragePoint], baseline: Sequence[CoveragePoint] | None) -> str:
    """Accuracy over the share of rows that is answered, most confident first."""
    shown = [*model, *(baseline or ())]
    lowest = min(0.9, floor(10 * min((each.accuracy for each in shown), default=0)) / 10)
    frame = Frame(lowest, _HEIGHT - 26)
    step = next(each for each in _STEPS if (1 - lowest) / each < 6)
    ticks = [1 - step * at for at in range(6) if 1 - step * at > lowest - 0.001]
    mark = _line("ideal", frame.x(0.8), frame.y(lowest), frame.x(0.8), frame.y(1))
    lines = _curve("line base", baseline, frame) if baseline else ""
    return _svg(_grid(frame, ticks) + mark + lines + _curve("line", model, frame))


def interval_bar(share: float, interval: Interval, baseline: float | None, lowest: float) -> str:
    """A share with its interval, and the baseline's share as a mark, from `lowest` to 1."""

    def x(value: float) -> float:
        return 4 + max(0.0, (value - lowest) / (1 - lowest)) * 272

    mark = _line("tick base", x(baseline), 2, x(baseline), 14) if baseline is not None else ""
    return (
        '<svg class="interval" viewBox="0 0 280 16" aria-hidden="true">'
        + _line("axis", 4, 8, 276, 8)
        + _line("reach", x(interval.low), 8, x(interval.high), 8)
        + mark
        + f'<circle class="dot" cx="{x(share):.1f}" cy="8" r="4"/></svg>'
    )


def _grid(frame: Frame, ticks: Sequence[float]) -> str:
    lines = "".join(
        _line("grid", _LEFT, frame.y(tick), _RIGHT, frame.y(tick))
        + _text(_LEFT - 6, frame.y(tick) + 4, f"{100 * tick:.0f}", "end")
        for tick in ticks
    )
    feet = "".join(
        _text(frame.x(step / 5), _HEIGHT - 6, f"{20 * step}", "middle") for step in range(6)
    )
    return lines + feet


def _curve(kind: str, points: Sequence[CoveragePoint], frame: Frame) -> str:
    path = " ".join(f"{frame.x(each.coverage):.1f},{frame.y(each.accuracy):.1f}" for each in points)
    return f'<polyline class="{kind}" points="{path}"/>'


def _svg(inside: str) -> str:
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" aria-hidden="true">{inside}</svg>'


def _rect(kind: str, x: float, y: float, width: float, height: float) -> str:
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
        f'height="{max(0.0, height):.1f}"/>'
    )


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>'
