"""YouTube: videos, comments, and a quota that is never used up by surprise."""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from services.monitor.sources.connectors.youtube_quota import Quota, next_day
from services.monitor.sources.fetching import FetchError
from tests.monitor.sources.connectors.conftest import Read, ids
from tests.monitor.sources.connectors.twins.youtube import KEY, YouTubeTwin

WORDS = {"words": "停电"}
CHANNEL = "UC" + "x" * 22


@pytest.fixture
def twin(httpserver: HTTPServer) -> YouTubeTwin:
    twin = YouTubeTwin()
    httpserver.expect_request(re.compile("/youtube/v3/.*")).respond_with_handler(twin)
    return twin


async def test_a_video_and_what_is_said_below_it_become_posts(
    read: Read, twin: YouTubeTwin, httpserver: HTTPServer
) -> None:
    video = twin.upload("Outage", minutes_ago=90)
    comment = twin.comment(video, "Here too", minutes_ago=30, replies=1)
    harvest = await read("youtube", httpserver.url_for("/"), WORDS, KEY)
    post, said, answer = harvest.posts.dated
    assert (post.external_id, post.title, post.text) == (video, "Outage", "About Outage")
    assert (post.author, post.language) == ("City TV", "zh")
    assert post.engagement is not None
    assert (post.engagement.likes, post.engagement.comments, post.engagement.views) == (56, 2, 1234)
    assert (said.external_id, said.parent_external_id, said.text) == (comment, video, "Here too")
    assert (answer.parent_external_id, answer.text) == (comment, "answer 0")
    assert twin.asked == ["search", "videos", "commentThreads"]


async def test_only_videos_with_new_comments_are_asked_for_them(
    read: Read, twin: YouTubeTwin, httpserver: HTTPServer
) -> None:
    quiet = twin.upload("Quiet", minutes_ago=90)
    loud = twin.upload("Loud", minutes_ago=80)
    for number in range(3):
        twin.comment(loud, f"old {number}", minutes_ago=60 - number)
    first = await read("youtube", httpserver.url_for("/"), WORDS, KEY)
    twin.asked.clear()
    second = await read("youtube", httpserver.url_for("/"), WORDS, KEY, after=first)
    # The search is not due again, and nobody said anything.
    assert twin.asked == ["videos"]
    fresh = {
        twin.comment(loud, f"new {number}", minutes_ago=20 - number / 20) for number in range(150)
    }
    twin.asked.clear()
    third = await read("youtube", httpserver.url_for("/"), WORDS, KEY, after=second)
    assert twin.asked == ["videos", "commentThreads", "commentThreads"]
    assert fresh <= set(ids(third))
    assert quiet in ids(third)


async def test_a_channel_needs_no_search(
    read: Read, twin: YouTubeTwin, httpserver: HTTPServer
) -> None:
    mine = twin.upload("Mine", minutes_ago=90)
    twin.upload("Another's", minutes_ago=80, channel="UC" + "y" * 22)
    settings = {"channels": [CHANNEL], "comments": False}
    harvest = await read("youtube", httpserver.url_for("/"), settings, KEY)
    assert ids(harvest) == [mine]
    assert twin.asked == ["playlistItems", "videos"]
    assert (twin.units, twin.searches) == (9_998, 100)


async def test_the_units_of_the_day_are_not_used_up_and_the_source_waits_for_the_next(
    read: Read, twin: YouTubeTwin, httpserver: HTTPServer
) -> None:
    twin.upload("Outage", minutes_ago=90)
    settings = WORDS | {"units_a_day": 3}
    harvest = None
    for _ in range(4):
        harvest = await read("youtube", httpserver.url_for("/"), settings, KEY, after=harvest)
    assert harvest is not None
    assert 10_000 - twin.units == 3
    assert harvest.pause is not None
    assert timedelta() < harvest.pause <= timedelta(days=1, hours=1)


