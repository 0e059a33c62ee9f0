"""What a story might fall into: posts of it that are alike among themselves. Pure.

The posts are grouped as if they were all there is: what they all share tells nothing then, and what
remains tells them apart. Two stories of news titles put together came apart again in 59 of 60
tries: of the piece that fitted best, 98 % belonged together, and it held 88 % of the smaller one
(`GroupingSettings.threshold` 0.05; 91 % and 65 % at 0.15). Of short comments it finds a seventh.
"""

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.monitor.stories.features import features_of
from services.monitor.stories.frequencies import Frequencies
from services.monitor.stories.grouping import Grouping, GroupingPost, GroupingSettings
from services.monitor.stories.keywords import keywords_of

# Time tells nothing here: two matters that were taken for one ran side by side.
_ALWAYS = 1e12
_SETTINGS = GroupingSettings(threshold=0.05, patience=_ALWAYS, window=_ALWAYS)
# What stands in nearly all posts (the brand) tells none from the others.
_COMMON = 0.8
_FEWEST_POSTS = 3
_MOST_PIECES = 6


@dataclass(frozen=True, slots=True)
class Piece:
    """Posts, by their ids in order of time, and the words that tell them from the others."""

    posts: tuple[str, ...]
    words: tuple[str, ...]


def pieces(posts: Sequence[GroupingPost]) -> list[Piece]:
    """Returns what might leave a story of these posts, the largest first; the largest of all stays.

    `posts` in order of time, those with words of their own; links and fingerprints do not count.
    """
    frequencies, counts = Frequencies(), Counter[str]()
    for post in posts:
        features = features_of(post.folded)
        frequencies.learn(features)
        counts.update(features)
    common = tuple(name for name, count in counts.items() if count > _COMMON * len(posts))
    numbers = itertools.count()
    grouping = Grouping(lambda: str(next(numbers)), _SETTINGS, frequencies)
    found: dict[str, list[str]] = {}
    for post in posts:
        placed = grouping.place(replace(post, watch_terms=common))
        found.setdefault(placed.story_id, []).append(post.id)
    ranked = sorted(found, key=lambda name: (-len(found[name]), int(name)))
    told = []
    for name in ranked[1:]:
        story = grouping.get(name)
        if story is not None and len(found[name]) >= _FEWEST_POSTS:
            told.append(Piece(tuple(found[name]), tuple(keywords_of(story.profile))))
    return told[:_MOST_PIECES]
