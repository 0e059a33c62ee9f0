"""Columns are known by their usual names, or by what a person says."""

import pytest

from services.monitor.imports.columns import choose_columns, missing_columns


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        (["内容", "发布时间"], {"text": "内容", "published_at": "发布时间"}),
        (
            ["Content", "Time", "User"],
            {"text": "Content", "published_at": "Time", "author": "User"},
        ),
        (["微博正文", "created_at"], {"text": "微博正文", "published_at": "created_at"}),
        (["Post ID", "Likes"], {"external_id": "Post ID", "likes": "Likes"}),
        (
            ["ＵＲＬ", "转发数", "IP属地"],
            {"url": "ＵＲＬ", "reposts": "转发数", "region": "IP属地"},
        ),
        (["color", "price"], {}),
    ],
)
def test_usual_names_are_known(header: list[str], chosen: dict[str, str]) -> None:
    assert choose_columns(header, {}) == chosen


def test_what_a_person_says_goes_before_what_a_name_says() -> None:
    chosen = choose_columns(["text", "raw", "time"], {"text": "raw"})
    assert chosen == {"text": "raw", "published_at": "time"}


def test_a_column_is_used_for_one_field() -> None:
    assert choose_columns(["title", "time"], {"text": "title"}) == {
        "text": "title",
        "published_at": "time",
    }


def test_of_two_columns_for_one_field_the_first_counts() -> None:
    assert choose_columns(["content", "text"], {}) == {"text": "content"}


def test_what_is_missing_is_named() -> None:
    assert missing_columns({"text": "a", "published_at": "b"}) == []
    assert missing_columns({"title": "a"}) == ["published_at"]
    assert missing_columns({}) == ["text or title", "published_at"]
