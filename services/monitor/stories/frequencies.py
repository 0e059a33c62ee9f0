"""How common each feature is, learned as posts arrive: rare ones tell stories apart."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Self

from services.monitor.stories.features import PAIR

# Unseen posts that are taken for granted. With none, the words of a matter that fills the first day
# of a deployment soon weigh as little as stop words, and it falls apart; with 1,000, a brand that
# is in every post holds unrelated ones together.
_PRIOR_POSTS = 50
# Counts are halved at either: the words of last month fade, and memory stays below some 30 MB.
_HALVE_AT_POSTS = 50_000
_HALVE_AT_FEATURES = 250_000
# Below 1, so that a single rare word (a misspelling, a name) decides less.
_EXPONENT = 0.75
_FLOOR = 0.05
# Both words of a pair count already, and pairs are always rare.
_PAIR_PART = 0.4


class _Weights(dict[int, float]):
    """The weight of a feature by its count among so many posts, worked out once."""

    def __init__(self, posts: int) -> None:
        self._posts = posts

    def __missing__(self, count: int) -> float:
        rarity = math.log((self._posts + _PRIOR_POSTS + 1) / (count + 0.5))
        self[count] = weight = math.pow(max(rarity, _FLOOR), _EXPONENT)
        return weight


class Frequencies:
    """Document frequencies of features with forgetting; one per organisation."""

    def __init__(self, posts: int = 0, counts: Mapping[str, int] | None = None) -> None:
        self._posts = posts
        self._counts: Counter[str] = Counter(counts or {})
        self._weigh_anew()

    def weights(self, features: Iterable[str]) -> list[float]:
        """Returns the weight of each feature, from what was learned before: above 0, rarer more."""
        # The number of posts enters as a logarithm: weights that are up to 5 % behind will do.
        if abs(self._posts - self._weighed_posts) * 20 > self._posts + _PRIOR_POSTS:
            self._weigh_anew()
        get, weights = self._counts.get, self._weights
        return [
            weights[get(feature, 0)] * _PAIR_PART if PAIR in feature else weights[get(feature, 0)]
            for feature in features
        ]

    def learn(self, features: Iterable[str]) -> None:
        """Counts one more post with these distinct features."""
        self._counts.update(features)
        self._posts += 1
        if self._posts >= _HALVE_AT_POSTS or len(self._counts) >= _HALVE_AT_FEATURES:
            self._halve()

    def to_state(self, limit: int = 20_000) -> dict[str, object]:
        """Returns the `limit` most common features as JSON values; what is left out is rare."""
        return {"posts": self._posts, "counts": dict(self._counts.most_common(limit))}

    @classmethod
    def from_state(cls, state: Mapping[str, object]) -> Self:
        posts, counts = state["posts"], state["counts"]
        if not isinstance(posts, int) or not isinstance(counts, dict):
            raise ValueError("not a state of feature frequencies")
        return cls(posts, counts)

    def _weigh_anew(self) -> None:
        self._weighed_posts = self._posts
        self._weights = _Weights(self._posts)

    def _halve(self) -> None:
        self._counts = Counter(
            {feature: count // 2 for feature, count in self._counts.items() if count > 1}
        )
        self._posts //= 2
