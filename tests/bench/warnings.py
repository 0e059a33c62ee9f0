"""Early warning on past cascades: each by itself, and all in one stream behind a watch.

By itself: weights fitted on one half of the authors, measured on the other, for several divisions;
the shipped weights, which have seen all of them; the heat alone; and how often each level proves
right. In one stream: the events of some days name the same brand, other posts stand between them,
and which post belongs together is found by our own stories. Texts stay in memory.
"""

import gzip
import json
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from enum import StrEnum
from itertools import count, islice
from pathlib import Path
from typing import Any

from services.monitor.backtest.cascades import DAYS, Case, Timeliness, read_cases, timeliness
from services.monitor.backtest.fitting import divided, example, first_warned, spread
from services.monitor.backtest.replay import PastPost, Replay, replay_event
from services.monitor.backtest.trial import Trial, trial_of
from services.monitor.warnings.outlook import SHIPPED
from shared.contracts.levels import WarningLevel
from tests.bench.report import measure, say

_DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "cascades"
_BRAND = "云州银行"
_DAY = 86_400.0
# Days of the replay that are put into one stream: 28 take some minutes.
_MIXED_DAYS = 4
_AT_ONCE = 500
_DIVISIONS = 5
# What a large matter is to those whom orange and red are for.
_MANY = 500
_REMARKS = ("转发微博", "[怒]", "真的假的？", "求证实", "扩散一下", "Repost", "关注后续", "[蜡烛]")


class Links(StrEnum):
    """How much of what a repost repeats is known."""

    ALL = "all reposts carry the id of what they repeat"
    HALF = "half carry the id, half quote the text"
    QUOTES = "none carries an id, all quote the text"


def measure_warnings() -> None:
    """Figures of early warning, where the data lie beside the repository."""
    if not _DATA.exists():
        say("No cascades beside the repository: warnings are not measured")
        return
    cases = list(read_cases(_DATA))
    _alone(cases)
    _levels(cases)
    _mixed(cases, _MIXED_DAYS)


def _alone(cases: list[Case]) -> None:
    say(f"Warning of {len(cases)} events, each by itself")
    examples = [example(case) for case in cases]
    unseen = [found for number in range(_DIVISIONS) for _, found in divided(examples, f"{number}")]
    for name, steps in spread(unseen).items():
        halves = f"halves of the authors that were not fitted on, {_DIVISIONS} divisions"
        measure("warnings", steps.pop("median"), f"{name}, median", **steps, measured_on=halves)
    _report("warnings", timeliness(cases, lambda case: first_warned(case, SHIPPED)), rule="shipped")
    _report("warnings", timeliness(cases, lambda case: first_warned(case, None)), rule="heat alone")


def _levels(cases: list[Case]) -> None:
    """How often each level proves right: what became of the events that ever reached it."""
    say("Levels, each event by itself")
    ranks = {case.id: _highest_rank(case) for case in cases}
    for level in WarningLevel:
        reached = [case for case in cases if ranks[case.id] >= level.rank]
        sizes = [len(case.event["posts"]) for case in reached]
        measure(
            "levels",
            sum(case.surge for case in reached) / max(1, len(reached)),
            "of the events that reached it grew past 200 posts within a day",
            level=level.value,
            past_500=sum(size >= _MANY for size in sizes) / max(1, len(sizes)),
            a_week=7 * len(reached) / DAYS,
            in_vain_a_week=7 * sum(not case.surge for case in reached) / DAYS,
        )


def _highest_rank(case: Case) -> int:
    return max((each.level.rank for each in replay_event(case.event, Trial())), default=0)


def _mixed(cases: list[Case], days: float) -> None:
    """The loss in one stream, beside the same events each by itself."""
    began = min(float(case.event["replay_at"]) for case in cases)
    some = [case for case in cases if float(case.event["replay_at"]) < began + days * _DAY]
    alone = timeliness(some, lambda case: first_warned(case, SHIPPED), days)
    _report("mixed stream", alone, links="each event by itself", events=len(some))
    trial = trial_of({"name": "bank", "expression": _BRAND, "targets": [_BRAND]})
    for links in Links:
        say(f"Warning of {len(some)} events in one stream: {links}")
        # A few events are spoken of again years later: by then the stream has long ended.
        posts = [post for post in _stream(some, links, days) if post.at < began + (days + 1) * _DAY]
        posts.sort(key=lambda post: post.at)
        started = time.perf_counter()
        first, stories = _warned(posts, trial)
        seconds = time.perf_counter() - started
        found = timeliness(some, _times(first), days)
        _report(
            "mixed stream",
            found,
            links=links.value,
            events=len(some),
            posts=len(posts),
            stories_warned=stories,
            warned_of_other_posts="-" in first,
            posts_a_second=round(len(posts) / seconds),
        )


def _times(first: Mapping[str, float]) -> Callable[[Case], float | None]:
    return lambda case: first.get(case.id)


def _warned(posts: Iterable[PastPost], trial: Trial) -> tuple[dict[str, float], int]:
    """When each event was first warned of: a warning is about the event whose post made it."""
    replay = Replay(trial)
    first: dict[str, float] = {}
    stories = set()
    waiting = iter(posts)
    while batch := list(islice(waiting, _AT_ONCE)):
        for post, placed in zip(batch, replay.feed(batch), strict=True):
            if placed is not None and (warned := placed.warned[0]) is not None:
                first.setdefault(str(post.fields["event"]), post.at)
                stories.add(warned.subject)
    return first, len(stories)


def _stream(cases: list[Case], links: Links, days: float) -> Iterator[PastPost]:
    chance = random.Random(7)
    for case in cases:
        yield from _event(case, links, chance)
    began = min(float(case.event["replay_at"]) for case in cases)
    for number, text in enumerate(_comments()):
        # Every other one names the brand: it is matched, and belongs to none of the events.
        said = f"{_BRAND} {text}" if number % 2 else text
        fields = {"external_id": f"c{number}", "text": said, "event": "-", "platform": "weibo"}
        yield PastPost(began + chance.random() * days * _DAY, fields)


def _event(case: Case, links: Links, chance: random.Random) -> Iterator[PastPost]:
    event = case.event
    began, text = float(event["replay_at"]), f"【{_BRAND}】{event['text']}"
    common = {"platform": "weibo", "event": case.id}
    yield PastPost(
        began, common | {"external_id": case.id, "text": text, "author": str(event["author"])}
    )
    for number, (seconds, user, parent) in zip(count(), event["posts"], strict=False):
        linked = links is Links.ALL or (links is Links.HALF and chance.random() < 0.5)
        remark = chance.choice(_REMARKS)
        fields: dict[str, Any] = common | {
            "external_id": f"{case.id}-{number}",
            "author": str(user),
            "text": remark if linked else f"{remark}//@{user[:8]}: {text}",
        }
        if linked:
            known = 0 <= parent < number
            fields["parent_external_id"] = f"{case.id}-{parent}" if known else case.id
        yield PastPost(began + float(seconds), fields)


def _comments() -> Iterator[str]:
    with gzip.open(_DATA / "comments_sample.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            event = json.loads(line)
            rows = event["comments"]
            yield from (str(text) for _, _, text in rows if str(text).strip())


def _report(name: str, found: Timeliness, **more: object) -> None:
    figures = asdict(found)
    measure(name, figures.pop("before_half"), "of the surges before half", **figures, **more)
