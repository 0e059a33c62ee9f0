"""The domain test set is what its page says."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.labels import LABELS, Task

HERE = Path(__file__).parent
POSTS: list[dict[str, Any]] = [
    json.loads(line) for line in (HERE / "posts.jsonl").read_text("utf-8").splitlines()
]
FIELDS = ["id", "text", "lang", "platform", *Task, "target", "traits"]


def test_every_post_is_whole_and_stands_once() -> None:
    assert all(sorted(post) == sorted(FIELDS) for post in POSTS)
    assert all(post["text"].strip() and post["target"].strip() for post in POSTS)
    assert len({post["text"] for post in POSTS}) == len({post["id"] for post in POSTS}) == 400


@pytest.mark.parametrize("task", list(Task))
def test_every_class_has_enough_posts_for_a_mean_over_classes(task: Task) -> None:
    counts = Counter(post[task] for post in POSTS)
    assert set(counts) == set(LABELS[task])
    assert min(counts.values()) >= 30


@pytest.mark.parametrize("field", ["lang", *Task])
def test_its_page_tells_the_counts(field: str) -> None:
    page = (HERE / "README.md").read_text("utf-8")
    (row,) = [line for line in page.splitlines() if line.startswith(f"| `{field}` |")]
    for value, count in Counter(post[field] for post in POSTS).items():
        assert f"{value} {count}" in row.replace("`", "")
