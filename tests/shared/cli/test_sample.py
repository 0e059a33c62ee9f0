"""The sample organisation and event: what they hold, and how they are loaded."""

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import shared
from shared.cli.replay import replay
from shared.cli.sample import sample

FOLDER = Path(shared.__file__).parent / "sample"
EVENT = FOLDER / "event.jsonl"
MARKED = re.compile(r"(_示例|_sample)$")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
BULK_FIELDS = {
    "external_id", "platform", "text", "title", "url", "author", "author_followers",
    "parent_external_id", "language", "region", "engagement",
}  # fmt: skip


@pytest.fixture(scope="module")
def posts() -> list[dict[str, Any]]:
    return [json.loads(line) for line in EVENT.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def organisation() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / "organisation.yaml").read_text("utf-8"))
    return loaded


def test_about_three_hundred_posts_within_two_hours_in_order(posts: list[dict[str, Any]]) -> None:
    seconds = [post["seconds"] for post in posts]
    assert 280 <= len(posts) <= 340
    assert seconds == sorted(seconds)
    assert (seconds[0], seconds[-1]) == (0, 7200)


def test_posts_have_the_form_of_a_bulk_request(posts: list[dict[str, Any]]) -> None:
    for post in posts:
        assert set(post) - {"seconds"} <= BULK_FIELDS
        assert {"external_id", "platform", "text"} <= set(post)
        assert set(post["engagement"]) <= {"likes", "reposts", "comments", "views"}


def test_every_post_is_marked_as_sample(posts: list[dict[str, Any]]) -> None:
    for post in posts:
        assert re.fullmatch(r"sample-\d{4}", post["external_id"])
        assert MARKED.search(post["author"])
        assert post.get("url", "https://example.org/sample/").startswith(
            "https://example.org/sample/"
        )


def test_nobody_is_mentioned_who_is_not_marked_as_sample(posts: list[dict[str, Any]]) -> None:
    mentioned = [name for post in posts for name in re.findall(r"@(\w+)", post["text"])]
    assert len(mentioned) > 50
    assert [name for name in mentioned if not MARKED.search(name)] == []


def test_ids_are_unique_and_parents_came_before(posts: list[dict[str, Any]]) -> None:
    seen: set[str] = set()
    for post in posts:
        assert post["external_id"] not in seen
        assert post.get("parent_external_id", post["external_id"]) in seen | {post["external_id"]}
        seen.add(post["external_id"])


def test_texts_differ_but_for_plain_reposts(posts: list[dict[str, Any]]) -> None:
    counts = Counter(post["text"] for post in posts)
    repeated = [text for text, count in counts.items() if count > 1]
    assert all(text.startswith("转发微博") for text in repeated)
    assert sum(counts[text] for text in repeated) <= 12


def test_an_author_has_one_following_on_a_platform(posts: list[dict[str, Any]]) -> None:
    following: dict[tuple[str, str], int] = {}
    for post in posts:
        author = (post["platform"], post["author"])
        assert following.setdefault(author, post["author_followers"]) == post["author_followers"]


def test_both_languages_and_many_platforms(posts: list[dict[str, Any]]) -> None:
    languages = Counter(post["language"] for post in posts)
    assert languages["en"] >= 25
    assert languages["zh"] >= 200
    assert all(bool(CHINESE.search(p["text"])) == (p["language"] == "zh") for p in posts)
    assert {post["platform"] for post in posts} == {
        "weibo", "wechat", "forum", "news", "shortvideo", "zhihu", "mastodon", "x",
    }  # fmt: skip
    assert sum(any(sign in post["text"] for sign in "電雲與麼") for post in posts) >= 4


def test_the_event_grows_slowly_then_sharply_and_falls(posts: list[dict[str, Any]]) -> None:
    tens = Counter(post["seconds"] // 600 for post in posts)
    assert tens[0] < tens[3] < tens[5]
    assert max(tens, key=lambda ten: tens[ten]) in (6, 7)
    assert tens[11] < tens[7] / 3


def test_the_organisation_is_marked_and_consistent(organisation: dict[str, Any]) -> None:
    assert organisation["sample"] is True
    people = {person["name"] for person in organisation["people"]}
    assert [group["slug"] for group in organisation["groups"]] == [f"g{n}" for n in range(1, 9)]
    for group in organisation["groups"]:
        assert group["members"]
        assert set(group["members"]) <= people
    for person in organisation["people"]:
        assert "示例" in person["display_name"]
    named = organisation["groups"] + organisation["watches"] + organisation["channels"]
    assert all("sample" in thing["name"] for thing in named)
    roles = {role for person in organisation["people"] for role in person["roles"]}
    assert {"leader", "monitoring_officer", "press_officer", "legal_reviewer"} <= roles


@pytest.fixture
def outcome_listed(twin: Any) -> None:
    twin.listed = {
        "stories": [{"title": "停电"}],
        "warnings": [
            {"level": "yellow", "reasons": [{"text": "slow"}]},
            {"level": "red", "reasons": [{"text": "318 posts in two hours"}]},
        ],
        "incidents": [{"title": "东城区停电"}],
    }


@pytest.mark.usefixtures("outcome_listed")
def test_the_sample_is_loaded_and_told(twin: Any, run: Callable[..., Any]) -> None:
    assert run(replay, EVENT, "--speed", 0).status == 0
    outcome = run(sample)
    assert outcome.status == 0
    assert "played before" in outcome.out
    assert "red: 318 posts in two hours" in outcome.out
    assert "东城区停电" in outcome.out
    assert twin.things["groups/g1"]["members"][0] == "sample-leader"
    assert twin.things["users/sample-legal"]["groups"] == ["g1", "g4"]
    assert len([name for name in twin.things if name.startswith("watches/")]) == 4


@pytest.mark.usefixtures("outcome_listed")
def test_a_second_call_changes_nothing(twin: Any, run: Callable[..., Any]) -> None:
    assert run(replay, EVENT, "--speed", 0).status == 0
    assert run(sample).status == 0
    before = (dict(twin.posts), dict(twin.things))
    outcome = run(sample)
    assert outcome.status == 0
    assert "nothing new" in outcome.out
    assert (twin.posts, twin.things) == before


@pytest.mark.usefixtures("outcome_listed")
def test_an_interrupted_event_is_completed(twin: Any, run: Callable[..., Any]) -> None:
    assert run(replay, EVENT, "--speed", 0).status == 0
    del twin.posts["sample-0318"]
    outcome = run(sample, "--only", "event")
    assert "sample-0318" in twin.posts
    assert re.search(r"accepted\W+1\W", outcome.out)


def test_the_organisation_alone(twin: Any, run: Callable[..., Any]) -> None:
    assert run(sample, "--only", "organisation").status == 0
    assert twin.things
    assert not twin.posts
