"""From a row to a post, or to a reason."""

from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.monitor.imports.columns import choose_columns
from services.monitor.imports.rows import Assumptions, RowRefusedError, to_post
from services.monitor.posts.schemas import Engagement, PostNew

ASSUMED = Assumptions(platform="import", zone=ZoneInfo("Asia/Shanghai"))


def read(**row: Any) -> PostNew:
    row = {"text": "停电了", "time": "2026-11-01 21:04"} | row
    return to_post(row, choose_columns(row, {}), ASSUMED)


def test_a_row_becomes_a_post() -> None:
    post = read(
        id="42",
        平台="微博",
        作者="Ann",
        粉丝数="1.2万",
        点赞="1,234",
        转发数="3",
        链接="https://w.example/42",
    )
    assert post.external_id == "42"
    assert post.platform == "weibo"
    assert post.author_followers == 12_000
    assert post.engagement == Engagement(likes=1_234, reposts=3)
    assert post.url == "https://w.example/42"
    assert post.published_at.astimezone(UTC).hour == 13


def test_a_row_in_the_form_of_the_api_is_taken_as_it_is() -> None:
    post = read(external_id=5123, platform="weibo", engagement={"likes": 3}, author_followers=7)
    assert (post.external_id, post.engagement) == ("5123", Engagement(likes=3))


def test_a_row_without_an_id_has_the_same_one_in_every_file() -> None:
    assert read().external_id == read(color="red").external_id
    assert read().external_id != read(text="other").external_id
    assert read(url="https://w.example/1").external_id == "https://w.example/1"


def test_a_title_stands_in_for_a_text() -> None:
    assert read(text="", title="停电").text == "停电"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"time": ""}, "published_at is empty"),
        ({"time": "soon"}, "published_at: 'soon' is no time"),
        ({"time": ["2026"]}, "published_at is no time"),
        ({"likes": "many"}, "likes: 'many' is no number"),
        ({"likes": "-3"}, "likes: '-3' is no number"),
        ({"platform": "my platform!"}, "platform: String should match"),
        ({"text": {"a": 1}}, "text is no text"),
        ({"text": "x" * 100_001}, "text: String should have at most"),
        ({"id": "a\nb"}, "external_id: String should match"),
        ({"engagement": {"hearts": 1}}, "engagement.hearts: Extra inputs"),
        ({"text": "\udcff"}, "text has bytes that are no text"),
        ({"author_followers": 1e300}, "author_followers"),
    ],
)
def test_a_row_that_is_no_post_says_why(row: dict[str, Any], reason: str) -> None:
    with pytest.raises(RowRefusedError) as refused:
        read(**row)
    assert str(refused.value).startswith(reason)
