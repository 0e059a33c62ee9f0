"""A story while posts come in: its counts, its evidence, its warning. Plain values, no database."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self
from uuid import UUID

from services.monitor.indicators.reading import Reading, read
from services.monitor.indicators.tally import Tally, TallyPost
from services.monitor.stories.models import StoryRecord
from services.monitor.warnings.causes import Surging
from services.monitor.warnings.levels import Decision, Move, Thresholds, WarningState, judge
from services.monitor.warnings.outlook import SHIPPED
from shared.contracts.posts import CollectedPost
from shared.contracts.warnings import EvidencePost

_MINUTE = 60
_MOST_EVIDENCE = 5
_EVIDENCE_LENGTH = 500


@dataclass(slots=True)
class Tracked:
    """A story in the memory of the tracker.

    `received` is when its newest post reached us, in epoch seconds of our clock; from there the
    story clock runs on. `judged_minute` keeps a fast replay honest: within one batch, a story is
    judged at the end of each of its minutes. `surging`: the surge of a watch that it carries now.
    `worded`: how many posts its story had when title, keywords and profile were written last.
    """

    id: UUID
    title: str = ""
    keywords: list[str] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    watch_mentions: dict[str, int] = field(default_factory=dict)
    posts: int = 0
    copies: int = 0
    received: float = 0.0
    evidence: list[dict[str, Any]] = field(default_factory=list)
    warning: WarningState | None = None
    surging: Surging | None = None
    judged_minute: int | None = None
    changed: bool = False
    worded: int = -1
    decisions: list[tuple[float, Decision]] = field(default_factory=list)

    def add(
        self, post: CollectedPost, at: float, watches: list[UUID], *, copy: bool, received: float
    ) -> None:
        """Count a post that was placed into this story."""
        self.tally.add(
            TallyPost(
                at=at,
                platform=post.platform,
                author=f"{post.platform}\n{post.author}" if post.author else None,
                source=post.platform,
                region=post.region,
                followers=post.author_followers or 0,
                interactions=post.interactions,
                copy=copy,
            )
        )
        for watch in watches:
            self.watch_mentions[str(watch)] = self.watch_mentions.get(str(watch), 0) + 1
        self.posts += not copy
        self.copies += copy
        self.received = max(self.received, received)
        self.changed = True
        if not copy:
            self._keep_evidence(post)

    def absorb(self, other: "Tracked") -> None:
        """Count what was counted of a story that turned out to be the same."""
        self.tally.include(other.tally)
        for watch, count in other.watch_mentions.items():
            self.watch_mentions[watch] = self.watch_mentions.get(watch, 0) + count
        self.posts += other.posts
        self.copies += other.copies
        self.received = max(self.received, other.received)
        self.evidence = _most_telling([*self.evidence, *other.evidence])
        self.changed = True

    def recall(self, before: "Tracked") -> None:
        """Add what was counted of this story while it was not remembered."""
        self.absorb(before)
        self.title, self.keywords, self.warning = before.title, before.keywords, before.warning

    def take_warning(self, judged: dict[str, Any] | None) -> None:
        """Go on with the warning of this state, or without one."""
        self.warning = None if judged is None else WarningState.from_state(judged)

    def recast(self, at: float, *, copy: bool) -> None:
        """Count a post of the time `at` as a copy, or as one with words of its own, after all."""
        step = 1 if copy else -1
        self.posts -= step
        self.copies += step
        self.tally.recast(at, copy=copy)
        self.changed = True

    @property
    def watch_id(self) -> UUID:
        """The watch that most of its posts were matched by; the older one where two are even."""
        return UUID(
            min(self.watch_mentions, key=lambda watch: (-self.watch_mentions[watch], watch))
        )

    def clock(self, now: float) -> float:
        """The story clock at `now`: the time of the newest post, and what has passed since."""
        return (self.tally.last_at or now) + max(0.0, now - self.received)

    def read(self, now: float) -> Reading:
        """All indicators at `now` of our clock."""
        return read(self.tally, self.clock(now))

    def judge_before(self, at: float, thresholds_for: Callable[[Self], Thresholds]) -> None:
        """Judge the story as it stands, if `at` begins a new minute of it.

        Its thresholds are asked for only then: to find them for every post took a fifth of the
        worker's time.
        """
        minute = int(at // _MINUTE)
        if self.judged_minute is None:
            self.judged_minute = minute
        elif minute > self.judged_minute and self.tally.last_at is not None:
            self.judged_minute = minute
            self._judge(self.tally.last_at, thresholds_for(self))

    def judge_now(self, now: float, thresholds: Thresholds) -> None:
        """Judge the story at `now` of our clock."""
        self._judge(self.clock(now), thresholds)

    def _judge(self, at: float, thresholds: Thresholds) -> None:
        at_rest = self.warning is None and self.surging is None
        if at_rest and not thresholds.may_warn(self.tally.heat.value(at)):
            return  # too cold under any circumstances: spares the full reading
        outlook = SHIPPED.outlook(self.tally, at)
        decision = judge(read(self.tally, at), thresholds, self.warning, outlook, self.surging)
        self.warning = decision.state
        if decision.move is not Move.NONE:
            if self.decisions and decision.move is Move.STAYED:
                return
            self.decisions.append((at, decision))
            self.changed = True

    def take_decisions(self) -> list[tuple[float, Decision]]:
        """What was decided since the last call."""
        taken, self.decisions = self.decisions, []
        return taken

    def _keep_evidence(self, post: CollectedPost) -> None:
        """Keep the posts of the largest voices and the most reactions, the first one always."""
        weight = (post.author_followers or 0) / 1_000 + post.interactions
        entry = EvidencePost(
            id=post.id,
            platform=post.platform,
            text=post.text[:_EVIDENCE_LENGTH],
            url=post.url,
            published_at=post.published_at,
        ).model_dump(mode="json") | {"weight": weight}
        if len(self.evidence) < _MOST_EVIDENCE:
            self.evidence.append(entry)
            return
        least = min(range(1, len(self.evidence)), key=lambda i: self.evidence[i]["weight"])
        if weight > self.evidence[least]["weight"]:
            self.evidence[least] = entry

    @classmethod
    def of(cls, record: StoryRecord, warning: WarningState | None) -> "Tracked":
        """Read a story back from its row."""
        return cls(
            id=record.id,
            title=record.title,
            keywords=list(record.keywords),
            tally=Tally.from_state(record.tally),
            watch_mentions=dict(record.watch_mentions),
            posts=record.posts,
            copies=record.copies,
            received=record.last_received_at.timestamp(),
            evidence=list(record.evidence),
            warning=warning,
        )


def _most_telling(evidence: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first post, and those with most weight."""
    ordered = sorted(evidence, key=lambda entry: str(entry["published_at"]))
    rest = sorted(ordered[1:], key=lambda entry: -float(entry["weight"]))
    return [*ordered[:1], *rest[: _MOST_EVIDENCE - 1]]


def moment(epoch_seconds: float) -> datetime:
    """Epoch seconds as an aware datetime."""
    return datetime.fromtimestamp(epoch_seconds, tz=UTC)
