"""Spread, impact and the negative share, on values one can check by hand."""

import pytest

from services.monitor.indicators.impact import impact
from services.monitor.indicators.negativity import negativity, wilson
from services.monitor.indicators.spread import effective_number, spread
from services.monitor.indicators.tally import Tally, TallyPost
from shared.contracts.labels import Sentiment

NOON = 1_772_337_600.0
HOUR = 3_600.0


@pytest.mark.parametrize(
    ("counts", "number"), [([], 0), ([5], 1), ([5, 5], 2), ([9, 9, 9], 3), ([98, 1, 1], 1.119)]
)
def test_the_effective_number_of_platforms(counts: list[int], number: float) -> None:
    assert effective_number(counts) == pytest.approx(number, abs=0.001)


def test_spread_counts_each_kind_once() -> None:
    tally = Tally()
    for platform, author in [("weibo", "甲"), ("weibo", "乙"), ("forum", "甲")]:
        tally.add(TallyPost(NOON, platform, author, source=platform, region="云州市"))
    found = spread(tally)
    assert (found.platforms, found.authors, found.sources, found.regions) == (2, 2, 2, 1)


@pytest.mark.parametrize(
    ("followers", "score"), [(0, 0), (9_999, 50), (99_999_999, 100), (10**12, 100)]
)
def test_impact_runs_from_nobody_to_everybody(followers: int, score: float) -> None:
    tally = Tally()
    tally.add(TallyPost(NOON, "weibo", followers=followers))
    found = impact(tally, NOON)
    assert found.score == pytest.approx(score, abs=0.1)
    assert found.reach == found.voice == followers


def test_a_large_voice_is_heard_for_a_day() -> None:
    tally = Tally()
    tally.add(TallyPost(NOON, "weibo", followers=1_000_000))
    tally.add(TallyPost(NOON + HOUR, "weibo", followers=10))
    assert impact(tally, NOON + 2 * HOUR).voice == 1_000_000
    assert impact(tally, NOON + 25 * HOUR).voice == 0
    tally.add(TallyPost(NOON + 30 * HOUR, "weibo", followers=20))
    assert impact(tally, NOON + 30 * HOUR).voice == 20


def test_the_negative_share_is_that_of_the_last_two_hours_with_its_interval() -> None:
    tally = Tally()
    tally.add(TallyPost(NOON, "weibo"))
    for sentiment, count in [("negative", 8), ("neutral", 1), ("positive", 1)]:
        tally.add_opinion(NOON, Sentiment(sentiment), count)
    tally.add_opinion(NOON - 3 * HOUR, Sentiment.POSITIVE, 100)
    found = negativity(tally, NOON)
    assert (found.known, found.negative, found.share) == (10, 8, 0.8)
    assert found.low == pytest.approx(0.4902, abs=1e-3)
    assert found.high == pytest.approx(0.9433, abs=1e-3)


def test_with_no_opinions_the_share_may_be_anything() -> None:
    assert wilson(0, 0) == (0, 1)
    assert negativity(Tally(), NOON).known == 0