async def test_a_quota_that_others_used_up_is_no_failure_either(
    read: Read, twin: YouTubeTwin, httpserver: HTTPServer
) -> None:
    video = twin.upload("Outage", minutes_ago=90)
    twin.comment(video, "Here too", minutes_ago=30)
    twin.units = 1
    harvest = await read("youtube", httpserver.url_for("/"), WORDS, KEY)
    assert ids(harvest) == [video]
    assert harvest.pause is not None
    twin.units = 10_000
    again = await read("youtube", httpserver.url_for("/"), WORDS, KEY, after=harvest)
    # The comments were not read, so they are still new.
    assert f"{video}-c0" in ids(again)


@pytest.mark.parametrize("by_whom", ["by the source", "by others"])
async def test_without_searches_what_is_known_is_still_followed(
    read: Read, twin: YouTubeTwin, httpserver: HTTPServer, by_whom: str
) -> None:
    video = twin.upload("Outage", minutes_ago=90)
    often = WORDS | {"searches_a_day": 1 if by_whom == "by the source" else 50}
    twin.searches = 50 if by_whom == "by the source" else 1
    first = await read("youtube", httpserver.url_for("/"), often, KEY)
    assert first.cursor is not None
    later = replace(first, cursor=dict(first.cursor) | {"searched_at": "2026-01-01T00:00:00Z"})
    comment = twin.comment(video, "Here too", minutes_ago=30)
    second = await read("youtube", httpserver.url_for("/"), often, KEY, after=later)
    assert comment in ids(second)
    assert second.pause is None
    twin.asked.clear()
    third = replace(second, cursor=dict(second.cursor or {}) | {"searched_at": None})
    await read("youtube", httpserver.url_for("/"), often, KEY, after=third)
    assert "search" not in twin.asked


async def test_a_video_that_is_not_there_any_more_is_told(
    read: Read, twin: YouTubeTwin, httpserver: HTTPServer
) -> None:
    gone, stays = (twin.upload(title, minutes_ago=90) for title in ("Gone", "Stays"))
    first = await read("youtube", httpserver.url_for("/"), WORDS, KEY)
    assert not first.gone
    del twin.videos[0]
    second = await read("youtube", httpserver.url_for("/"), WORDS, KEY, after=first)
    assert (second.gone, ids(second)) == ({gone}, [stays])
    third = await read("youtube", httpserver.url_for("/"), WORDS, KEY, after=second)
    assert not third.gone


async def test_a_video_without_comments_is_no_fault(
    read: Read, twin: YouTubeTwin, httpserver: HTTPServer
) -> None:
    silent = twin.upload("Silent", minutes_ago=90)
    other = twin.upload("Other", minutes_ago=80)
    for video in (silent, other):
        twin.comment(video, "Here too", minutes_ago=30)
    twin.silent.add(silent)
    harvest = await read("youtube", httpserver.url_for("/"), WORDS, KEY)
    assert f"{other}-c0" in ids(harvest)
    assert harvest.pause is None


async def test_a_wrong_key_is_told_and_not_shown(
    read: Read, twin: YouTubeTwin, httpserver: HTTPServer
) -> None:
    with pytest.raises(FetchError, match="API key not valid") as refused:
        await read("youtube", httpserver.url_for("/"), WORDS, {"key": "AIza-another"})
    assert "AIza-another" not in str(refused.value)


@given(
    spending=st.lists(
        st.tuples(st.booleans(), st.timedeltas(timedelta(), timedelta(hours=9))),
        max_size=60,
    ),
)
def test_what_was_used_on_a_day_is_counted_for_that_day_alone(
    spending: list[tuple[bool, timedelta]],
) -> None:
    now = datetime(2026, 3, 7, tzinfo=UTC)  # the night to the 8th has a missing hour there
    kept: object = None
    used: Counter[tuple[date, bool]] = Counter()
    for search, pause in spending:
        now += pause
        quota = Quota.of(kept, now)
        quota = quota.searched() if search else quota.spent()
        used[quota.day, search] += 1
        assert (quota.searches, quota.used) == (used[quota.day, True], used[quota.day, False])
        kept = quota.kept()
        assert timedelta() < next_day(now) <= timedelta(hours=25)
        assert Quota.of(kept, now + next_day(now)).used == 0
