"""`python -m services.analysis.training.compare`: models side by side on labelled files."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.labels import LABELS, Task

# Each run loads scikit-learn and four tools, and starts three processes more.
pytestmark = pytest.mark.timeout(300)

ROOT = Path(__file__).parents[3]
WORDS = {
    "positive": "服务太棒了很喜欢",
    "neutral": "明天下午三点开会",
    "negative": "服务太差了很失望",
    "joy": "开心快乐",
    "anger": "愤怒生气",
    "sadness": "悲伤难过",
    "fear": "害怕恐惧",
    "surprise": "惊讶意外",
    "disgust": "恶心厌恶",
    "favor": "坚决支持",
    "against": "坚决反对",
    "none": "随便看看",
}


def row(task: Task, label: str, number: int, source: str, lang: str = "zh") -> dict[str, str]:
    text = WORDS.get(label, label) if lang == "zh" else f"this is so {label}"
    fields = {"text": f"{text}{number}", "label": label, "source": source, "lang": lang}
    return fields | ({"target": "云州电力"} if task is Task.STANCE else {})


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for task in Task:
        folder = tmp_path / "data" / task
        folder.mkdir(parents=True)
        train = [row(task, each, at, "weibo") for each in LABELS[task] for at in range(8)]
        dev = [row(task, each, at, "weibo") for each in LABELS[task] for at in range(90, 92)]
        if task is Task.SENTIMENT:
            train += [row(task, each, at, "x", "en") for each in LABELS[task] for at in range(8)]
            dev += [row(task, each, at, "x", "en") for each in LABELS[task] for at in range(2)]
            # A source without neutral: its own labels are asked for apart.
            halves = ("positive", "negative")
            dev += [row(task, each, at, "shop") for each in halves for at in range(30)]
        lines = [json.dumps(each, ensure_ascii=False) + "\n" for each in train]
        with gzip.open(folder / "train.jsonl.gz", "wt", encoding="utf-8") as stream:
            stream.writelines(lines)
        lines = [json.dumps(each, ensure_ascii=False) + "\n" for each in dev]
        (folder / "dev.jsonl").write_text("".join(lines), encoding="utf-8")
    post = {"text": "太棒了", "sentiment": "positive", "emotion": "joy", "stance": "favor"}
    line = json.dumps(post | {"target": "云州大学", "lang": "zh-Hans"}) + "\n"
    (tmp_path / "domain.jsonl").write_text(line, encoding="utf-8")
    return tmp_path / "data"


def compare(data: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    module = [sys.executable, "-m", "services.analysis.training.compare"]
    fixed = ["--domain", str(data.parent / "domain.jsonl"), "--cache", str(data.parent / "kept")]
    return subprocess.run(
        [*module, str(data), "--model", "lexicon", *fixed, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_model_is_measured_on_what_it_does(data: Path) -> None:
    output = data.parent / "output"
    result = compare(data, "--output", str(output))
    assert result.returncode == 0, result.stderr
    assert (output / "comparison.md").read_text("utf-8") == result.stdout
    found: list[dict[str, Any]] = json.loads((output / "comparison.json").read_text("utf-8"))
    seen: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for each in found:
        seen.setdefault((each["task"], each["source"]), {})[each["model"]] = each
    chinese = {"lexicon", "linear", "snownlp", "cnsenti"}
    assert set(seen["sentiment", "weibo"]) == chinese
    assert set(seen["sentiment", "x"]) == {"lexicon", "linear", "vaderSentiment", "textblob"}
    assert set(seen["sentiment", "domain set"]) == {"lexicon", "linear"}
    assert set(seen["sentiment", "domain set, zh-Hans"]) == chinese
    assert set(seen["emotion", "weibo"]) == {"lexicon", "linear", "cnsenti"}
    whole = {"lexicon", "linear"}
    assert set(seen["stance", "weibo"]) == whole | {f"{each}, target only" for each in whole}
    assert seen["sentiment", "weibo"]["linear"]["accuracy"] == 1
    # One target for all three labels: whoever does not see the text is right on a third.
    assert seen["stance", "weibo"]["linear"]["accuracy"] == 1
    for each in whole:
        assert seen["stance", "weibo"][f"{each}, target only"]["accuracy"] == pytest.approx(1 / 3)
    assert seen["sentiment", "shop"]["snownlp"]["restricted"]["accuracy"] == 1
    assert seen["sentiment", "weibo"]["snownlp"]["restricted"] is None

    (line,) = [line for line in result.stdout.splitlines() if line.startswith("| shop (60) |")]
    assert line.split(" | ")[1] == "lexicon"
    # What the linear model learnt is kept: a task, a script, with the text and without.
    assert len(list((data.parent / "kept").iterdir())) == 5


def test_missing_data_is_told_in_one_line(tmp_path: Path) -> None:
    result = compare(tmp_path / "nothing", "--no-tools", "--no-linear")
    assert (result.returncode, len(result.stderr.splitlines())) == (2, 1)
    assert "dev.jsonl cannot be read" in result.stderr
