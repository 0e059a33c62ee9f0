"""Posts about the same matter are put together as they arrive."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from services.monitor.posts.fingerprint import said
from services.monitor.recent import Recent
from services.monitor.stories.features import features_of, hashtags_of
from services.monitor.stories.frequencies import Frequencies
from services.monitor.stories.held import Held
from services.monitor.stories.story import Story
from services.monitor.stories.tags import Tags

# With fewer features than this, likeness is chance.
_FEWEST_FEATURES = 2
# A shorter text ("[怒]", "真的假的？！") says too little: a copy of it may belong to any story.
_FEWEST_BYTES = 24
# A post is known by its most telling features.
_MOST_FEATURES = 40


class Joined(StrEnum):
    """Why a post is in its story."""

    PARENT = "parent"
    COPY = "copy"
    HASHTAG = "hashtag"
    ANSWERED = "answered"
    LIKENESS = "likeness"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class GroupingSettings:
    """How stories are told apart.

    A post joins the story for which this is most, if it is at least `threshold`:

        cosine · (1 + size_gain · ln(1 + wordings)) / √(1 + silent / patience)

    `size_gain`: of two stories that are equally alike, the larger one is the likelier; a matter
    that many speak of is spoken of in many words. Reposts bring none: what a thousand repeated
    would draw strangers. `patience`: after three times as many seconds of
    silence a story asks for twice the likeness: what is not spoken of any more gives way to what
    is, and so slowly that a clear match finds it days later. `window`: seconds of silence after
    which a story takes no more posts by likeness; `most_stories`: how many are held, the longest
    silent leave first.

    Fitted on the news titles of `tests/bench/stories.py`: F1 is 0.88, and 0.90 as the mean over
    eight random halves of the stories; without size at best 0.85 and 0.85, with a patience of a
    day 0.81 and 0.84. Thresholds from 0.11 to 0.16 do equally well there; the lowest of them serves
    short Chinese comments best.
    """

    threshold: float = 0.11
    size_gain: float = 0.5
    patience: float = 1_800.0
    window: float = 3 * 86_400.0
    most_stories: int = 5_000


DEFAULT_SETTINGS = GroupingSettings()


@dataclass(frozen=True, slots=True)
class GroupingPost:
    """A post to be placed; `at` in epoch seconds of the story clock.

    `folded`: `fold(text)`; `text_hash`: its fingerprint; `parent_id`: the post that it reposts or
    answers; `watch_terms`: the terms by which watches matched it. All posts of a watch have those:
    in a young deployment they would hold everything together, so they tell nothing about the
    story. `parent_story` and `copied_story`: where the parent and an earlier post with the same
    hash are, as far as the caller has it on record; memory reaches back 50,000 posts.
    """

    id: str
    at: float
    text: str
    folded: str
    text_hash: str | None = None
    parent_id: str | None = None
    watch_terms: tuple[str, ...] = ()
    parent_story: str | None = None
    copied_story: str | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a post belongs; `similarity` is 1 for parents and copies, 0 for a new story."""

    story_id: str
    joined: Joined
    similarity: float

    @property
    def is_new(self) -> bool:
        return self.joined is Joined.NEW


