"""Entries become posts that are known again, and that say when they were written."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.monitor.sources.entries import Origin, external_id, to_posts
from services.monitor.sources.feeds import Entry
from shared.ids import new_id

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
ORIGIN = Origin(source_id=new_id(), platform="weibo", url="https://news.example/feed.xml")


def entry(**changes: Any) -> Entry:
    values: dict[str, Any] = {
        "id": "https://news.example/1",
        "link": "/1",
        "title": "Outage",
        "text": "The east is dark.",
        "author": "Ann",
        "language": "en",
        "published_at": int(NOW.timestamp()) - 60,
    }
    return Entry(**(values | changes))


def test_an_entry_becomes_a_post() -> None:
    (post,) = to_posts([entry()], ORIGIN, NOW).dated
    assert post.external_id == "https://news.example/1"
    assert post.platform == "weibo"
    assert post.url == "https://news.example/1"
    assert (post.title, post.text) == ("Outage", "The east is dark.")
    assert post.published_at == NOW - timedelta(minutes=1)
    assert post.source_id == ORIGIN.source_id


def test_a_title_alone_is_a_text() -> None:
    (post,) = to_posts([entry(text="")], ORIGIN, NOW).dated
    assert post.text == "Outage"


def test_a_clock_that_is_ahead_is_set_to_now() -> None:
    ahead = entry(published_at=int(NOW.timestamp()) + 8 * 3600)
    assert to_posts([ahead], ORIGIN, NOW).dated[0].published_at == NOW


def test_entries_without_a_date_are_told_apart() -> None:
    posts = to_posts([entry(published_at=None), entry(published_at=10**15)], ORIGIN, NOW)
    assert posts.dated == ()
    assert [post.published_at for post in posts.undated] == [NOW, NOW]


def test_what_says_nothing_is_skipped_and_counted() -> None:
    posts = to_posts([entry(), entry(title="", text="")], ORIGIN, NOW)
    assert (len(posts.dated), posts.skipped) == (1, 1)


@pytest.mark.parametrize("link", ["javascript:steal()", "data:text/html,x", "x" * 5_000, None])
def test_a_link_that_is_none_of_the_web_is_left_out(link: str | None) -> None:
    (post,) = to_posts([entry(link=link)], ORIGIN, NOW).dated
    assert post.url is None or post.url.startswith("https://news.example/")
    assert len(post.url or "") <= 4_000


def test_what_is_too_long_is_cut_and_not_lost() -> None:
    long = entry(text="x" * 200_000, title="t" * 5_000, author="a" * 900, language="l" * 90)
    (post,) = to_posts([long], ORIGIN, NOW).dated
    assert len(post.text) == 100_000


def test_the_ids_of_two_feeds_do_not_meet() -> None:
    here, there = (external_id(entry(id="1"), f"https://{host}/feed") for host in ("a", "b"))
    assert here != there
    assert here == external_id(entry(id="1", text="edited"), "https://a/feed")


@pytest.mark.parametrize("known", ["https://a.example/1", "tag:a.example,2026:1", "urn:uuid:1"])
def test_an_id_that_means_the_same_everywhere_is_kept(known: str) -> None:
    assert external_id(entry(id=known), "https://a/feed") == known


def test_ids_that_cannot_be_kept_are_hashed() -> None:
    assert len(external_id(entry(id="https://a/" + "x" * 900), ORIGIN.url)) < 60
    for odd in ("line\nbreak", "https://a/line\nbreak"):
        assert external_id(entry(id=odd), ORIGIN.url).isprintable()
    unnamed = external_id(entry(id=None, link=None), ORIGIN.url)
    assert unnamed == external_id(entry(id=None, link=None), ORIGIN.url)
    assert unnamed != external_id(entry(id=None, link=None, text="other"), ORIGIN.url)


@pytest.mark.parametrize("link", ["http://[::1", "//[", "javascript:alert(1)"])
def test_a_link_that_leads_nowhere_costs_only_itself(link: str) -> None:
    posts = to_posts([entry(link=link), entry(id="https://news.example/2")], ORIGIN, NOW).dated
    assert [post.url for post in posts] == [None, "https://news.example/1"]
