"""`groundswell surge`: rows in, rows out, and figures on mention volumes of companies."""

import random
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from services.monitor.surge.cli import SeriesError, judge, surge
from shared.errors import GroundswellError

SHARED = Path(__file__).resolve().parents[4] / "shared"
NAB = SHARED / "data" / "nab"
here = pytest.mark.skipif(not NAB.is_dir(), reason="../shared/data/nab is not here")


def answers(lines: Iterable[str]) -> list[list[str]]:
    return [line.rstrip("\n").split(",") for line in judge(lines)][1:]


def run(text: str, *arguments: str) -> Any:
    app = typer.Typer()
    app.command()(surge)
    return CliRunner().invoke(app, arguments, input=text)


def test_each_row_is_answered_with_a_score_and_an_alarm() -> None:
    rows = [f"2026-03-0{1 + n // 288} {n % 288 // 12:02}:{n % 12 * 5:02}:00,3" for n in range(800)]
    rows.append("2026-03-03 18:40:00,90")
    result = run("timestamp,value\n" + "\n".join(rows))
    assert result.exit_code == 0
    header, *lines = result.stdout.splitlines()
    assert header == "timestamp,value,anomaly_score,alarm"
    assert [line.rsplit(",", 2)[0] for line in lines] == rows
    assert {line.split(",", 2)[2] for line in lines[:-1]} == {"0.000000,0"}
    _, value, score, alarm = lines[-1].split(",")
    assert (value, alarm) == ("90", "1")
    assert 0.5 <= float(score) < 1


def test_epoch_seconds_no_header_and_empty_lines_will_do() -> None:
    assert [row[:2] for row in answers(["0,1", "", "300,2", "600,1"])] == [
        ["0", "1"],
        ["300", "2"],
        ["600", "1"],
    ]
    assert answers([]) == answers(["timestamp,value"]) == []
    assert len(answers(["2026-03-01,5"])) == 1


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["0,1", "300"], "line 2: .*one row a line"),
        (["0,1", "300,many"], "line 2: 'many' is no count"),
        (["0,1", "300,-1"], "line 2: '-1' is no count"),
        (["0,1", "300,nan"], "line 2: 'nan' is no count"),
        (["0,1", "soon,2"], "line 2: 'soon' is neither"),
        (["300,1", "0,2"], "--step"),
    ],
)
def test_a_row_that_does_not_fit_is_named(lines: list[str], says: str) -> None:
    with pytest.raises(SeriesError, match=says):
        answers(lines)


def test_an_error_is_of_the_kind_that_the_command_line_tells_in_one_line() -> None:
    assert issubclass(SeriesError, GroundswellError)


def test_what_came_before_a_row_that_cannot_be_read_is_answered() -> None:
    result = run("0,1\n300,2\n600,many\n")
    assert result.exit_code == 1
    assert [line.split(",")[0] for line in result.stdout.splitlines()] == ["timestamp", "0", "300"]


def test_the_step_may_be_given() -> None:
    assert run("0,1\n0,1\n").exit_code == 1
    assert run("0,1\n0,1\n", "--step", "60").exit_code == 0


@here
@pytest.mark.parametrize("name", sorted(path.name for path in NAB.glob("*.csv")))
def test_a_series_that_is_cut_gives_the_same_rows(name: str) -> None:
    lines = (NAB / name).read_text().splitlines()
    whole = answers(lines)
    generator = random.Random(name)
    for cut in (generator.randrange(2, len(lines)) for _ in range(2)):
        assert answers(lines[:cut]) == whole[: cut - 1]


@here
def test_the_scores_on_mention_volumes_of_companies(tmp_path: Path) -> None:
    for path in NAB.glob("*.csv"):
        (tmp_path / path.name).write_text("".join(judge(path.read_text().splitlines())))
    assert float(_scored(tmp_path, "score_surge.py").split()[-1]) >= 80
    left_out = _scored(tmp_path, "score_surge.py", "--tune", "leave-one-out")
    assert float(left_out.split()[-1]) >= 80
    caught, false = _scored(tmp_path, "score_alerts.py").split(", ")
    hit, windows = map(int, caught.split()[-1].split("/"))
    assert hit / windows >= 0.9
    assert float(false.split()[-1]) <= 0.8


def _scored(results: Path, scorer: str, *arguments: str) -> str:
    """The last line that a scorer prints."""
    command = [sys.executable, SHARED / "score" / scorer, results, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1]
