"""Past posts through the monitor's own rules, under their own clock.

Causal: what is said at a time depends on nothing that came later. Opinions of posts are not known
here; the warnings rest on the words, the amount, the speed and the voices.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.monitor.backtest.cascades import event_posts
from services.monitor.backtest.subject import Subject
from services.monitor.backtest.trial import Trial
from services.monitor.indicators.tally import TallyPost
from services.monitor.posts.fingerprint import text_hash
from services.monitor.stories.grouping import Grouping, GroupingPost, Joined
from services.monitor.warnings.levels import Decision, Move
from services.monitor.warnings.reasons import reason
from shared.contracts.levels import WarningLevel
from shared.folding import fold

_WARNS = frozenset({Move.RAISED, Move.ROSE})
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
    reason: str
    evidence: tuple[str, ...]


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
            warned.append(Warned(name, decision.level, post.at, _why(decision), evidence))
    return warned


def replay_posts(posts: Iterable[PastPost], trial: Trial) -> Iterator[Warned]:
    """Matches, groups, counts and judges posts in time order."""
    numbers = itertools.count(1)
    grouping = Grouping(lambda: f"story-{next(numbers)}")
    selector = trial.selector()
    subjects: dict[str, Subject] = defaultdict(lambda: Subject(trial.thresholds))
    first_posts: dict[str, str] = {}
    for number, post in enumerate(posts, 1):
        folded = fold(f"{post.fields.get('title') or ''} {post.fields['text']}")
        terms = selector.terms(folded)
        if terms is None:
            continue
        grouped = _grouped(post, folded, terms, number)
        placement = grouping.place(grouped)
        grouping.expire(post.at)
        copy = placement.joined is Joined.COPY
        decision = subjects[placement.story_id].add(_counted(post, copy=copy))
        first = first_posts.setdefault(placement.story_id, grouped.id)
        if decision.move in _WARNS and decision.level:
            evidence = tuple(dict.fromkeys((first, grouped.id)))
            yield Warned(placement.story_id, decision.level, post.at, _why(decision), evidence)


def _why(decision: Decision) -> str:
    return " ".join(reason(cause).text for cause in decision.causes)


def _grouped(post: PastPost, folded: str, terms: tuple[str, ...], number: int) -> GroupingPost:
    values = post.fields
    parent = values.get("parent_external_id")
    return GroupingPost(
        id=str(values.get("external_id", number)),
        at=post.at,
        text=str(values["text"]),
        folded=folded,
        text_hash=text_hash(folded),
        parent_id=None if parent is None else str(parent),
        watch_terms=terms,
    )


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
