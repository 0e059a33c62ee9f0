"""The stories that grouping holds, found by what they are about."""

from collections.abc import Iterable, Iterator, Mapping

from services.monitor.stories.story import Story

# A post is known by its most telling features; these look up at most so many stories, of which the
# most promising are compared in full. On the news titles of the benchmark, half as many compared
# cost 0.03 of BCubed F1; twice as much of either changes nothing.
_MOST_VISITS = 200
_COMPARED = 8


class Held:
    """Stories in the order of their last post, the longest silent first, with their features."""

    def __init__(self, stories: Iterable[Story] = ()) -> None:
        self._stories: dict[str, Story] = {}
        # feature -> ids of the stories that have it in their profile, as a set that keeps its order
        self._postings: dict[str, dict[str, None]] = {}
        for story in sorted(stories, key=lambda story: story.last_at):
            self.put(story)

    def __len__(self) -> int:
        return len(self._stories)

    def __iter__(self) -> Iterator[Story]:
        return iter(list(self._stories.values()))

    @property
    def longest_silent(self) -> Story:
        return next(iter(self._stories.values()))

    def get(self, story_id: str | None) -> Story | None:
        """Returns a story that is held."""
        return None if story_id is None else self._stories.get(story_id)

    def put(self, story: Story) -> None:
        """Holds a story, instead of an earlier state of it, as the one that spoke last."""
        held = self._stories.get(story.id)
        if held is not None:
            self.forget(held)
        self._stories[story.id] = story
        self.index(story.id, story.profile)

    def touch(self, story: Story) -> None:
        """Makes a story the one that spoke last."""
        self._stories.pop(story.id, None)
        self._stories[story.id] = story

    def forget(self, story: Story) -> None:
        """Lets go of a story."""
        del self._stories[story.id]
        self.unindex(story.id, story.profile)

    def index(self, story_id: str, features: Iterable[str]) -> None:
        """Notes features that entered the profile of a story."""
        for feature in features:
            self._postings.setdefault(feature, {})[story_id] = None

    def unindex(self, story_id: str, features: Iterable[str]) -> None:
        """Notes features that left the profile of a story."""
        for feature in features:
            posting = self._postings[feature]
            del posting[story_id]
            if not posting:
                del self._postings[feature]

    def candidates(self, weights: Mapping[str, float], *, besides: str = "") -> list[Story]:
        """The stories that share most; features that very many stories have are passed over."""
        shared: dict[str, float] = {}
        visits = _MOST_VISITS
        for feature, weight in weights.items():
            posting = self._postings.get(feature)
            if not posting or len(posting) > visits:
                continue
            visits -= len(posting)
            square = weight * weight
            for story_id in posting:
                shared[story_id] = shared.get(story_id, 0.0) + square
        shared.pop(besides, None)
        ranked = sorted(shared, key=shared.__getitem__, reverse=True)
        return [self._stories[story_id] for story_id in ranked[:_COMPARED]]
