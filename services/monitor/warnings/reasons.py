"""Why a warning has its level, in figures for programs and in words for people."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from services.monitor.warnings.causes import Cause, Indicator
from shared.contracts.warnings import Reason

Format: TypeAlias = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class _Wording:
    """Sentences with places for value and threshold, `below` for a threshold that is not reached;
    in English and Chinese, each with its manner of writing figures. Further figures of a cause have
    places by name; `seconds` are said as a `span`."""

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
    more = {name: _number(value) for name, value in cause.figures.items()}
    seconds = cause.figures.get("seconds", 0.0)
    return Reason(
        code=cause.indicator,
        value=cause.value,
        threshold=cause.threshold,
        unit=wording.unit,
        text=english.format(
            wording.english(cause.value),
            wording.english(cause.threshold),
            span=_span(seconds, "1 minute", "{:,.0f} minutes", "{:,.0f} hours"),
            **more,
        ),
        text_zh=chinese.format(
            wording.chinese(cause.value),
            wording.chinese(cause.threshold),
            span=_span(seconds, "1 分钟", "{:,.0f} 分钟", "{:,.0f} 小时"),
            **more,
        ),
    )


def _number(value: float) -> str:
    return f"{value:,.1f}".removesuffix(".0") if value < 10 else f"{value:,.0f}"


def _percent(value: float) -> str:
    return f"{value:.0%}"


def _in_ten_thousands(value: float) -> str:
    return f"{_number(value / 10_000)} 万" if value >= 10_000 else _number(value)


def _of_100(value: float) -> str:
    # Never "100 of 100": what is told is a part of past events, and no certainty.
    return f"{min(99.0, value * 100):.0f}"


def _span(seconds: float, minute: str, minutes: str, hours: str) -> str:
    if seconds < 90:
        return minute
    return minutes.format(seconds / 60) if seconds < 7_200 else hours.format(seconds / 3_600)


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
            "The heat is {} posts an hour, below the {} of the level.",
            "热度为每小时 {} 条，低于本级阈值 {} 条。",
        ),
        english=_number,
        chinese=_number,
    ),
    Indicator.OUTLOOK: _Wording(
        unit="share",
        reached=(
            "{posts} posts in {span} from {authors} people; of 100 past events that came to look "
            "like this, {} grew past {size} posts within a day ({} are enough).",
            "{span}内 {posts} 条、{authors} 人参与；历史上走势相同的 100 起事件中有 {} 起"
            "在一天内超过 {size} 条，达到 {} 起即预警。",
        ),
        below=(
            "{posts} posts in {span} from {authors} people; of 100 past events that came to look "
            "like this, {} grew past {size} posts within a day, fewer than the {} that count.",
            "{span}内 {posts} 条、{authors} 人参与；历史上走势相同的 100 起事件中有 {} 起"
            "在一天内超过 {size} 条，未达到 {} 起。",
        ),
        english=_of_100,
        chinese=_of_100,
    ),
    Indicator.SIZE: _Wording(
        unit="posts",
        reached=(
            "{} posts in {span} from {authors} people; what grows past {} within a day is large.",
            "{span}内 {} 条、{authors} 人参与；一天内超过 {} 条即为规模较大的话题。",
        ),
        below=(
            "{} posts in {span} from {authors} people, not more than the {} of what is large.",
            "{span}内 {} 条、{authors} 人参与，未超过 {} 条的规模。",
        ),
        english=_whole,
        chinese=_whole,
    ),
    Indicator.SURGE: _Wording(
        unit="evidence",
        reached=(
            "In {span} the watch was mentioned {count} times, where {expected} are usual at this "
            "hour and weekday, and this story is most of it (evidence {}, {} are enough).",
            "{span}内监测方案命中 {count} 条，该时段通常为 {expected} 条，主要来自本话题"
            "（证据强度 {}，达到 {} 即预警）。",
        ),
        below=(
            "In {span} the watch was mentioned {count} times, where {expected} are usual at this "
            "hour and weekday (evidence {}, fewer than the {} that count).",
            "{span}内监测方案命中 {count} 条，该时段通常为 {expected} 条"
            "（证据强度 {}，未达到 {}）。",
        ),
        english=_number,
        chinese=_number,
    ),
    Indicator.RESURGENCE: _Wording(
        unit="posts/h",
        reached=(
            "What an earlier incident was about is back after a quiet time: {posts} posts in "
            "{span}, {} an hour now ({} are enough).",
            "此前事件的内容在平静后再度出现：{span}内 {posts} 条，"
            "目前每小时 {} 条，达到 {} 条即预警。",
        ),
        below=(
            "What an earlier incident was about is spoken of: {posts} posts in {span}, {} an hour "
            "now, fewer than the {} that count.",
            "此前事件的内容仍有提及：{span}内 {posts} 条，目前每小时 {} 条，未达到 {} 条。",
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
