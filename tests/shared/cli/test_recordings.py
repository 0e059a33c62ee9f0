"""Reading files of posts and of events."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from shared.cli.json_lines import RecordingError
from shared.cli.recordings import open_recording

CASCADES = Path(__file__).parents[4] / "shared/data/cascades/events.jsonl.gz"

EVENT: dict[str, Any] = {
    "id": "e1",
    "author": "root",
    "text": "停电了",
    "replay_at": 1_704_000_000,
    "posts": [[10, "a", -1], [25, "b", 0]],
}


def write(path: Path, *lines: Any) -> Path:
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def test_posts_with_seconds(tmp_path: Path) -> None:
    file = write(
        tmp_path / "posts.jsonl",
        {"seconds": 5, "external_id": "1", "platform": "x", "text": "a"},
        {"seconds": 65, "external_id": "2", "platform": "x", "text": "b"},
    )
    recording = open_recording(file)
    assert (recording.count, recording.span, recording.dated) == (2, 60, False)
    post = next(recording.posts())
    assert (post.at, post.fields) == (5, {"external_id": "1", "platform": "x", "text": "a"})


def test_posts_with_times(tmp_path: Path) -> None:
    file = write(
        tmp_path / "posts.jsonl.gz",
        {"published_at": "2026-11-20T21:00:00+08:00", "external_id": "1", "text": "a"},
        {"published_at": "2026-11-20T13:30:00Z", "external_id": "2", "text": "b"},
    )
    recording = open_recording(file)
    assert (recording.count, recording.span, recording.dated) == (2, 1800, True)
    assert "published_at" not in next(recording.posts()).fields


def test_a_repost_quotes_the_event_and_names_its_parent(tmp_path: Path) -> None:
    recording = open_recording(write(tmp_path / "events.jsonl", EVENT), "e1")
    root, first, second = [post.fields for post in recording.posts()]
    assert (root["external_id"], root["text"], root["author"]) == ("e1", "停电了", "root")
    assert first["text"] == second["text"] == "转发微博 //@root:停电了"
    assert (first["external_id"], first["parent_external_id"]) == ("e1-0", "e1")
    assert (second["external_id"], second["parent_external_id"]) == ("e1-1", "e1-0")
    assert [post.at - EVENT["replay_at"] for post in recording.posts()] == [0, 10, 25]


def test_an_event_must_be_chosen(tmp_path: Path) -> None:
    file = write(tmp_path / "events.jsonl", EVENT | {"id": "small", "posts": []}, EVENT)
    with pytest.raises(RecordingError, match=r"--event ID.* e1 \(2\), small \(0\)"):
        open_recording(file)
    with pytest.raises(RecordingError, match="no event 'e9'"):
        open_recording(file, "e9")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "has no posts"),
        (b"\n\n", "has no posts"),
        (b"{nope\n", "line 1: this is not JSON"),
        (b"[1]\n", "line 1: one JSON object"),
        (b"\xff\xfe\n", "line 1: this is not JSON"),
        (b'{"text": "a"}\n', "line 1: the time is missing"),
        (b'{"seconds": 1}\n{"seconds": "soon"}\n', "line 2: the time is missing or wrong"),
        (b'{"published_at": "2026-11-20T21:00:00"}\n', "no time zone"),
        (b'{"published_at": 5}\n', "line 1: the time is missing or wrong"),
        (b"\x1f\x8bnot really gzip", "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(
    tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "file.jsonl"
    file.write_bytes(content)
    with pytest.raises(RecordingError, match=said) as caught:
        open_recording(file)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="No such file"):
        open_recording(tmp_path / "none.jsonl")


def test_a_broken_event_is_told(tmp_path: Path) -> None:
    file = write(tmp_path / "events.jsonl", EVENT | {"posts": [["x"]]})
    with pytest.raises(RecordingError, match="line 1: the event e1 cannot be read"):
        open_recording(file, "e1")


@pytest.mark.skipif(not CASCADES.exists(), reason="the real cascades are not beside the repository")
def test_a_real_cascade_becomes_posts_with_unique_ids() -> None:
    with pytest.raises(RecordingError, match="Choose one with --event") as caught:
        open_recording(CASCADES)
    event = str(caught.value).split(" are ")[1].split(" ")[0]
    posts = list(open_recording(CASCADES, event).posts())
    names = {post.fields["external_id"] for post in posts}
    assert len(posts) >= 500
    assert len(names) == len(posts)
    assert all(post.fields.get("parent_external_id", event) in names for post in posts)
