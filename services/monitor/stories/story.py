"""What is remembered of a story: enough to recognise its next post, and no more."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from services.monitor.stories.frequencies import Frequencies

PROFILE_SIZE = 64
TITLE_LENGTH = 60
# Past this count the old wording fades, so that a long story follows what is said of it now.
_MOST_COUNTED = 256.0
# The weights of the words drift slowly: a story reads them anew with every eighth post.
_RENEWED = 8


@dataclass(slots=True)
class Story:
    """A group of posts about the same matter.

    `first_at`, `last_at`: epoch seconds of its oldest and newest post; `title`: the beginning of
    the post that stands nearest to its middle, `title_score` how near (0 to 1); `posts`: all of
    them, `wordings`: those with words of their own, which made the profile; `profile`: in how
    many of its posts the most telling features occur; `norm`: the length of the profile as a
    vector, weighted with what was known of the frequencies when it last learned.
    """

    id: str
    first_at: float
    last_at: float
    title: str = ""
    title_score: float = 0.0
    posts: int = 0
    wordings: int = 0
    profile: dict[str, float] = field(default_factory=dict)
    norm: float = 0.0

    def count(self, at: float) -> None:
        """Counts a post of the time `at`; older ones may come late."""
        self.posts += 1
        self.first_at = min(self.first_at, at)
        self.last_at = max(self.last_at, at)

    def similarity(self, weights: Mapping[str, float], norm: float) -> float:
        """Returns the cosine with a post whose features have these weights, 0 to 1.

        The profile holds counts, not weights: a word that turns out to be in every post (the
        brand) loses its pull in old stories too.
        """
        if not self.norm:
            return 0.0
        profile = self.profile
        # The order of a set of strings differs between processes: fsum does not depend on it.
        common = profile.keys() & weights.keys()
        dot = math.fsum([weights[feature] ** 2 * profile[feature] for feature in common])
        return dot / (norm * self.norm)

    def learn(
        self, weights: Mapping[str, float], frequencies: Frequencies
    ) -> tuple[list[str], list[str]]:
        """Adds a post; returns the features that entered the profile and those that left it.

        A feature that entered and left at once is in both.
        """
        self.wordings += 1
        profile = self.profile
        entered = [feature for feature in weights if feature not in profile]
        most, grown = 0.0, self.norm**2
        for feature, weight in weights.items():
            before = profile.get(feature, 0.0)
            profile[feature] = before + 1.0
            grown += weight * weight * (2.0 * before + 1.0)
            most = max(most, before)
        if most >= _MOST_COUNTED:
            self.profile = {feature: count / 2 for feature, count in profile.items()}
            grown /= 4.0
        if len(profile) > 2 * PROFILE_SIZE or self.posts % _RENEWED < 1 or self.posts < _RENEWED:
            return entered, self.renew(frequencies)
        self.norm = math.sqrt(grown)
        return entered, []

    def renew(self, frequencies: Frequencies) -> list[str]:
        """Weighs the profile with what is known of the frequencies by now; returns what left it."""
        known = frequencies.weights(self.profile)
        mass = [weight * count for weight, count in zip(known, self.profile.values(), strict=True)]
        self.norm = math.hypot(*mass)
        return self._trim(mass) if len(mass) > 2 * PROFILE_SIZE else []

    def absorb(self, other: "Story", frequencies: Frequencies) -> None:
        """Takes in a story that turned out to be about the same matter."""
        self.posts += other.posts
        self.wordings += other.wordings
        self.first_at = min(self.first_at, other.first_at)
        self.last_at = max(self.last_at, other.last_at)
        for feature, count in other.profile.items():
            self.profile[feature] = self.profile.get(feature, 0.0) + count
        self.renew(frequencies)

    def forget_words(self) -> None:
        """Begins the profile and the title anew."""
        self.title, self.title_score = "", 0.0
        self.profile, self.norm, self.wordings = {}, 0.0, 0

    def propose_title(self, text: str, nearness: float) -> None:
        """Takes the beginning of `text` as title when it stands nearer to the middle."""
        if text.strip() and (not self.title or nearness > self.title_score):
            self.title, self.title_score = text.strip()[:TITLE_LENGTH], nearness

    def to_state(self) -> dict[str, Any]:
        """Returns the story as JSON values."""
        return {
            "id": self.id,
            "first_at": self.first_at,
            "last_at": self.last_at,
            "title": self.title,
            "title_score": self.title_score,
            "posts": self.posts,
            "wordings": self.wordings,
            "profile": dict(self.profile),
            "norm": self.norm,
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Returns the story of a `to_state`; earlier ones did not count the wordings."""
        known = {"wordings": state["posts"], **state}
        return cls(**{**known, "profile": dict(state["profile"])})

    def _trim(self, mass: list[float]) -> list[str]:
        ranked = sorted(zip(mass, self.profile, strict=True), reverse=True)
        left = [feature for _, feature in ranked[PROFILE_SIZE:]]
        for feature in left:
            del self.profile[feature]
        return left
