"""`groundswell backtest`: the monitor's rules on past posts, one line a warning."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from services.monitor.backtest.replay import PastPost, Warned, replay_event, replay_posts
from services.monitor.backtest.trial import Trial, trial_of
from shared.cli.json_lines import RecordingError, read_lines
from shared.cli.recordings import open_recording


def backtest(
    file: Annotated[
        Path, typer.Argument(help="Posts or events, one JSON object a line; .gz is read as it is")
    ],
    watch: Annotated[
        Path | None,
        typer.Option(
            help="A watch as YAML: name, expression, thresholds. Default: every post is matched",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Tell when the monitor would have warned of past posts, under their own clock.

    Posts (as the API takes them) are matched and grouped by the system; events (id, text,
    replay_at, posts) are each judged on their own. One JSON line for every warning that was raised
    or rose, in order of time.
    """
    trial = _trial(watch)
    kind = "event_id" if _has_events(file) else "story_id"
    for warned in _event_warnings(file, trial) if kind == "event_id" else _warnings(file, trial):
        line = {
            "watch": trial.name,
            kind: warned.subject,
            "level": warned.level,
            "warned_at": warned.warned_at,
            "reason": warned.reason,
            "evidence": warned.evidence,
        }
        typer.echo(json.dumps(line, ensure_ascii=False))


def _trial(path: Path | None) -> Trial:
    if path is None:
        return Trial()
    try:
        values: Any = yaml.safe_load(path.read_text("utf-8"))
        if not isinstance(values, dict):
            raise ValueError("name, expression and thresholds are expected")
        return trial_of(values)
    except (OSError, ValueError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise RecordingError(f"{path} is no watch: {error}") from error


def _has_events(path: Path) -> bool:
    first = next(read_lines(path), None)
    return first is not None and isinstance(first[1].get("posts"), list)


def _event_warnings(path: Path, trial: Trial) -> list[Warned]:
    warned: list[Warned] = []
    for number, event in read_lines(path):
        try:
            warned += replay_event(event, trial)
        except (KeyError, TypeError, ValueError) as error:
            raise RecordingError(f"{path}, line {number}: no event ({error!r})") from error
    return sorted(warned, key=lambda each: each.warned_at)


def _warnings(path: Path, trial: Trial) -> Iterator[Warned]:
    posts = sorted(open_recording(path).posts(), key=lambda post: post.at)
    try:
        yield from replay_posts((PastPost(post.at, post.fields) for post in posts), trial)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RecordingError(f"{path}: a post cannot be read ({error!r})") from error
