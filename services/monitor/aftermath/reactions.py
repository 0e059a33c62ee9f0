"""How a matter went on after a statement: shares with their intervals, and what they allow to say.

Pure. A share of few posts says little: below `FEWEST` opinions on a side nothing is said of it.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

from services.monitor.indicators.negativity import wilson

# With ten opinions on each side a share has to change by some 45 points before that is no chance.
FEWEST = 10


class Reaction(StrEnum):
    """What the negative share did after a statement, as far as the counts can tell."""

    FELL = "fell"
    ROSE = "rose"
    NO_DIFFERENCE = "no_difference"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Counts:
    """Posts in a stretch of time, of how many the opinion is known, how many of those negative."""

    posts: int
    opinions: int
    negative: int

    @property
    def share(self) -> float | None:
        """The negative share; None where no opinion is known."""
        return self.negative / self.opinions if self.opinions else None

    @property
    def interval(self) -> tuple[float, float]:
        """Its 95 % interval (Wilson)."""
        return wilson(self.negative, self.opinions)


def difference(before: Counts, after: Counts) -> tuple[float, float, float] | None:
    """Returns the negative share after less that before, and its 95 % interval from the two score
    intervals (Newcombe 1998, method 10); None where either is unknown."""
    share_b, share_a = before.share, after.share
    if share_b is None or share_a is None:
        return None
    (low_b, high_b), (low_a, high_a) = before.interval, after.interval
    change = share_a - share_b
    return (
        change,
        change - math.hypot(share_a - low_a, high_b - share_b),
        change + math.hypot(high_a - share_a, share_b - low_b),
    )


def reaction(before: Counts, after: Counts) -> Reaction:
    """What can be said of the change."""
    changed = difference(before, after)
    if changed is None or min(before.opinions, after.opinions) < FEWEST:
        return Reaction.TOO_FEW
    _, low, high = changed
    if high < 0:
        return Reaction.FELL
    return Reaction.ROSE if low > 0 else Reaction.NO_DIFFERENCE


_VERDICTS = {
    Reaction.FELL: ("the negative share fell", "负面占比下降"),
    Reaction.ROSE: ("the negative share rose", "负面占比上升"),
    Reaction.NO_DIFFERENCE: ("no difference can be told", "未见可辨的差异"),
    Reaction.TOO_FEW: ("too few to tell", "样本过少，无法判断"),
}


def in_words(hours: int, before: Counts, after: Counts) -> tuple[str, str]:
    """What happened in the hours before and after, in English and in Chinese."""
    verdict, verdict_zh = _VERDICTS[reaction(before, after)]
    text = (
        f"{hours} h before the statement: {_side(before)}; {hours} h after: {_side(after)}. "
        f"{verdict[0].upper()}{verdict[1:]}."
    )
    sides = f"声明前{hours}小时：{_side_zh(before)}；声明后{hours}小时：{_side_zh(after)}"
    text_zh = f"{sides}。{verdict_zh}。"
    return text, text_zh


def _side(counts: Counts) -> str:
    if counts.share is None:
        return f"{counts.posts} posts, none analysed"
    low, high = counts.interval
    return (
        f"{counts.posts} posts, {counts.negative} of {counts.opinions} analysed negative "
        f"({100 * low:.0f} to {100 * high:.0f} %)"
    )


def _side_zh(counts: Counts) -> str:
    if counts.share is None:
        return f"{counts.posts}帖，均未分析"
    low, high = counts.interval
    return (
        f"{counts.posts}帖，已分析{counts.opinions}帖中{counts.negative}帖负面"
        f"（{100 * low:.0f}%至{100 * high:.0f}%）"
    )
