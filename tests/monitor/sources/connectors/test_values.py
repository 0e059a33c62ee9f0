"""Values are of the kind that was meant, or None; no document of a stranger raises."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.monitor.sources.connectors import (
    bluesky_search,
    hacker_news,
    mastodon,
    reddit,
    youtube,
)
from services.monitor.sources.connectors.items import Counts, Item, to_posts
from services.monitor.sources.connectors.mapping import EntryMap, to_item
from services.monitor.sources.connectors.values import (
    NoJsonError,
    as_count,
    as_moment,
    as_number,
    as_text,
    read_json,
)
from services.monitor.sources.entries import Origin
from shared.ids import new_id

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
ORIGIN = Origin(source_id=new_id(), platform="web", url="https://a.example/")
_NAMES = """
id uri items data posts hits children snippet record account author name text createdAt created_at
objectID kind videoId reblog statistics replies comments topLevelComment statuses reply embed langs
"""
NAMES = st.sampled_from(_NAMES.split())
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=30,
)


@settings(max_examples=60, deadline=None)
@given(ANYTHING)
def test_a_document_of_any_kind_is_posts_or_an_error_in_words(document: object) -> None:
    entry = EntryMap.model_validate(
        {"items": "data", "fields": {"id": "id", "text": "join('-', text)", "likes": "sum(items)"}}
    )
    readers: list[Callable[[], Sequence[Item | None]]] = [
        lambda: mastodon.read_page(document, "https://a.example").items,
        lambda: hacker_news.read_page({"hits": [document]}).items,
        lambda: reddit.read_page({"kind": "Listing", "data": {"children": [document]}}).items,
        lambda: bluesky_search.read_page({"posts": [document]}).items,
        lambda: [one for one, _ in youtube.read_videos({"items": [document]})],
        lambda: youtube.read_threads({"items": [document]}).items,
        lambda: [to_item(document, entry, "x")],
    ]
    for read in readers:
        try:
            items = read()
        except ValueError:
            continue
        to_posts(items, ORIGIN, NOW)


@given(
    st.builds(
        Item,
        id=st.text(min_size=1),
        text=st.text(),
        title=st.none() | st.text(),
        url=st.none() | st.text(),
        author=st.none() | st.text(),
        followers=st.none() | st.integers(),
        parent=st.none() | st.text(),
        counts=st.none() | st.builds(Counts, likes=st.integers()),
        published_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    )
)
def test_an_item_of_any_kind_is_a_post_or_skipped(item: Item) -> None:
    posts = to_posts([item, None], ORIGIN, NOW)
    assert len(posts.dated) + len(posts.undated) + posts.skipped == 2
    for post in (*posts.dated, *posts.undated):
        assert post.published_at <= NOW
        assert post.url is None or post.url.startswith(("http", "HTTP"))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-11-01T12:00:00Z", NOW),
        ("2026-11-01T20:00:00+08:00", NOW),
        ("Sun, 01 Nov 2026 12:00:00 GMT", NOW),
        (1_793_534_400, NOW),
        (1_793_534_400_000, NOW),
        ("1793534400000000", NOW),
        (1_793_534_400.0, NOW),
        (True, None),
        ("yesterday", None),
        ("", None),
        ("9" * 40, None),
        (float("nan"), None),
        (1e300, None),
        ({}, None),
    ],
)
def test_times_are_read_as_they_are_written(said: object, meant: datetime | None) -> None:
    assert as_moment(said) == meant


def test_times_of_a_form_of_their_own_stand_in_their_zone() -> None:
    form, zone = "%d.%m.%Y %H:%M", ZoneInfo("Asia/Shanghai")
    assert as_moment("01.11.2026 20:00", form=form, zone=zone) == NOW
    assert as_moment("2026-11-01", form=form) is None
    assert as_moment("2026-11-01T20:00:00", zone=timezone(timedelta(hours=8))) == NOW


@given(ANYTHING)
def test_counts_and_texts_are_what_they_say(value: object) -> None:
    count, text = as_count(value), as_text(value)
    assert count is None or 0 <= count <= 10**12
    assert text is None or (text.encode() and "\x00" not in text)
    assert as_number(value) is None or count is not None


def test_what_is_no_json_is_told_from_a_page() -> None:
    with pytest.raises(NoJsonError, match="HTML"):
        read_json(b"  <html>")
    for body in (b"", b"NaN", b"[" * 100_000, b"\xff", b"9" * 5_000):
        with pytest.raises(NoJsonError, match="no JSON"):
            read_json(body)
    assert read_json(json.dumps({"a": "\ud800"}).encode()) == {"a": "\ud800"}
