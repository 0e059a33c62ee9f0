"""What is counted of a subject, in bounded memory, and across a restart."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitor.indicators.reading import read
from services.monitor.indicators.tally import Tally, TallyPost
from shared.contracts.labels import Sentiment

NOON = 1_772_337_600.0
HOUR = 3_600.0


def weibo(at: float, *, copy: bool = False, followers: int = 0) -> TallyPost:
    return TallyPost(at=at, platform="weibo", author=f"a{at}", copy=copy, followers=followers)


def test_windows_hold_the_minutes_that_end_now() -> None:
    tally = Tally()
    for minutes_ago in (0, 14, 15, 59, 60, 61):
        tally.add(weibo(NOON - 60 * minutes_ago))
    assert tally.between(NOON - 900, NOON).posts == 2
    assert tally.between(NOON - HOUR, NOON).posts == 4
    assert tally.between(NOON - 2 * HOUR, NOON - HOUR).posts == 2


def test_posts_copies_reach_and_names_are_counted() -> None:
    tally = Tally()
    tally.add(TallyPost(NOON, "weibo", "甲", "feed", "云州市东城区", followers=100))
    tally.add(TallyPost(NOON, "weibo", "乙", "feed", "云州市西城区", followers=50, copy=True))
    tally.add(TallyPost(NOON, "forum", "甲", followers=-1))
    counts = tally.between(NOON - HOUR, NOON)
    assert (counts.posts, counts.copies, counts.mentions, counts.reach) == (2, 1, 3, 150)
    assert tally.platforms == {"weibo": 2, "forum": 1}
    assert len(tally.regions) == 2
    assert (tally.authors.estimate(), tally.sources.estimate()) == (2, 1)


def test_opinions_come_later_and_can_be_corrected() -> None:
    tally = Tally()
    tally.add(weibo(NOON))
    tally.add_opinion(NOON, Sentiment.NEGATIVE)
    tally.add_opinion(NOON, Sentiment.NEGATIVE, count=-1)
    tally.add_opinion(NOON, Sentiment.POSITIVE)
    counts = tally.between(NOON - HOUR, NOON)
    assert (counts.negative, counts.positive) == (0, 1)


def test_an_opinion_of_long_ago_is_corrected_where_it_was_counted() -> None:
    tally = Tally()
    tally.add(weibo(NOON))
    tally.add_opinion(NOON, Sentiment.NEGATIVE)
    tally.add(weibo(NOON + 3 * HOUR))
    tally = Tally.from_state(tally.to_state())
    tally.add_opinion(NOON, Sentiment.NEGATIVE, count=-1)
    assert tally.between(NOON - HOUR, NOON + 3 * HOUR).negative == 0


def test_what_is_over_a_day_old_is_forgotten_but_for_the_whole_life() -> None:
    tally = Tally()
    tally.add(weibo(NOON - 25 * HOUR))
    tally.add(weibo(NOON))
    tally.add(weibo(NOON - 26 * HOUR))
    tally.to_state()
    assert tally.between(0, NOON).posts == 1
    assert tally.platforms == {"weibo": 3}
    assert tally.first_at == NOON - 26 * HOUR


def test_a_reading_is_the_same_after_a_restart() -> None:
    tally, random_ = Tally(), random.Random(7)
    for _ in range(3_000):
        at = NOON - random_.random() * 20 * HOUR
        tally.add(weibo(at, copy=random_.random() < 0.5, followers=random_.randrange(1_000)))
        tally.add_opinion(at, random_.choice(list(Sentiment)))
    before = read(tally, NOON)
    again = read(Tally.from_state(json.loads(json.dumps(tally.to_state()))), NOON)
    assert again.spread == before.spread
    assert again.negativity == before.negativity
    assert (again.speed.hour, again.speed.quarter) == (before.speed.hour, before.speed.quarter)
    assert again.impact == before.impact
    assert again.heat == pytest.approx(before.heat, abs=1e-3)
    # Quarters of an hour at the edge of the twelve hours may fall in or out.
    assert again.speed.multiple == pytest.approx(before.speed.multiple, rel=0.05)


def test_the_state_of_a_hot_story_stays_small() -> None:
    tally, random_ = Tally(), random.Random(7)
    for number in range(50_000):
        at = NOON - 30 * HOUR + number * 30 * HOUR / 50_000
        tally.add(
            TallyPost(at, f"p{random_.randrange(99)}", f"a{number}", f"s{number}", f"r{number}")
        )
    state = tally.to_state()
    assert len(tally.minutes) < 200
    assert len(json.dumps(state)) < 12_000


POSTS = st.builds(
    TallyPost,
    at=st.integers(0, 3 * 3_600).map(float),
    platform=st.sampled_from(["weibo", "wechat"]),
    author=st.none() | st.sampled_from("abcdef"),
    region=st.none() | st.sampled_from(["云州", "江城"]),
    followers=st.integers(0, 1_000_000),
    interactions=st.integers(0, 100),
    copy=st.booleans(),
)


@given(st.lists(POSTS, max_size=30), st.lists(POSTS, max_size=30))
def test_two_tallies_together_say_what_one_of_all_posts_would(
    some: list[TallyPost], others: list[TallyPost]
) -> None:
    first, second, whole = Tally(), Tally(), Tally()
    for each in sorted(some, key=lambda post: post.at):
        first.add(each)
    for each in sorted(others, key=lambda post: post.at):
        second.add(each)
    for each in sorted([*some, *others], key=lambda post: post.at):
        whole.add(each)
    first.include(second)
    for name in ("first_at", "last_at", "platforms", "regions"):
        assert getattr(first, name) == getattr(whole, name)
    assert first.authors.estimate() == whole.authors.estimate()
    assert first.voice.followers == whole.voice.followers
    now = 4 * 3_600.0
    assert first.heat.value(now) == pytest.approx(whole.heat.value(now))
    assert first.between(-1, now).row() == whole.between(-1, now).row()
