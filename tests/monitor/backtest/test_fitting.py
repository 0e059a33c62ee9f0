"""The outlook is fitted to past events by one command, and measured on events it has not seen."""

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer
from typer.testing import CliRunner

from services.monitor.backtest.cascades import Case, read_cases, timeliness
from services.monitor.backtest.fitting import example, first_warned, main
from services.monitor.warnings.outlook import SHIPPED, OutlookModel

NOON = 1_772_337_600


def event(number: int, posts: int, every: float) -> dict[str, Any]:
    reposts = [[int(each * every), f"u{each}", -1] for each in range(1, posts)]
    return {
        "id": f"e{number}",
        "author": f"a{number}",
        "text": "停电",
        "replay_at": NOON + number,
        "posts": reposts,
    }


def folder(path: Path) -> Path:
    """Surges of 400 posts in two hours, and small ones that start as fast and stop."""
    with (
        gzip.open(path / "events.jsonl.gz", "wt") as events,
        gzip.open(path / "truth.jsonl.gz", "wt") as truth,
    ):
        for number in range(40):
            surge = number % 2 == 0
            posts, every = (400, 12.0 + number % 5) if surge else (35 + number, 30.0)
            events.write(json.dumps(event(number, posts, every)) + "\n")
            fact = {
                "id": f"e{number}",
                "cls": "surge" if surge else "quiet",
                "t50": posts * every / 2,
                "replay_at": NOON + number,
            }
            truth.write(json.dumps(fact) + "\n")
    return path


def test_the_figures_of_both_parts_are_told_and_the_model_is_written(tmp_path: Path) -> None:
    out = tmp_path / "outlook.json"
    app = typer.Typer()
    app.command()(main)
    result = CliRunner().invoke(app, [str(folder(tmp_path)), "--out", str(out), "--divisions", "2"])
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    told = [(line["fitted_on"], line["measured_on"]) for line in lines]
    assert told == [
        ("0: 0", "0: 1"),
        ("0: 1", "0: 0"),
        ("1: 0", "1: 1"),
        ("1: 1", "1: 0"),
        ("one half of the authors", "the other half"),
        ("all", "all"),
        ("nothing: heat alone", "all"),
    ]
    assert lines[0]["surges"] + lines[1]["surges"] == lines[5]["surges"] == 20
    assert lines[5]["before_half"] == lines[4]["before_half"]["least"] == 1.0
    document = json.loads(out.read_text("utf-8"))
    assert document["figures"] == lines[4:]
    assert OutlookModel.of(document).threshold < 1


def test_cases_are_read_and_fall_into_two_parts_by_author(tmp_path: Path) -> None:
    cases = list(read_cases(folder(tmp_path)))
    assert [case.id for case in cases[:2]] == ["e0", "e1"]
    assert (cases[0].surge, cases[0].half_at) == (True, NOON + 400 * 12.0 / 2)
    assert {case.part() for case in cases} == {0, 1}
    assert [case.part("1") for case in cases] != [case.part() for case in cases]


def test_the_rows_of_a_case_tell_the_first_warning_as_its_whole_replay_does(
    tmp_path: Path,
) -> None:
    cases = list(read_cases(folder(tmp_path)))
    for threshold in (0.5, SHIPPED.threshold, 1.0):
        model = replace(SHIPPED, threshold=threshold)
        warned = [first_warned(case, model) for case in cases]
        assert [example(case).first_warned(model) for case in cases] == warned
    assert any(warned)


def test_timeliness_counts_as_the_scorer_does() -> None:
    def case(name: str, half_at: float | None, *, surge: bool) -> Case:
        return Case({"id": name, "author": name}, surge, half_at)

    cases = [
        case("early", 6_000.0, surge=True),
        case("late", 600.0, surge=True),
        case("missed", 600.0, surge=True),
        case("false", None, surge=False),
        case("quiet", 5.0, surge=False),
    ]
    times = {"early": 0.0, "late": 900.0, "false": 1.0}
    found = timeliness(cases, lambda each: times.get(each.id), days=2)
    assert (found.surges, found.others, found.alarms) == (3, 2, 1)
    assert (found.before_half, found.lead_minutes, found.alarms_a_day) == (1 / 3, 0.0, 0.5)
    assert found.right == 2 / 3