class Grouping:
    """The active stories of one organisation, and all that is needed to place the next post.

    Deterministic: the same posts in the same order give the same stories, in any process. Memory
    is bounded. One thread at a time; after a failed transaction, build it anew from what is stored.
    `new_id` makes the ids of stories.
    """

    def __init__(
        self,
        new_id: Callable[[], str],
        settings: GroupingSettings = DEFAULT_SETTINGS,
        frequencies: Frequencies | None = None,
        stories: Iterable[Story] = (),
    ) -> None:
        self.frequencies = frequencies or Frequencies()
        self._new_id = new_id
        self._settings = settings
        self._stories = Held(stories)
        self._story_of_post = Recent[str, str]()
        self._story_of_text = Recent[str, str]()
        self._tags = Tags(self._stories)

    def __len__(self) -> int:
        return len(self._stories)

    def get(self, story_id: str) -> Story | None:
        """Returns a story that is held."""
        return self._stories.get(story_id)

    def place(self, post: GroupingPost) -> Placement:
        """Puts a post into a story, by what came before it only."""
        tags = hashtags_of(post.folded)
        tagged = self._tags.story(tags, post.at) if tags else None
        placement = self._place_related(post) or self._place_by_words(post, tags, tagged)
        self._remember(post, tags, placement.story_id)
        return placement

    def expire(self, now: float) -> None:
        """Lets go of the stories that have been silent for the whole window at `now`."""
        oldest = now - self._settings.window
        for story in self._stories:
            if story.last_at >= oldest:
                break
            self._stories.forget(story)

    def neighbours(self, story: Story) -> list[Story]:
        """Returns the stories that share most of the telling words of this one."""
        weights = self._weights(list(story.profile))
        return self._stories.candidates(weights, besides=story.id)

    def bridges(self) -> dict[tuple[str, str], int]:
        """Returns how many posts carried hashtags of two stories, by their ids."""
        return self._tags.bridges()

    def put(self, story: Story) -> None:
        """Holds a story as it is on record, whatever was known of it."""
        self._stories.put(story)

    def merge(self, into: str, other: str) -> None:
        """Lets one story go on as a part of another: what follows `other` goes there from now on.

        Either of them may have been let go of.
        """
        for recent in (self._story_of_post, self._story_of_text, self._tags):
            recent.revise(lambda story_id: into if story_id == other else story_id)
        story, absorbed = self._stories.get(into), self._stories.get(other)
        self.let_go(other)
        if story is not None and absorbed is not None:
            self._stories.forget(story)
            story.absorb(absorbed, self.frequencies)
            self._stories.put(story)

    def let_go(self, story_id: str) -> None:
        """Holds a story no more."""
        if story := self._stories.get(story_id):
            self._stories.forget(story)

    def move(self, post: GroupingPost, story_id: str) -> None:
        """Remembers that a post was moved to a story: what repeats it goes there too."""
        self._remember(post, hashtags_of(post.folded), story_id)

    def profile(self, story: Story, posts: Iterable[GroupingPost]) -> None:
        """Makes the profile and the title of a story anew from posts with words of their own."""
        story.forget_words()
        for post in posts:
            weights = self._weights(_telling(post))
            norm = math.hypot(*weights.values())
            nearness = story.similarity(weights, norm) if norm else 0.0
            story.learn(weights, self.frequencies)
            story.propose_title(post.text, nearness)

    def _remember(self, post: GroupingPost, tags: list[str], story_id: str) -> None:
        self._story_of_post.remember(post.id, story_id)
        if post.parent_id and self._story_of_post.get(post.parent_id) is None:
            # Answers to a post that was not collected belong together all the same.
            self._story_of_post.remember(post.parent_id, story_id)
        self._tags.remember(tags, story_id)
        if post.text_hash and _says_enough(post):
            self._story_of_text.remember(post.text_hash, story_id)

    def _place_related(self, post: GroupingPost) -> Placement | None:
        """Reposts, answers and copies follow what they repeat.

        They are counted, and add nothing to the profile: they would drown it in "[怒]", or in one
        wording. A story that is no longer held gets the post all the same.
        """
        joined, story_id = Joined.PARENT, self._story_of_post.get(post.parent_id)
        story_id = story_id or post.parent_story
        if story_id is None and _says_enough(post):
            joined = Joined.COPY
            story_id = self._story_of_text.get(post.text_hash) or post.copied_story
        if story_id is None:
            return None
        story = self._stories.get(story_id)
        if story is not None:
            self._count(story, post)
        return Placement(story_id, joined, 1.0)

    def _place_by_words(
        self, post: GroupingPost, tags: list[str], story: Story | None
    ) -> Placement:
        features = _telling(post)
        weights = self._weights(features)
        self.frequencies.learn(features)
        joined, similarity = Joined.HASHTAG, 1.0
        if story is None and (answered := self._story_of_post.get(post.id)) is not None:
            # Its answers came before it.
            joined, story = Joined.ANSWERED, self._stories.get(answered)
        if story is None:
            joined = Joined.LIKENESS
            story, similarity = self._nearest(post, weights)
        if story is None:
            story, similarity = Story(self._new_id(), post.at, post.at), 0.0
            joined = Joined.NEW
        self._count(story, post)
        entered, left = story.learn(weights, self.frequencies)
        self._stories.index(story.id, entered)
        self._stories.unindex(story.id, left)
        if joined is Joined.HASHTAG:
            # What people call it themselves is the best name there is.
            if len(tags) == 1 or not story.title.startswith("#"):
                story.title, story.title_score = f"#{tags[0]}#", 1.0
        else:
            story.propose_title(post.text, similarity)
        return Placement(story.id, joined, similarity)

    def _weights(self, features: list[str]) -> dict[str, float]:
        """The most telling features with their weights, the most telling first."""
        if len(features) < _FEWEST_FEATURES:
            return {}
        weights = self.frequencies.weights(features)
        ranked = sorted(zip(weights, features, strict=True), reverse=True)
        return {feature: weight for weight, feature in ranked[:_MOST_FEATURES]}

    def _nearest(self, post: GroupingPost, weights: dict[str, float]) -> tuple[Story | None, float]:
        """The story that a post joins by its words, if any, and the cosine of the two."""
        norm, settings = math.hypot(*weights.values()), self._settings
        best, best_similarity, most = None, 0.0, settings.threshold
        for story in self._stories.candidates(weights):
            similarity = story.similarity(weights, norm)
            silence = max(0.0, post.at - story.last_at) / settings.patience
            size = 1.0 + settings.size_gain * math.log1p(story.wordings)
            score = similarity * size / math.sqrt(1.0 + silence)
            if score >= most:
                best, best_similarity, most = story, similarity, score
        return best, min(best_similarity, 1.0)

    def _count(self, story: Story, post: GroupingPost) -> None:
        story.count(post.at)
        self._stories.touch(story)
        if len(self._stories) > self._settings.most_stories:
            self._stories.forget(self._stories.longest_silent)


def _says_enough(post: GroupingPost) -> bool:
    return len(said(post.folded).encode()) >= _FEWEST_BYTES


def _telling(post: GroupingPost) -> list[str]:
    passed_over = frozenset[str]().union(*map(_features_of_term, post.watch_terms))
    return [each for each in features_of(post.folded) if each not in passed_over]


@lru_cache(maxsize=10_000)
def _features_of_term(term: str) -> frozenset[str]:
    return frozenset(features_of(term))
