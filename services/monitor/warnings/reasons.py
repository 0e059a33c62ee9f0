"""Why a warning has its level, in figures for programs and in words for people."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from services.monitor.warnings.levels import Cause, Indicator
from shared.contracts.warnings import Reason

Format: TypeAlias = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class _Wording:
    """Sentences with places for value and threshold, `below` for a threshold that is not reached;
    in English and Chinese, each with its manner of writing figures."""

    unit: str
    reached: tuple[str, str]
    below: tuple[str, str]
    english: Format
    chinese: Format


def reason(cause: Cause) -> Reason:
    """Returns a cause as a reason with its sentences in English and Chinese."""
    wording = _WORDINGS[cause.indicator]
    reached = cause.value >= cause.threshold
    english, chinese = wording.reached if reached else wording.below
    return Reason(
        code=cause.indicator,
        value=cause.value,
        threshold=cause.threshold,
        unit=wording.unit,
        text=english.format(wording.english(cause.value), wording.english(cause.threshold)),
        text_zh=chinese.format(wording.chinese(cause.value), wording.chinese(cause.threshold)),
    )


def _number(value: float) -> str:
    return f"{value:,.1f}".removesuffix(".0") if value < 10 else f"{value:,.0f}"


def _percent(value: float) -> str:
    return f"{value:.0%}"


def _in_ten_thousands(value: float) -> str:
    return f"{_number(value / 10_000)} 万" if value >= 10_000 else _number(value)


def _whole(value: float) -> str:
    return f"{value:,.0f}"


_WORDINGS = {
    Indicator.HEAT: _Wording(
        unit="posts/h",
        reached=(
            "The heat is {} posts an hour; the level begins at {}.",
            "热度为每小时 {} 条，达到本级阈值 {} 条。",
        ),
        below=(
            "The heat is down to {} posts an hour; the level begins at {}.",
            "热度降至每小时 {} 条，低于本级阈值 {} 条。",
        ),
        english=_number,
        chinese=_number,
    ),
    Indicator.NEGATIVE_SHARE: _Wording(
        unit="share",
        reached=(
            "At least {} of the opinions are negative; {} lowers the thresholds.",
            "负面占比不低于 {}，达到 {} 即下调阈值。",
        ),
        below=(
            "At least {} of the opinions are negative, fewer than the {} that count.",
            "负面占比不低于 {}，未达到 {}。",
        ),
        english=_percent,
        chinese=_percent,
    ),
    Indicator.SPEED: _Wording(
        unit="times",
        reached=(
            "It spreads {} times as fast as in the hours before; {} times lowers the thresholds.",
            "传播速度为此前数小时的 {} 倍，达到 {} 倍即下调阈值。",
        ),
        below=(
            "It spreads {} times as fast as in the hours before, less than the {} that count.",
            "传播速度为此前数小时的 {} 倍，未达到 {} 倍。",
        ),
        english=_number,
        chinese=_number,
    ),
    Indicator.VOICE: _Wording(
        unit="followers",
        reached=(
            "An account with {} followers spoke; {} lower the thresholds.",
            "有粉丝数 {} 的账号参与发声，达到 {} 即下调阈值。",
        ),
        below=(
            "The largest account that spoke has {} followers, fewer than the {} that count.",
            "参与发声的最大账号粉丝数为 {}，未达到 {}。",
        ),
        english=_whole,
        chinese=_in_ten_thousands,
    ),
}
