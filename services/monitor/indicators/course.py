"""Course (历程): how the posts of the last day came, one after the other."""

import math
from dataclasses import dataclass

from services.monitor.indicators.tally import KEPT_MINUTES, MINUTE, Tally

DAY = float(KEPT_MINUTES * MINUTE)
_HALF_LIFE = 4 * 3_600.0
_AN_HOUR = math.log(2) * 3_600.0


@dataclass(frozen=True, slots=True)
class Course:
    """Posts and copies of the last 24 hours.

    `posts`: how many; `age`: seconds since the first one, 24 hours at most; `authors`: how many
    different people over the whole life of the subject; `slow`, `medium`, `fast`: decaying sums
    with half-lives of 4 h, 1 h and 15 min, in posts an hour, so that their order tells whether it
    quickens. Weights by reactions (see `heat.py`) are left out: past events do not have them.
    """

    posts: int
    age: float
    authors: int
    slow: float
    medium: float
    fast: float


def course(tally: Tally, now: float) -> Course:
    """Returns the course of a subject at `now` (epoch seconds of the story clock)."""
    posts, slow, medium, fast = 0, 0.0, 0.0, 0.0
    for minute, counts in tally.minutes.items():
        # A minute is counted as if all of it had come in its middle.
        passed = now - (minute + 0.5) * MINUTE
        if passed >= DAY:
            continue
        mentions = counts.posts + counts.copies
        # Each half-life is a quarter of the one before: squaring twice spares a power.
        part = math.exp2(-passed / _HALF_LIFE) if passed > 0 else 1.0
        posts += mentions
        slow += mentions * part
        part *= part
        part *= part
        medium += mentions * part
        part *= part
        part *= part
        fast += mentions * part
    scale = _AN_HOUR / _HALF_LIFE
    return Course(
        posts=posts,
        age=min(DAY, max(0.0, now - (now if tally.first_at is None else tally.first_at))),
        authors=tally.authors.estimate(),
        slow=slow * scale,
        medium=medium * scale * 4,
        fast=fast * scale * 16,
    )
