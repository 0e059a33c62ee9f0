"""Past posts through the monitor's own rules, under their own clock.

Causal: what is said at a time depends on nothing that came later. Opinions of posts are not known
here, since it is not kept when each was known; nor are merges and splits by people. The warnings
rest on the words, the amount, the course, the speed and the voices.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.monitor.backtest.cascades import event_posts
from services.monitor.backtest.copies import PastCopies
from services.monitor.backtest.subject import Subject
from services.monitor.backtest.surges import PastSurges
from services.monitor.backtest.trial import Selector, Trial
from services.monitor.indicators.tally import TallyPost
from services.monitor.posts.fingerprint import text_hash
from services.monitor.recent import Recent
from services.monitor.stories.grouping import DEFAULT_SETTINGS, Grouping, GroupingPost, Joined
from services.monitor.warnings.levels import Decision, Move
from services.monitor.warnings.reasons import reason
from services.monitor.watches.content import Fields
from shared.contracts.levels import WarningLevel
from shared.contracts.warnings import Reason
from shared.folding import fold

_WARNS = frozenset({Move.RAISED, Move.ROSE})
# Copies are found many at a time.
_AT_ONCE = 500
_COPIES = (Joined.COPY, Joined.PARENT)
_INTERACTIONS = ("likes", "reposts", "comments")


@dataclass(frozen=True, slots=True)
class PastPost:
    """A post as `posts/bulk` takes it (`fields`), published at `at` (epoch seconds)."""

    at: float
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning that was raised or rose: of which story or event, when, to which level, why.

    `evidence`: ids of the first post and of the one that made the level.
    """

    subject: str
    level: WarningLevel
    warned_at: float
    reasons: tuple[Reason, ...]
    evidence: tuple[str, ...]

    @property
    def reason(self) -> str:
        """All reasons in one English text."""
        return " ".join(each.text for each in self.reasons)


def replay_event(event: Mapping[str, Any], trial: Trial) -> list[Warned]:
    """Judges one event by itself: `id`, `text`, `author`, `replay_at` (epoch seconds) and `posts`:
    [[seconds, user, parent]] in time order."""
    if trial.selector().terms(fold(str(event["text"]))) is None:
        return []
    name = str(event["id"])
    subject = Subject(trial.thresholds)
    warned = []
    for number, post in enumerate(event_posts(event)):
        decision = subject.add(post)
        if decision.move in _WARNS and decision.level:
            evidence = (name, f"{name}-{number - 1}") if number else (name,)
            warned.append(Warned(name, decision.level, post.at, _reasons(decision), evidence))
    return warned


