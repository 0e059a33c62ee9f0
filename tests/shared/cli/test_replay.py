"""`groundswell replay` against a twin of the API."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from werkzeug import Response

from shared.cli.replay import replay

CASCADES = Path(__file__).parents[4] / "shared/data/cascades/events.jsonl.gz"


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    file = tmp_path / "posts.jsonl"
    lines = (
        {"seconds": number, "external_id": f"p{number}", "platform": "forum", "text": "停电"}
        for number in range(30)
    )
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return file


def test_the_counts_are_told_as_json(twin: Any, run: Callable[..., Any], posts: Path) -> None:
    outcome = run(replay, posts, "--speed", 0, "--json")
    assert outcome.status == 0
    assert json.loads(outcome.out) == {
        "accepted": 30,
        "duplicate": 0,
        "revised": 0,
        "rejected": 0,
        "refused": [],
    }
    again = run(replay, posts, "--speed", 0, "--json")
    assert json.loads(again.out)["duplicate"] == 30


def test_a_busy_server_loses_and_doubles_nothing(
    twin: Any, run: Callable[..., Any], posts: Path
) -> None:
    twin.troubles = [Response(status=503, headers={"Retry-After": "0"}) for _ in range(2)]
    outcome = run(replay, posts, "--speed", 0, "--json")
    assert json.loads(outcome.out)["accepted"] == 30
    assert len(set(twin.keys)) == 1


def test_a_refused_post_ends_with_one(twin: Any, run: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text('{"seconds": 0, "external_id": "bad[1]", "platform": "x", "text": ""}\n')
    outcome = run(replay, file, "--speed", 0)
    assert outcome.status == 1
    assert "rejected bad[1]: the text is empty" in outcome.out


def test_offsets_have_no_recorded_times(twin: Any, run: Callable[..., Any], posts: Path) -> None:
    outcome = run(replay, posts, "--shift", "none")
    assert "no dates" in str(outcome.error)
    assert not twin.posts


def test_recorded_times_can_be_kept(twin: Any, run: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text(
        '{"published_at": "2026-11-20T21:00:00+08:00", "external_id": "1", "text": "a"}\n'
    )
    assert run(replay, file, "--shift", "none", "--speed", 0).status == 0
    assert twin.posts["1"]["published_at"] == "2026-11-20T13:00:00.000+00:00"


@pytest.mark.skipif(not CASCADES.exists(), reason="the real cascades are not beside the repository")
def test_a_real_cascade_arrives_whole(twin: Any, run: Callable[..., Any]) -> None:
    hint = str(run(replay, CASCADES).error)
    event, size = hint.split(" are ")[1].split(", ")[0].rstrip(")").split(" (")
    outcome = run(replay, CASCADES, "--event", event, "--speed", 0, "--json", "--batch", 1000)
    assert json.loads(outcome.out)["accepted"] == len(twin.posts) == int(size) + 1
