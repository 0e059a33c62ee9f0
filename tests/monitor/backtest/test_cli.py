"""`groundswell backtest FILE`, and its figures on real cascades."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from services.monitor.backtest.cascades import DAYS, Case, read_cases, timeliness
from services.monitor.backtest.cli import backtest
from services.monitor.backtest.replay import replay_event
from services.monitor.backtest.trial import Trial
from shared.cli.json_lines import RecordingError

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "cascades"
NOON = 1_772_337_600.0


def run(*arguments: object) -> Result:
    app = typer.Typer()
    app.command()(backtest)
    return CliRunner().invoke(app, [str(each) for each in arguments])


def written(path: Path, lines: list[dict[str, Any]]) -> Path:
    path.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    return path


def test_events_are_told_in_order_of_time(tmp_path: Path) -> None:
    events = [
        {
            "id": name,
            "text": "停电",
            "replay_at": start,
            "posts": [[number, f"u{number}", -1] for number in range(80)],
        }
        for name, start in (("late", NOON + 60), ("early", NOON))
    ]
    result = run(written(tmp_path / "events.jsonl", events))
    assert result.exit_code == 0
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["event_id"] for line in lines] == ["early", "late"]
    assert set(lines[0]) == {"watch", "event_id", "level", "warned_at", "reason", "evidence"}
    assert lines[0]["level"] == "blue"


def test_posts_are_told_by_story_and_watch(tmp_path: Path) -> None:
    posts = [
        {
            "external_id": str(number),
            "platform": "weibo",
            "text": "望湖新村停电，一片漆黑",
            "published_at": f"2026-03-01T08:{number // 60:02}:{number % 60:02}+08:00",
        }
        for number in range(200)
    ]
    watch = tmp_path / "watch.yaml"
    watch.write_text("name: power\nexpression: 停电\nthresholds: {heat: {blue: 20}}\n", "utf-8")
    result = run("--watch", watch, written(tmp_path / "posts.jsonl", posts))
    assert result.exit_code == 0
    first = json.loads(result.stdout.splitlines()[0])
    assert (first["watch"], first["story_id"], first["level"]) == ("power", "story-1", "blue")


@pytest.mark.parametrize(
    ("watch", "says"),
    [
        ("expression: '停电 AND'", "must follow"),
        ("thresholds: {heat: {blue: 900, red: 800}}", "rise from blue to red"),
        ("thresholds: 5", "no watch"),
        ("- a", "expected"),
        ("a: [", "no watch"),
    ],
)
def test_a_watch_that_cannot_be_read_is_named(tmp_path: Path, watch: str, says: str) -> None:
    path = tmp_path / "watch.yaml"
    path.write_text(watch, "utf-8")
    result = run("--watch", path, written(tmp_path / "posts.jsonl", []))
    assert isinstance(result.exception, RecordingError)
    assert says in str(result.exception)


@pytest.mark.parametrize(
    "line",
    [
        {"id": "e", "text": "a", "replay_at": "soon", "posts": []},
        {"id": "e", "text": "a", "posts": []},
        {"id": "e", "text": "a", "replay_at": 1, "posts": [[1]]},
        {"text": 5},
        {"published_at": "2026-03-01T08:00:00Z", "engagement": {"likes": "many"}, "text": "a"},
        {"published_at": "2026-03-01T08:00:00Z"},
    ],
)
def test_a_line_that_cannot_be_read_is_an_error_of_the_caller(
    tmp_path: Path, line: dict[str, Any]
) -> None:
    result = run(written(tmp_path / "lines.jsonl", [line]))
    assert isinstance(result.exception, RecordingError)


@pytest.mark.skipif(not DATA.exists(), reason="needs ../shared/data/cascades")
def test_surges_are_warned_of_before_half_their_size() -> None:
    """Every tenth event: `make bench` measures all of them, on weights fitted on others."""
    cases = [case for number, case in enumerate(read_cases(DATA)) if number % 10 == 0]

    def first_warned(case: Case) -> float | None:
        warned = replay_event(case.event, Trial())
        return warned[0].warned_at if warned else None

    found = timeliness(cases, first_warned, DAYS / 10)
    assert found.surges > 50
    assert found.before_half >= 0.84
    assert found.lead_minutes >= 50
    assert found.alarms_a_day <= 4
