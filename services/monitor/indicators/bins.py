"""What happened to a subject, a story or a watch, stretch by stretch: the history under indicators.

A minute of a subject in which nothing was said takes no row. As time passes minutes become
quarter-hours, hours and days (`rolling.py`), each with all counts and the sketches of who spoke.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from services.monitor.indicators.distinct import KEPT, hashed
from shared.contracts.labels import Sentiment
from shared.contracts.posts import CollectedPost

MINUTE = 60
# A stretch that names more platforms or regions is an error or an attack.
MOST_NAMES = 50


@dataclass(slots=True)
class Bin:
    """Counts of one stretch of time.

    `posts` with words of their own and `copies`; posts by the opinion known of them; `reach`: sum
    of the followers of their authors; `weight`: as heat counts posts; `voice`: followers of the
    largest author; names and keys of the different platforms, regions, sources and authors.
    """

    posts: int = 0
    copies: int = 0
    negative: int = 0
    neutral: int = 0
    positive: int = 0
    reach: int = 0
    weight: float = 0.0
    voice: int = 0
    platforms: set[str] = field(default_factory=set)
    regions: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    authors: set[str] = field(default_factory=set)

    def add(self, post: CollectedPost, *, copy: bool) -> None:
        """Counts a post."""
        if copy:
            self.copies += 1
        else:
            self.posts += 1
        interactions = post.interactions
        self.weight += 1.0 + math.log10(1 + interactions) / 2 if interactions > 0 else 1.0
        if post.author_followers:
            self.reach += post.author_followers
            self.voice = max(self.voice, post.author_followers)
        self.platforms.add(post.platform)
        if post.region:
            self.regions.add(post.region)
        self.sources.add(str(post.source_id) if post.source_id else post.platform)
        if post.author:
            self.authors.add(f"{post.platform}\n{post.author}")

    def include(self, other: "Bin") -> None:
        """Adds what another bin of the same stretch counted."""
        for name in _SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.voice = max(self.voice, other.voice)
        for name in _SETS:
            getattr(self, name).update(getattr(other, name))


_SUMS = ("posts", "copies", "negative", "neutral", "positive", "reach", "weight")
_SETS = ("platforms", "regions", "sources", "authors")


class Bins:
    """What a batch of posts adds to the history, written in the transaction that counts them.

    Posts of one story and the same watches share a bin until it is written: a post costs one bin,
    however many watches it has.
    """

    def __init__(self) -> None:
        self._bins: dict[tuple[UUID, tuple[UUID, ...], int], Bin] = {}

    def add(
        self,
        post: CollectedPost,
        at: float,
        story: UUID,
        watches: Iterable[UUID],
        *,
        copy: bool,
    ) -> None:
        """Counts a post that was published at `at` (epoch seconds)."""
        self._bin(story, watches, at).add(post, copy=copy)

    def recast(self, at: float, story: UUID, watches: Iterable[UUID], *, copy: bool) -> None:
        """Counts a post that was counted already as a copy, or as one with words of its own."""
        found = self._bin(story, watches, at)
        step = 1 if copy else -1
        found.posts -= step
        found.copies += step

    def add_opinion(
        self,
        at: float,
        story: UUID,
        watches: Iterable[UUID],
        sentiment: Sentiment,
        count: int = 1,
    ) -> None:
        """Counts the opinion of a post; -1 takes back one that was corrected."""
        found = self._bin(story, watches, at)
        setattr(found, sentiment.value, getattr(found, sentiment.value) + count)

    def by_subject(self) -> dict[tuple[UUID, int], Bin]:
        """Returns the bins by subject and minute (of the epoch)."""
        found: dict[tuple[UUID, int], Bin] = {}
        for (story, watches, minute), each in self._bins.items():
            for subject in (story, *watches):
                found.setdefault((subject, minute), Bin()).include(each)
        return found

    def _bin(self, story: UUID, watches: Iterable[UUID], at: float) -> Bin:
        key = (story, tuple(watches), int(at // MINUTE))
        found = self._bins.get(key)
        if found is None:
            found = self._bins[key] = Bin()
        return found


def sketch(keys: Iterable[str]) -> list[int]:
    """Returns what is kept of a set: its smallest hashes, from which its size is estimated."""
    return sorted(map(hashed, keys))[:KEPT]
