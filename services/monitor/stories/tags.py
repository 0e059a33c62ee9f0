"""Which stories the hashtags of posts lead to, and which stories they tie together."""

import itertools
from collections.abc import Callable, Sequence

from services.monitor.recent import Recent
from services.monitor.stories.held import Held
from services.monitor.stories.story import Story

# Seconds of silence after which a hashtag names its story no more: some come back every year.
_KEPT = 86_400.0
_MOST_BRIDGES = 5_000

Pair = tuple[str, str]


class Tags:
    """Who writes #云州停电# says which matter is meant; who writes two hashtags, that they are one.

    Bounded: the last 50,000 hashtags, the last 5,000 pairs of stories.
    """

    def __init__(self, held: Held) -> None:
        self._held = held
        self._story_of = Recent[str, str]()
        self._bridges = Recent[Pair, int](_MOST_BRIDGES)

    def story(self, tags: Sequence[str], at: float) -> Story | None:
        """Returns the story that a post of the time `at` names, of several the largest.

        A post that names several is a bridge between them.
        """
        found: dict[str, Story] = {}
        for tag in tags:
            story = self._held.get(self._story_of.get(tag))
            if story is not None and at - story.last_at < _KEPT:
                found[story.id] = story
        for pair in itertools.combinations(sorted(found), 2):
            self._bridges.remember(pair, (self._bridges.get(pair) or 0) + 1)
        return max(found.values(), key=lambda story: story.posts, default=None)

    def remember(self, tags: Sequence[str], story_id: str) -> None:
        """Notes where a post with these hashtags went. One that names another story keeps that."""
        for tag in tags:
            if len(tags) == 1 or self._held.get(self._story_of.get(tag)) is None:
                self._story_of.remember(tag, story_id)

    def revise(self, change: Callable[[str], str]) -> None:
        """Puts `change(story_id)` in the place of every story."""
        self._story_of.revise(change)

    def bridges(self) -> dict[Pair, int]:
        """Returns how many posts carried hashtags of two stories that are held, by their ids."""
        return {
            (one, other): count
            for (one, other), count in self._bridges.items()
            if self._held.get(one) and self._held.get(other)
        }
