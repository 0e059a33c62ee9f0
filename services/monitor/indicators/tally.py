"""What is counted of a subject, a story or a watch, as posts come in: all indicators read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from services.monitor.indicators.distinct import Distinct
from services.monitor.indicators.heat import Heat
from shared.contracts.labels import Sentiment

MINUTE = 60
KEPT_MINUTES = 24 * 60
# The windows of the last hour read single minutes; what is older is stored by the quarter-hour.
_FINE_MINUTES = 75
_COARSE_MINUTES = 15
# A story that names more platforms or regions is an error or an attack.
_MOST_NAMES = 50


@dataclass(slots=True)
class Counts:
    """What happened in a stretch of time.

    `posts` with words of their own; `copies`: reposts and duplicates of a text; posts by the
    opinion that is known of them; `reach`: sum of the followers of their authors.
    """

    posts: int = 0
    copies: int = 0
    negative: int = 0
    neutral: int = 0
    positive: int = 0
    reach: int = 0

    @property
    def mentions(self) -> int:
        return self.posts + self.copies

    def row(self) -> tuple[int, ...]:
        """Returns the counts in the order of the fields."""
        return (
            self.posts,
            self.copies,
            self.negative,
            self.neutral,
            self.positive,
            self.reach,
        )

    def include(self, other: "Counts") -> None:
        """Adds the counts of another stretch."""
        self.posts += other.posts
        self.copies += other.copies
        self.negative += other.negative
        self.neutral += other.neutral
        self.positive += other.positive
        self.reach += other.reach


@dataclass(frozen=True, slots=True)
class TallyPost:
    """A post as it is counted; `at` in epoch seconds of the story clock, never in the future.

    `copy`: it repeats another text; `followers` of its author; `interactions`: likes, reposts and
    comments together.
    """

    at: float
    platform: str
    author: str | None = None
    source: str | None = None
    region: str | None = None
    followers: int = 0
    interactions: int = 0
    copy: bool = False


@dataclass(slots=True)
class Voice:
    """The largest account that spoke within a day of the newest post."""

    followers: int = 0
    at: float = 0.0

    def hear(self, followers: int, at: float) -> None:
        if followers >= self.followers or at - self.at > KEPT_MINUTES * MINUTE:
            self.followers, self.at = followers, max(at, self.at)


@dataclass(slots=True)
class Tally:
    """Counts of a subject: by the minute for 24 hours, the rest over its whole life.

    `first_at`, `last_at`: oldest and newest post; `platforms`, `regions`: posts by name; `authors`,
    `sources`: how many different ones.
    """

    first_at: float | None = None
    last_at: float | None = None
    heat: Heat = field(default_factory=Heat)
    voice: Voice = field(default_factory=Voice)
    platforms: dict[str, int] = field(default_factory=dict)
    regions: dict[str, int] = field(default_factory=dict)
    authors: Distinct = field(default_factory=Distinct)
    sources: Distinct = field(default_factory=Distinct)
    minutes: dict[int, Counts] = field(default_factory=dict)

    def add(self, post: TallyPost) -> None:
        """Counts a post; posts may come late."""
        at = post.at
        self.first_at = at if self.first_at is None else min(self.first_at, at)
        self.last_at = at if self.last_at is None else max(self.last_at, at)
        self.heat.add(at, post.interactions)
        self.voice.hear(post.followers, at)
        _count_name(self.platforms, post.platform)
        if post.region:
            _count_name(self.regions, post.region)
        if post.author:
            self.authors.add(post.author)
        if post.source:
            self.sources.add(post.source)
        counts = self._minute(at)
        counts.posts += not post.copy
        counts.copies += post.copy
        counts.reach += max(0, post.followers)

    def add_opinion(self, at: float, sentiment: Sentiment, count: int = 1) -> None:
        """Counts the opinion of a post of the time `at`; -1 takes back one that was corrected."""
        counts = self._minute(at)
        name = sentiment.value
        setattr(counts, name, max(0, getattr(counts, name) + count))

    def include(self, other: "Tally") -> None:
        """Adds the counts of another subject, as if its posts had been counted here."""
        if other.first_at is None or other.last_at is None:
            return
        first, last = self.first_at, self.last_at
        self.first_at = other.first_at if first is None else min(first, other.first_at)
        self.last_at = other.last_at if last is None else max(last, other.last_at)
        self.heat.include(other.heat)
        self.voice.hear(other.voice.followers, other.voice.at)
        for mine, theirs in ((self.platforms, other.platforms), (self.regions, other.regions)):
            for name, count in theirs.items():
                _count_name(mine, name, count)
        self.authors.include(other.authors)
        self.sources.include(other.sources)
        for minute, counts in other.minutes.items():
            self.minutes.setdefault(minute, Counts()).include(counts)
        self._coarsen()

    def recast(self, at: float, *, copy: bool) -> None:
        """Counts a post of the time `at` as a copy, or as one with words of its own, after all."""
        counts, step = self._minute(at), 1 if copy else -1
        counts.posts = max(0, counts.posts - step)
        counts.copies = max(0, counts.copies + step)

    def between(self, since: float, until: float) -> Counts:
        """Returns the sum over the minutes that begin after `since` and not after `until`."""
        first, last = since // MINUTE, until // MINUTE
        total = Counts()
        for minute, counts in self.minutes.items():
            if first < minute <= last:
                total.include(counts)
        return total

    def to_state(self) -> dict[str, Any]:
        """Returns the tally as JSON values, at most some 5 KB; forgets what is over a day old."""
        self._coarsen()
        return {
            "first_at": self.first_at,
            "last_at": self.last_at,
            "heat": [round(self.heat.amount, 6), self.heat.at],
            "voice": [self.voice.followers, self.voice.at],
            "platforms": self.platforms,
            "regions": self.regions,
            "authors": self.authors.to_state(),
            "sources": self.sources.to_state(),
            "minutes": [[minute, *counts.row()] for minute, counts in self.minutes.items()],
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Returns the tally of a `to_state`."""
        return cls(
            first_at=state["first_at"],
            last_at=state["last_at"],
            heat=Heat(*state["heat"]),
            voice=Voice(*state["voice"]),
            platforms=dict(state["platforms"]),
            regions=dict(state["regions"]),
            authors=Distinct(state["authors"]),
            sources=Distinct(state["sources"]),
            minutes={minute: Counts(*counts) for minute, *counts in state["minutes"]},
        )

    def _minute(self, at: float) -> Counts:
        minute = int(at // MINUTE)
        newest = int((self.last_at or at) // MINUTE)
        if minute in self.minutes:
            return self.minutes[minute]
        if newest - minute >= KEPT_MINUTES:
            return Counts()
        if newest - minute >= _FINE_MINUTES:
            minute -= minute % _COARSE_MINUTES
        elif minute % _COARSE_MINUTES == 0:
            self._coarsen()
        return self.minutes.setdefault(minute, Counts())

    def _coarsen(self) -> None:
        newest = int((self.last_at or 0.0) // MINUTE)
        kept: dict[int, Counts] = {}
        for minute, counts in sorted(self.minutes.items()):
            age = newest - minute
            if age >= KEPT_MINUTES:
                continue
            start = minute if age < _FINE_MINUTES else minute - minute % _COARSE_MINUTES
            kept.setdefault(start, Counts()).include(counts)
        self.minutes = kept


def _count_name(counts: dict[str, int], name: str, times: int = 1) -> None:
    if name in counts or len(counts) < _MOST_NAMES:
        counts[name] = counts.get(name, 0) + times
