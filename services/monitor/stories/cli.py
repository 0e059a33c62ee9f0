"""`groundswell stories`: the story grouping alone, on lines in time order."""

import itertools
import json
import math
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import typer

from services.monitor.posts.fingerprint import text_hash
from services.monitor.stories.grouping import Grouping, GroupingPost
from shared.cli.json_lines import RecordingError, lines_of
from shared.folding import fold


def stories() -> None:
    """Put posts about the same matter together: JSON lines in, JSON lines out.

    Reads {"id", "time", "text" or "title"} lines in time order from standard input and answers
    {"id", "cluster"}. A post is placed by what came before it only. `time` is RFC 3339 or epoch
    seconds; "parent_id" may name the post that a post reposts or answers.
    """
    for answer in cluster(lines_of("standard input", sys.stdin.buffer)):
        typer.echo(json.dumps(answer, ensure_ascii=False))


def cluster(lines: Iterable[tuple[int, dict[str, Any]]]) -> Iterator[dict[str, str]]:
    """Places numbered lines one after the other; raises RecordingError for a wrong one."""
    numbers = itertools.count(1)
    grouping = Grouping(lambda: f"story-{next(numbers)}")
    for number, line in lines:
        post = _post(number, line)
        yield {"id": post.id, "cluster": grouping.place(post).story_id}


def _post(number: int, line: dict[str, Any]) -> GroupingPost:
    text = line.get("text") or line.get("title") or ""
    if "id" not in line or not isinstance(text, str):
        raise RecordingError(f'line {number}: "id" and "text" or "title" are needed')
    folded = fold(text)
    parent = line.get("parent_id")
    return GroupingPost(
        id=str(line["id"]),
        at=_epoch_seconds(number, line.get("time")),
        text=text,
        folded=folded,
        text_hash=text_hash(folded),
        parent_id=None if parent is None else str(parent),
    )


def _epoch_seconds(number: int, time: object) -> float:
    if isinstance(time, int | float) and math.isfinite(time):
        return float(time)
    try:
        moment = datetime.fromisoformat(str(time))
    except ValueError as error:
        raise RecordingError(
            f'line {number}: "time" must be RFC 3339 or epoch seconds, not {time!r}'
        ) from error
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
