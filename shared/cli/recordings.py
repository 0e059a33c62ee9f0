"""Files of past or made-up posts, in either of two forms, read as one stream in time order.

Posts: one post a line as `posts/bulk` takes it, with `published_at` (RFC 3339) or, instead, with
`seconds` after the start. Events: one event a line with its reposts, `id`, `text`, `replay_at`
(epoch seconds) and `posts: [[seconds, user, parent]]`; a parent of -1 is the event itself.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from shared.cli.json_lines import Line, RecordingError, read_lines

_EVENT_PLATFORM = "weibo"
_LOOKED_AT = 2_000
_LISTED = 8


@dataclass(frozen=True, slots=True)
class TimedPost:
    """A post as `posts/bulk` takes it but for its time, which is `at` (seconds)."""

    at: float
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Recording:
    """Posts to be played. `first` and `last` are seconds, counted as `TimedPost.at` is: from the
    epoch when `dated`, else from the start of the event."""

    name: str
    dated: bool
    first: float
    last: float
    count: int
    posts: Callable[[], Iterator[TimedPost]]

    @property
    def span(self) -> float:
        """Seconds from the first post to the last."""
        return self.last - self.first


def open_recording(path: Path, event: str | None = None) -> Recording:
    """Read a file once to know its posts and times. It is not kept in memory, one event is.

    Raises:
        RecordingError: the file cannot be read, a line has no text or no time, or the file has
            several events and `event` names none of them.
    """
    first = next(read_lines(path), None)
    if first is None:
        raise RecordingError(f"{path} has no posts.")
    if isinstance(first[1].get("posts"), list):
        return _event_recording(path, event)
    if event is not None:
        raise RecordingError(f"{path} has posts, no events: leave out --event.")
    return _measured(path.name, "seconds" not in first[1], lambda: _posts(path))


def _event_recording(path: Path, event: str | None) -> Recording:
    if event is None:
        raise RecordingError(_choice(path))
    posts = _one_event(path, event)
    return _measured(event, True, lambda: iter(posts))


def _one_event(path: Path, event: str) -> list[TimedPost]:
    for number, line in read_lines(path):
        if line.get("id") == event:
            try:
                return list(_event_posts(line))
            except (KeyError, TypeError, ValueError) as error:
                raise RecordingError(
                    f"{path}, line {number}: the event {event} cannot be read ({error!r})."
                ) from error
    raise RecordingError(f"{path} has no event {event!r}. {_choice(path)}")


def _choice(path: Path) -> str:
    events = [
        (len(line.get("posts", ())), str(line.get("id")))
        for _, line in islice(read_lines(path), _LOOKED_AT)
    ]
    largest = ", ".join(
        f"{name} ({size:,})" for size, name in sorted(events, reverse=True)[:_LISTED]
    )
    return f"Choose one with --event ID; the largest of the first {len(events):,} are {largest}."


def _event_posts(event: Line) -> Iterator[TimedPost]:
    """The event, then its reposts. A repost has no text of its own: it quotes the event's."""
    name, author, began = str(event["id"]), event.get("author"), float(event["replay_at"])
    root = {"external_id": name, "platform": _EVENT_PLATFORM, "text": event["text"]}
    yield TimedPost(began, root | ({"author": author} if author else {}))
    quoted = f"转发微博 //@{author or name}:{event['text']}"
    for index, (seconds, user, parent) in enumerate(event["posts"]):
        fields = {
            "external_id": f"{name}-{index}",
            "platform": _EVENT_PLATFORM,
            "text": quoted,
            "author": user,
            "parent_external_id": name if parent < 0 else f"{name}-{parent}",
        }
        yield TimedPost(began + float(seconds), fields)


def _posts(path: Path) -> Iterator[TimedPost]:
    for number, line in read_lines(path):
        try:
            at = float(line.pop("seconds")) if "seconds" in line else _moment(line)
        except (KeyError, TypeError, ValueError) as error:
            raise RecordingError(
                f"{path}, line {number}: the time is missing or wrong ({error}). Give published_at"
                " like 2026-11-20T21:15:00+08:00, or seconds."
            ) from error
        yield TimedPost(at, line)


def _moment(line: Line) -> float:
    moment = datetime.fromisoformat(line.pop("published_at"))
    if moment.tzinfo is None:
        raise ValueError("published_at has no time zone")
    return moment.timestamp()


def _measured(name: str, dated: bool, posts: Callable[[], Iterator[TimedPost]]) -> Recording:
    first, last, count = float("inf"), float("-inf"), 0
    for post in posts():
        first, last, count = min(first, post.at), max(last, post.at), count + 1
    return Recording(name, dated, first, last, count, posts)