def replay_posts(posts: Iterable[PastPost], trial: Trial) -> Iterator[Warned]:
    """Matches, groups, counts and judges posts in time order."""
    replay, waiting = Replay(trial), iter(posts)
    while batch := list(itertools.islice(waiting, _AT_ONCE)):
        for placed in replay.feed(batch):
            if placed is not None:
                yield from (warned for warned in placed.warned if warned is not None)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a post went: its story, which trials matched it, and what each warned of by it."""

    story_id: str
    matched: tuple[bool, ...]
    warned: tuple[Warned | None, ...]


@dataclass(slots=True)
class _Side:
    """What one trial sees of the posts: those that it matches, story by story."""

    trial: Trial
    selector: Selector
    # By story, the longest silent first.
    subjects: dict[str, tuple[str, float, Subject]] = field(default_factory=dict)
    surges: PastSurges = field(default_factory=PastSurges)

    def add(self, story_id: str, post_id: str, post: TallyPost) -> Warned | None:
        carried = self.surges.add(post.at, story_id)
        if carried is not None and carried[0] in self.subjects:
            self.subjects[carried[0]][2].carry(carried[1], post.at)
        first, _, subject = self.subjects.pop(
            story_id, (post_id, post.at, Subject(self.trial.thresholds))
        )
        self.subjects[story_id] = first, post.at, subject
        decision = subject.add(post)
        if decision.move not in _WARNS or decision.level is None:
            return None
        evidence = tuple(dict.fromkeys((first, post_id)))
        return Warned(story_id, decision.level, post.at, _reasons(decision), evidence)

    def forget(self, oldest: float) -> None:
        """Lets go of the stories that have been silent since `oldest`."""
        while self.subjects:
            story_id, (_, last_at, _) = next(iter(self.subjects.items()))
            if last_at >= oldest:
                break
            del self.subjects[story_id]


@dataclass(frozen=True, slots=True)
class _Read:
    """A post, folded and matched: `terms` by trial."""

    post: PastPost
    id: str
    parent: str | None
    text: str
    folded: str
    terms: Sequence[tuple[str, ...] | None]


class Replay:
    """Posts in time order through one or more trials side by side: grouped once, all together, so
    that a story is the same to all of them; counted and judged by each on its own.

    Memory is bounded by the stories of three days. Like the tracker, a post that no trial matches
    follows the post that it repeats, as far as that is remembered.
    """

    def __init__(self, *trials: Trial) -> None:
        numbers = itertools.count(1)
        self._grouping = Grouping(lambda: f"story-{next(numbers)}")
        self._sides = [_Side(trial, trial.selector()) for trial in trials]
        self._copies = PastCopies()
        # Where posts went: story, and which trials asked for them.
        self._places: Recent[str, tuple[str, tuple[bool, ...]]] = Recent()
        self._number = 0

    def add(self, post: PastPost) -> Placed | None:
        """Returns what became of a post; None where no trial asks for it."""
        return next(iter(self.feed([post])))

    def feed(self, posts: Sequence[PastPost]) -> Iterator[Placed | None]:
        """Yields what became of each of some posts; many at once take a part of the time."""
        read = [self._read(post) for post in posts]
        asked = [each for each in read if any(terms is not None for terms in each.terms)]
        copied = self._copies.originals([(each.id, each.folded) for each in asked])
        originals = {
            id(each): original for each, original in zip(asked, copied, strict=True) if original
        }
        for each in read:
            yield self._place(each, originals.get(id(each)))

    def _read(self, post: PastPost) -> _Read:
        self._number += 1
        values = post.fields
        title, text = values.get("title"), str(values["text"])
        folded = fold(f"{title} {text}" if title else text)
        fields = _fields(post)
        parent = values.get("parent_external_id")
        return _Read(
            post=post,
            id=str(values.get("external_id", self._number)),
            parent=None if parent is None else str(parent),
            text=str(title or text),
            folded=folded,
            terms=[side.selector.terms(folded, fields) for side in self._sides],
        )

    def _place(self, read: _Read, original: str | None) -> Placed | None:
        post = read.post
        matched = tuple(terms is not None for terms in read.terms)
        if not any(matched):
            followed = self._places.get(read.parent)
            if followed is None:
                return None
            matched = followed[1]
        parent, copied = self._places.get(read.parent), self._places.get(original)
        placement = self._grouping.place(
            GroupingPost(
                id=read.id,
                at=post.at,
                text=read.text,
                folded=read.folded,
                text_hash=text_hash(read.folded),
                parent_id=read.parent,
                watch_terms=self._naming(read.terms),
                parent_story=parent[0] if parent else None,
                copied_story=copied[0] if copied else None,
            )
        )
        self._places.remember(read.id, (placement.story_id, matched))
        counted = _counted(post, copy=placement.joined in _COPIES)
        warned = tuple(
            side.add(placement.story_id, read.id, counted) if asks else None
            for side, asks in zip(self._sides, matched, strict=True)
        )
        self._grouping.expire(post.at)
        for side in self._sides:
            side.forget(post.at - DEFAULT_SETTINGS.window)
        return Placed(placement.story_id, matched, warned)

    def title(self, story_id: str) -> str:
        """Returns what a story is called; nothing for one that is no longer held."""
        story = self._grouping.get(story_id)
        return story.title if story is not None else ""

    def _naming(self, terms: Iterable[tuple[str, ...] | None]) -> tuple[str, ...]:
        """Those of the terms that only name whom the trials are about."""
        return tuple(
            term
            for side, found in zip(self._sides, terms, strict=True)
            for term in found or ()
            if term in side.trial.targets
        )


def _reasons(decision: Decision) -> tuple[Reason, ...]:
    return tuple(reason(cause) for cause in decision.causes)


def _fields(post: PastPost) -> Fields:
    """What watches look at besides the text."""
    names = ("title", "author", "platform", "region", "language", "source")
    return Fields(**{name: str(post.fields.get(name) or "") for name in names}, at=post.at)


def _counted(post: PastPost, *, copy: bool) -> TallyPost:
    values = post.fields
    engagement = values.get("engagement") or {}
    return TallyPost(
        at=post.at,
        platform=str(values.get("platform", "")),
        author=values.get("author"),
        source=values.get("source_id"),
        region=values.get("region"),
        followers=int(values.get("author_followers") or 0),
        interactions=sum(int(engagement.get(name) or 0) for name in _INTERACTIONS),
        copy=copy,
    )
