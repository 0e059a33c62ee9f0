"""Each indicator against its formula in docs/indicators.md, computed from the posts themselves."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitor.indicators.reading import read
from services.monitor.indicators.tally import Tally, TallyPost
from services.monitor.indicators.trend import trend
from shared.contracts.labels import Sentiment

NOON = 1_772_409_600.0 + 43_200
# Two hours before all others, on a quarter of an hour: the subject has a past.
FIRST = TallyPost(NOON - 7_200, "weibo", author="first")
MINUTES = 70

POSTS = st.lists(
    st.builds(
        TallyPost,
        at=st.integers(0, MINUTES * 60 - 1).map(lambda second: NOON + second),
        platform=st.sampled_from(["weibo", "wechat", "news"]),
        author=st.none() | st.sampled_from("abcdef"),
        source=st.none() | st.sampled_from("xyz"),
        region=st.none() | st.sampled_from(["云州", "江城"]),
        followers=st.integers(0, 200_000_000),
        interactions=st.integers(0, 100_000),
        copy=st.booleans(),
    ),
    max_size=40,
)
OPINIONS = st.lists(st.sampled_from(Sentiment), max_size=40)
AFTER = st.integers(0, 3).map(lambda minute: NOON + (MINUTES - 1 + minute) * 60.0)


@given(POSTS, OPINIONS, AFTER)
def test_a_reading_is_what_its_formulas_say(
    others: list[TallyPost], opinions: list[Sentiment], now: float
) -> None:
    posts = [FIRST, *sorted(others, key=lambda post: post.at)]
    tally = Tally()
    for post in posts:
        tally.add(post)
    for sentiment in opinions:
        tally.add_opinion(posts[-1].at, sentiment)
    reading = read(tally, now)

    heat = sum(
        (1 + math.log10(1 + post.interactions) / 2) * 2 ** (-(now - post.at) / 3_600)
        for post in posts
        if post.at <= now
    )
    early = [post for post in posts if post.at <= now]
    if len(early) == len(posts):
        assert reading.heat == pytest.approx(math.log(2) * heat)

    assert reading.spread.platforms == len({post.platform for post in posts})
    assert reading.spread.regions == len({post.region for post in posts if post.region})
    assert reading.spread.sources == len({post.source for post in posts if post.source})
    assert reading.spread.authors == len({post.author for post in posts if post.author})
    named = [post.platform for post in posts]
    shares = [named.count(name) / len(named) for name in set(named)]
    entropy = -sum(share * math.log(share) for share in shares)
    assert reading.spread.effective_platforms == pytest.approx(math.exp(entropy))

    told = [post for post in posts if post.at // 60 <= now // 60]
    reach = sum(post.followers for post in told)
    assert reading.impact.reach == reach
    assert reading.impact.score == pytest.approx(
        min(100, 100 * math.log10(1 + reach) / math.log10(1 + 1e8))
    )
    assert reading.impact.voice == max(post.followers for post in posts)

    def within(begin: float, end: float) -> int:
        return sum(begin // 60 < post.at // 60 <= end // 60 for post in posts)

    assert reading.speed.quarter == 4 * within(now - 900, now)
    assert reading.speed.hour == within(now - 3_600, now)
    hours = min(12, (now - 3_600 - FIRST.at) / 3_600)
    baseline = within(now - 13 * 3_600, now - 3_600) / hours
    assert reading.speed.baseline == pytest.approx(baseline)
    assert reading.speed.multiple == pytest.approx((reading.speed.hour + 2) / (baseline + 2))

    known = opinions if now // 60 - 120 < posts[-1].at // 60 <= now // 60 else []
    assert reading.negativity.known == len(known)
    assert reading.negativity.negative == known.count(Sentiment.NEGATIVE)
    if known:
        # Wilson: where the share found lies just 1.96 standard errors away.
        share = reading.negativity.share
        for end in (reading.negativity.low, reading.negativity.high):
            distance = 1.96 * math.sqrt(end * (1 - end) / len(known))
            assert abs(share - end) == pytest.approx(distance, abs=1e-9)


@given(st.lists(st.integers(0, 300), min_size=8, max_size=96))
def test_a_trend_is_the_difference_of_two_hours_in_its_standard_errors(quarters: list[int]) -> None:
    last, before = sum(quarters[-4:]), sum(quarters[-8:-4])
    if last + before < 5:
        assert trend(quarters) == "quiet"
        return
    z = (last - before) / math.sqrt(last + before)
    hours = [sum(quarters[max(0, end - 4) : end]) for end in range(len(quarters), 0, -4)]
    full = max(last, before) == max(hours) > 1.5 * sum(hours) / len(hours)
    between = "peak" if full else "steady"
    assert trend(quarters) == ("rising" if z > 1.645 else "falling" if z < -1.645 else between)
