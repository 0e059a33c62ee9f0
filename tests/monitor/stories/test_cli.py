"""`groundswell stories`: lines in, clusters out, and figures on labelled stories."""

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from services.monitor.stories.cli import cluster, stories
from shared.cli.json_lines import RecordingError

NEWS = Path(__file__).resolve().parents[4] / "shared" / "data" / "stories" / "docs.jsonl.gz"


def run(lines: list[dict[str, Any]]) -> Any:
    app = typer.Typer()
    app.command()(stories)
    return CliRunner().invoke(app, input="\n".join(json.dumps(line) for line in lines))


def test_each_line_is_answered_with_its_cluster() -> None:
    result = run(
        [
            {"id": 1, "time": "2026-03-01T08:00:00+08:00", "text": "望湖新村今晚停电"},
            {"id": 2, "time": "2026-03-01T08:05:00+08:00", "title": "望湖新村又停电了"},
            {"id": 3, "time": 1772324000, "text": "峰谷电价新方案公布"},
            {"id": 4, "time": 1772324001, "text": "嗯", "parent_id": 3},
        ]
    )
    assert result.exit_code == 0
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["1", "2", "3", "4"]
    one, two, three, four = (answer["cluster"] for answer in answers)
    assert one == two != three == four


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ({"time": 0, "text": "a"}, '"id"'),
        ({"id": 1, "time": 0, "text": 5}, '"text"'),
        ({"id": 1, "time": "soon", "text": "a"}, "epoch seconds"),
        ({"id": 1, "text": "a"}, "epoch seconds"),
        ({"id": 1, "time": float("nan"), "text": "a"}, "epoch seconds"),
    ],
)
def test_a_line_that_does_not_fit_is_named(line: dict[str, Any], says: str) -> None:
    with pytest.raises(RecordingError, match=f"line 7.*{says}"):
        list(cluster([(7, line)]))


@pytest.mark.skipif(not NEWS.exists(), reason="needs ../shared/data/stories")
def test_labelled_news_titles_are_grouped_with_a_bcubed_f1_of_0_85_or_more() -> None:
    with gzip.open(NEWS, "rt") as file:
        documents = [json.loads(line) for line in file]
    answers = cluster(enumerate(documents, 1))
    pairs = Counter(
        (document["story"], answer["cluster"])
        for document, answer in zip(documents, answers, strict=True)
    )
    assert bcubed_f1(pairs) >= 0.85


def bcubed_f1(pairs: Counter[tuple[str, str]]) -> float:
    """BCubed F1 (Bagga and Baldwin 1998) of counts by (true story, cluster)."""
    true, found = Counter[str](), Counter[str]()
    for (story, found_cluster), count in pairs.items():
        true[story] += count
        found[found_cluster] += count
    whole = pairs.total()
    precision = sum(n * n / found[c] for (_, c), n in pairs.items()) / whole
    recall = sum(n * n / true[s] for (s, _), n in pairs.items()) / whole
    return 2 * precision * recall / (precision + recall)
