"""Two settings of a watch on the same past posts: what each would have warned of, and when."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from services.monitor.backtest.replay import PastPost, Placed, Replay, Warned
from services.monitor.backtest.trial import Trial
from services.monitor.indicators.heat import Heat

WEEK = 7 * 86_400.0
# Stories that are named one by one; all are counted.
MOST_STORIES = 200
# Stories without a warning are forgotten after so many seconds of silence: with the tallies.
_WINDOW = 3 * 86_400.0


class Change(StrEnum):
    """What the draft would change for a story."""

    NEW = "new"
    LOST = "lost"
    EARLIER = "earlier"
    LATER = "later"
    SAME = "same"


@dataclass(slots=True)
class _Story:
    """What is known of a story: `peak_at`, when it was hottest; `stored`, how many of its posts are
    in which story of the record; the first warning of each side, and its highest level."""

    first_at: float
    last_at: float
    first_post: str
    title: str = ""
    posts: int = 0
    heat: Heat = field(default_factory=Heat)
    peak: float = 0.0
    peak_at: float = 0.0
    stored: Counter[str] = field(default_factory=Counter)
    first: list[Warned | None] = field(default_factory=list)
    highest: list[Warned | None] = field(default_factory=list)

    def count(self, at: float, interactions: int) -> None:
        self.posts += 1
        self.last_at = max(self.last_at, at)
        self.heat.add(at, interactions)
        now = self.heat.value(at)
        if now > self.peak:
            self.peak, self.peak_at = now, at

    @property
    def warned(self) -> bool:
        return any(self.first)


class Comparison:
    """Posts in time order through the present settings (if there are any) and a draft.

    `since` and `until` (epoch seconds) bound what is counted by the week.
    """

    def __init__(self, present: Trial | None, draft: Trial, since: float, until: float) -> None:
        trials = [draft] if present is None else [present, draft]
        self._names = ["draft"] if present is None else ["present", "draft"]
        self._replay = Replay(*trials)
        self._weeks = max(until - since, 1.0) / WEEK
        self._posts = 0
        self._matched = [0] * len(trials)
        self._alerts = [0] * len(trials)
        # By last post, the longest silent first.
        self._stories: dict[str, _Story] = {}
        self._done: list[_Story] = []

    def feed(self, posts: Sequence[PastPost]) -> None:
        """Takes the next posts; `fields["stored_story"]` names the story in the record, if any."""
        self._posts += len(posts)
        for post, placed in zip(posts, self._replay.feed(posts), strict=True):
            if placed is not None:
                self._count(post, placed)

    def _count(self, post: PastPost, placed: Placed) -> None:
        story = self._stories.pop(placed.story_id, None)
        if story is None:
            nobody: list[Warned | None] = [None] * len(self._names)
            story = _Story(post.at, post.at, str(post.fields["text"])[:100])
            story.first, story.highest = nobody, [*nobody]
        self._stories[placed.story_id] = story
        story.count(post.at, 0)
        story.title = self._replay.title(placed.story_id) or story.title
        if stored := post.fields.get("stored_story"):
            story.stored[str(stored)] += 1
        for side, (matched, warned) in enumerate(zip(placed.matched, placed.warned, strict=True)):
            self._matched[side] += matched
            if warned is not None:
                self._alerts[side] += 1
                story.first[side] = story.first[side] or warned
                highest = story.highest[side]
                if highest is None or warned.level > highest.level:
                    story.highest[side] = warned
        self._forget(post.at - _WINDOW)

    def result(self) -> dict[str, Any]:
        """Returns the comparison as JSON values; times in epoch seconds, leads in minutes before
        the story was hottest."""
        stories = [*self._done, *(story for story in self._stories.values() if story.warned)]
        stories.sort(key=lambda story: story.first_at)
        changes = Counter(map(self._change, stories))
        sides = {
            name: self._side(side, stories) | {"matched": self._matched[side]}
            for side, name in enumerate(self._names)
        }
        named = sorted(stories, key=lambda story: -story.peak)[:MOST_STORIES]
        return {
            "posts": self._posts,
            "weeks": round(self._weeks, 3),
            "present": None,
            **sides,
            "changes": {change.value: changes[change] for change in Change},
            "stories": [self._named(story) for story in named],
        }

    def _side(self, side: int, stories: Iterable[_Story]) -> dict[str, Any]:
        leads = [
            (story.peak_at - first.warned_at) / 60
            for story in stories
            if (first := story.first[side]) is not None
        ]
        levels = Counter(
            highest.level.value for story in stories if (highest := story.highest[side]) is not None
        )
        return {
            "stories": len(leads),
            "alerts": self._alerts[side],
            "alerts_a_week": round(self._alerts[side] / self._weeks, 2),
            "levels": dict(levels),
            "median_lead_minutes": round(sorted(leads)[len(leads) // 2], 1) if leads else None,
        }

    def _change(self, story: _Story) -> Change:
        if len(story.first) == 1:
            return Change.NEW
        present, draft = story.first
        if present is None or draft is None:
            return Change.NEW if present is None else Change.LOST
        if present.warned_at == draft.warned_at:
            return Change.SAME
        return Change.EARLIER if draft.warned_at < present.warned_at else Change.LATER

    def _named(self, story: _Story) -> dict[str, Any]:
        stored = story.stored.most_common(1)
        named: dict[str, Any] = {
            "title": story.title or story.first_post,
            "first_post_at": story.first_at,
            "peak_at": story.peak_at,
            "peak_heat": round(story.peak, 1),
            "posts": story.posts,
            "stored_story_id": stored[0][0] if stored else None,
            "change": self._change(story).value,
            "present": None,
        }
        for side, name in enumerate(self._names):
            named[name] = _warning(story.first[side], story.highest[side], story.peak_at)
        return named

    def _forget(self, oldest: float) -> None:
        while self._stories:
            story_id, story = next(iter(self._stories.items()))
            if story.last_at >= oldest:
                break
            del self._stories[story_id]
            if story.warned:
                self._done.append(story)


def _warning(
    first: Warned | None, highest: Warned | None, peak_at: float
) -> Mapping[str, Any] | None:
    if first is None or highest is None:
        return None
    return {
        "warned_at": first.warned_at,
        "level": first.level.value,
        "highest_level": highest.level.value,
        "lead_minutes": round((peak_at - first.warned_at) / 60, 1),
        "reasons": [each.model_dump(mode="json") for each in first.reasons],
    }
