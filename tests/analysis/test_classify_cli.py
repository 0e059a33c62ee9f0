"""`groundswell classify`: JSON lines in, one answer a line out, no server."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from services.analysis.cli import classify
from shared.contracts.labels import LABELS, Task

ROOT = Path(__file__).parents[2]
PROGRAM = (
    "import typer; from services.analysis.cli import classify;"
    "app = typer.Typer(); app.command()(classify); app()"
)

app = typer.Typer()
app.command()(classify)


def run(stdin: str | bytes, *options: str) -> tuple[int, list[dict[str, Any]], str]:
    result = CliRunner().invoke(app, list(options), input=stdin)
    return (
        result.exit_code,
        [json.loads(line) for line in result.stdout.splitlines()],
        result.stderr,
    )


def lines(*texts: str | None, **fields: Any) -> str:
    rows = [{"id": number, "text": text, **fields} for number, text in enumerate(texts)]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@pytest.mark.parametrize("task", list(Task))
def test_every_line_is_answered_in_order_with_probabilities(task: Task) -> None:
    code, answers, _ = run(lines("太好了", "气死我了", "", target="客服"), "--task", task)
    assert code == 0
    assert [answer["id"] for answer in answers] == [0, 1, 2]
    for answer in answers:
        assert set(answer["scores"]) == set(LABELS[task])
        assert sum(answer["scores"].values()) == pytest.approx(1, abs=1e-5)
        assert answer["confidence"] == max(answer["scores"].values())
        assert answer["label"] in LABELS[task]
        assert answer["unsure"] in (True, False)
        assert answer["model"]["name"] == "compact"
        assert answer["model"]["revision"]


def test_ids_of_any_kind_come_back_as_they_were() -> None:
    ids = ["甲", 7, None, "\ud83d", 1.5]
    stdin = "".join(json.dumps({"id": each, "text": "好"}) + "\n" for each in ids)
    assert [answer["id"] for answer in run(stdin, "--task", "sentiment")[1]] == ids


def test_output_is_utf_8_and_readable() -> None:
    result = CliRunner().invoke(app, ["--task", "emotion"], input='{"id": "甲", "text": "好"}\n')
    assert '"id": "甲"' in result.stdout_bytes.decode("utf-8")


@pytest.mark.parametrize("text", [None, "", " ", "\x00", "\ud800 half", "😡" * 5_000])
def test_odd_texts_are_answered(text: str | None) -> None:
    stdin = json.dumps({"id": 1, "text": text}) + "\n"
    code, answers, _ = run(stdin, "--task", "sentiment")
    assert (code, len(answers)) == (0, 1)


def test_blank_lines_a_byte_order_mark_and_a_missing_last_line_break_do_no_harm() -> None:
    stdin = b'\xef\xbb\xbf{"id": 1, "text": "a"}\n\n  \r\n{"id": 2, "text": "b"}'
    code, answers, _ = run(stdin, "--task", "sentiment")
    assert (code, [answer["id"] for answer in answers]) == (0, [1, 2])


def test_nothing_in_nothing_out() -> None:
    assert run("", "--task", "sentiment") == (0, [], "")


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (b"not json", "line 2 is no JSON; write one object a line"),
        (b"[1, 2]", 'line 2 lacks "id" or "text"'),
        (b'{"text": "a"}', 'line 2 lacks "id" or "text"'),
        (b'{"id": 1}', 'line 2 lacks "id" or "text"'),
        (b'{"id": 1, "text": 5}', "line 2 has a"),
        (b'{"id": 1, "text": "\xff"}', "line 2 is not UTF-8; save the file as UTF-8"),
        (b"[" * 200_000, "line 2 is no JSON"),
        (b'{"id": 1, "text": "' + b"a" * 1_200_000 + b'"}', "line 2 is longer than 1 MiB"),
    ],
    ids=["text", "array", "no id", "no text", "number", "latin-1", "deep", "long"],
)
def test_a_bad_line_is_named_and_what_stands_before_it_is_answered(bad: bytes, said: str) -> None:
    stdin = b'{"id": 0, "text": "fine"}\n' + bad + b'\n{"id": 2, "text": "after"}\n'
    code, answers, stderr = run(stdin, "--task", "sentiment")
    assert code == 2
    assert said in stderr
    assert len(stderr.splitlines()) == 1
    assert [answer["id"] for answer in answers] == [0]


def test_a_stance_without_target_names_the_line() -> None:
    code, _, stderr = run(lines("好"), "--task", "stance")
    assert (code, len(stderr.splitlines())) == (2, 1)
    assert 'line 1 has no "target"' in stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--task", "mood"], '"mood" is no task; say --task sentiment, emotion, stance'),
        ([], "no task was named"),
        (["--task", "emotion", "--model", "nonesuch"], "known: lexicon"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(options: list[str], said: str) -> None:
    code, answers, stderr = run(lines("好"), *options)
    assert (code, answers) == (2, [])
    assert said in stderr
    assert len(stderr.splitlines()) == 1


def test_a_model_folder_is_taken_by_its_path(make_folder: Any) -> None:
    folder = make_folder(["negative", "neutral", "positive"])
    code, answers, _ = run(lines("好", "差"), "--task", "sentiment", "--model", str(folder))
    assert code == 0
    assert {answer["model"]["name"] for answer in answers} == {"tiny"}
    code, _, stderr = run(lines("好"), "--task", "emotion", "--model", str(folder))
    assert (code, len(stderr.splitlines())) == (2, 1)


def start(stdin: Any = subprocess.PIPE) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "--task", "sentiment"],
        cwd=ROOT,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_answers_come_while_the_input_is_still_open() -> None:
    with start() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(3):
            process.stdin.write(json.dumps({"id": number, "text": "好"}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == number


def test_a_reader_that_leaves_causes_no_noise(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text(lines(*["很好"] * 20_000), encoding="utf-8")
    with file.open("rb") as stdin, start(stdin) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(20) == 0
