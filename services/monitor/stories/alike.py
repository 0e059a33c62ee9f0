"""Which running stories may be one matter that people speak of in different words. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.monitor.stories.features import PAIR
from services.monitor.stories.frequencies import Frequencies
from services.monitor.stories.story import Story

# Cosine of two profiles. Above the second, with as many shared words as are asked for below, 15 of
# 16 pairs of `tests/bench/stories.py` were one matter, and merging them lifts F1 of the titles from
# 0.88 to 0.91. It must hold for a while: profiles of young stories change with every post. Merged
# so, 5 to 6 of 7 pairs of titles and 18 of 18 of Chinese comments were one matter: to ask people
# first would stop one or two false merges in 25, which they can undo. Between the two, 8 of 12
# pairs of titles and 72 of 76 of comments are one: people decide.
_MAY_BE = 0.10
_IS = 0.15
_PROVED_AFTER = 600.0
# One word that both say ("sale") is no matter: so many must be shared, none of them the most of it.
_FEWEST_SHARED = 4
_FEWEST_TO_MERGE = 6
_LARGEST_PART = 0.5
# People who write the hashtags of both say that they are one matter: so many of them, as such a
# part of the smaller story, are sure of it; fewer are worth a question.
_SURE_BRIDGES = 5
_SURE_PART = 0.2
_SOME_BRIDGES = 3
_FEWEST_POSTS = 3
# A story that was silent for so long while the other one ran is another matter, or an older part.
_APART = 12 * 3_600.0
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two stories share: the cosine of their profiles (0 to 1), the words by their part in it,
    seconds between their newest posts; `bridges`: posts with hashtags of both, and what part of the
    smaller story that is."""

    value: float
    words: tuple[str, ...]
    shared: int
    largest_part: float
    apart: float
    bridges: int = 0
    bridged_part: float = 0.0

    @property
    def grounds(self) -> dict[str, Any]:
        """What is shown to people."""
        return {
            "likeness": round(self.value, 3),
            "words": list(self.words),
            "hours_apart": round(self.apart / 3_600, 2),
            "bridges": self.bridges,
        }


class Verdict(StrEnum):
    """What to do with two stories."""

    APART = "apart"
    PROPOSE = "propose"
    MERGE = "merge"


def likeness(one: Story, other: Story, frequencies: Frequencies, bridges: int = 0) -> Likeness:
    """Compares what two stories are about; `bridges`: posts that carry hashtags of both."""
    mine, theirs = _vector(one, frequencies), _vector(other, frequencies)
    parts = {name: mine[name] * theirs[name] for name in mine.keys() & theirs.keys()}
    value = math.fsum(parts.values())
    ranked = sorted(parts, key=lambda name: (-parts[name], name))
    single = [name for name in ranked if PAIR not in name]
    return Likeness(
        value=min(value, 1.0),
        words=tuple(single[:_SHOWN]),
        shared=len(single),
        largest_part=max(parts.values(), default=0.0) / value if value else 1.0,
        apart=abs(one.last_at - other.last_at),
        bridges=bridges,
        bridged_part=bridges / max(1, min(one.posts, other.posts)),
    )


def verdict(found: Likeness, alike_for: float, *, separated: bool) -> Verdict:
    """Decides on two stories that have been this much alike for `alike_for` seconds.

    `separated`: a person took these two apart, or undid their merging. They stay apart.
    """
    if separated or found.apart > _APART:
        return Verdict.APART
    many = found.shared >= _FEWEST_SHARED and found.largest_part <= _LARGEST_PART
    tagged = found.bridges >= _SURE_BRIDGES and found.bridged_part >= _SURE_PART
    worded = many and found.value >= _IS and found.shared >= _FEWEST_TO_MERGE
    if (tagged or worded) and alike_for >= _PROVED_AFTER:
        return Verdict.MERGE
    may_be = (many and found.value >= _MAY_BE) or found.bridges >= _SOME_BRIDGES
    return Verdict.PROPOSE if may_be else Verdict.APART


def comparable(story: Story, now: float) -> bool:
    """Whether a story is large and lively enough to be compared at `now` of its clock."""
    return story.posts >= _FEWEST_POSTS and now - story.last_at <= _APART


def _vector(story: Story, frequencies: Frequencies) -> Mapping[str, float]:
    names = list(story.profile)
    weights = frequencies.weights(names)
    mass = {name: weight * story.profile[name] for name, weight in zip(names, weights, strict=True)}
    norm = math.hypot(*mass.values()) or 1.0
    return {name: value / norm for name, value in mass.items()}
