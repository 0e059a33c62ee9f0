"""The usual thresholds for a small and a very large organisation, on made streams.

Usual talk is many matters, each as likely as its rank says (Zipf), that come evenly by chance; in
it one matter breaks out. Each matter is judged as a story of its own; the small stream goes through
the whole replay, surges of the watch included.
"""

import random
from collections import Counter
from collections.abc import Iterator

from services.monitor.backtest.replay import PastPost, Replay
from services.monitor.backtest.subject import Subject
from services.monitor.backtest.trial import trial_of
from services.monitor.indicators.tally import TallyPost
from services.monitor.warnings.levels import DEFAULT_HEAT, DEFAULT_THRESHOLDS, Thresholds
from tests.bench.report import measure, say

_DAY, _HOUR = 86_400.0, 3_600.0
_BRAND = "云州银行"
_MATTERS = 300
# Of ten thousand posts an hour: how many hours, and how much higher the second try sets the heat.
_LARGE, _HOURS, _HIGHER = 10_000, 3, 10
# Of ten posts a day: days before the break-out, how many posts come in it, and in what time.
_SMALL, _DAYS, _BURST = 10, 14, 40
_SPANS = (0.5, 1.0, 2.0)


def measure_organisations() -> None:
    """Warnings in usual talk, and of what breaks out."""
    for hours in _SPANS:
        say(f"{_SMALL} posts a day about an organisation, then {_BURST} in {hours} hours")
        _small(hours)
    say(f"{_LARGE} posts an hour about an organisation")
    _large(DEFAULT_THRESHOLDS, "usual thresholds")
    higher = {level.value: heat * _HIGHER for level, heat in DEFAULT_HEAT.items()}
    _large(Thresholds.of({"heat": higher}), f"heat {_HIGHER} times as high")


def _small(hours: float) -> None:
    chance = random.Random(3)
    posts = [_said(n, chance.random() * _DAYS * _DAY) for n in range(_SMALL * _DAYS)]
    began = _DAYS * _DAY
    posts += [
        PastPost(
            began + n * hours * _HOUR / _BURST,
            {"external_id": f"m{n}", "platform": "weibo", "text": f"{_BRAND}手机银行转账失败{n}笔"},
        )
        for n in range(_BURST)
    ]
    posts.sort(key=lambda post: post.at)
    replay = Replay(trial_of({"expression": _BRAND, "targets": [_BRAND]}))
    warned = [(post.at, placed.warned[0]) for post in posts if (placed := replay.add(post))]
    times = [at for at, warning in warned if warning is not None]
    after = [(at - began) / 60 for at in times if at >= began]
    measure(
        "organisations",
        sum(at < began for at in times) / _DAYS * 7,
        "warnings a week in usual talk",
        posts_a_day=_SMALL,
        burst=f"{_BURST} posts in {hours} hours",
        minutes_to_warning=min(after, default=None),
    )


def _said(number: int, at: float) -> PastPost:
    words = "".join(chr(0x4E00 + (number * 389 + each * 97) % 9_000) for each in range(12))
    fields = {"external_id": f"p{number}", "platform": "weibo", "text": f"{_BRAND} {words}"}
    return PastPost(at, fields)


def _large(thresholds: Thresholds, name: str) -> None:
    subjects = [Subject(thresholds) for _ in range(_MATTERS)]
    levels = dict.fromkeys(range(_MATTERS), "")
    for at, matter in _usual():
        level = subjects[matter].add(TallyPost(at, "weibo", f"u{at}")).level
        if level is not None:
            levels[matter] = max(levels[matter], level.value, key=_rank)
    highest = Counter(filter(None, levels.values()))
    measure(
        "organisations",
        sum(highest.values()),
        f"of {_MATTERS} usual matters warned of in {_HOURS} hours",
        posts_an_hour=_LARGE,
        thresholds=name,
        levels=dict(highest),
    )


def _rank(level: str) -> int:
    return ["", "blue", "yellow", "orange", "red"].index(level)


def _usual() -> Iterator[tuple[float, int]]:
    chance = random.Random(5)
    ranks = range(_MATTERS)
    shares = [1 / (rank + 1) for rank in ranks]
    at = 0.0
    while at < _HOURS * _HOUR:
        at += chance.expovariate(_LARGE / _HOUR)
        yield at, chance.choices(ranks, shares)[0]
