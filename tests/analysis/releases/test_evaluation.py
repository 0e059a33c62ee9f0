"""Engines measured on labelled rows."""

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from services.analysis.engines.base import Item, Verdict, WrongTask
from services.analysis.engines.lexicon import LexiconEngine
from services.analysis.releases import evaluation
from services.analysis.releases.evaluation import evaluate
from services.analysis.releases.figures import Evaluation
from services.analysis.releases.labelled import BadRow, LabelledRow, labelled_row, read_labelled
from shared.contracts.labels import LABELS, Task

DOMAIN = Path(__file__).parents[1] / "domain" / "posts.jsonl"


class Echo:
    """Says what the text says: "negative" or, less sure, "negative?"."""

    name = "echo"
    revision = "1"
    device = "cpu"
    tasks = frozenset(Task)

    def __init__(self, wrong: Mapping[str, str] | None = None) -> None:
        self.wrong = wrong or {}
        self.batches: list[int] = []

    def classify(self, task: Task, items: Sequence[Item]) -> list[Verdict]:
        self.batches.append(len(items))
        return [self._verdict(task, item.text) for item in items]

    def classify_together(
        self, tasks: Sequence[Task], items: Sequence[Item]
    ) -> list[list[Verdict]]:
        return [self.classify(task, items) for task in tasks]

    def _verdict(self, task: Task, text: str) -> Verdict:
        said = text.split()[0]
        label = self.wrong.get(text, said.rstrip("?"))
        confidence = 0.6 if said.endswith("?") else 0.9
        rest = (1 - confidence) / (len(LABELS[task]) - 1)
        scores = {str(each): confidence if each == label else rest for each in LABELS[task]}
        return Verdict(label, confidence, scores, unsure=said.endswith("?"))


def rows(*texts: str, gold: str | None = None, **fields: Any) -> list[LabelledRow]:
    return [
        labelled_row(
            line,
            {"text": text, "label": gold or text.split()[0].rstrip("?"), **fields},
            Task.SENTIMENT,
        )
        for line, text in enumerate(texts, start=1)
    ]


def found(given: Iterable[LabelledRow], **options: Any) -> Evaluation:
    return evaluate(Echo(), Task.SENTIMENT, given, **options)


def test_it_says_who_was_measured_on_what() -> None:
    result = found(rows("positive", "neutral", "negative"))
    assert (result.task, result.rows, result.labels) == ("sentiment", 3, LABELS[Task.SENTIMENT])
    assert result.model.model_dump() == {"name": "echo", "revision": "1", "device": "cpu"}
    assert (result.baseline, result.baseline_figures, result.test) == (None, None, None)
    assert result.figures.accuracy == result.figures.macro_f1 == 1


def test_a_model_beside_another_is_tested_row_by_row() -> None:
    given = rows(*(f"positive {number}" for number in range(20)))
    worse = Echo({f"positive {number}": "negative" for number in range(8)})
    result = evaluate(Echo(), Task.SENTIMENT, given, baseline=worse)
    assert result.test is not None
    assert result.baseline_figures is not None
    assert (result.test.only_first, result.test.only_second) == (8, 0)
    assert result.test.p == pytest.approx(2 / 2**8)
    assert result.baseline_figures.accuracy == pytest.approx(0.6)


def test_what_is_unsure_is_counted_apart() -> None:
    given = [*rows("positive", "neutral"), *rows("positive?", "neutral?", gold="negative")]
    figures = found(given).figures
    assert (figures.accuracy, figures.unsure, figures.sure_accuracy) == (0.5, 0.5, 1)
    nothing = found(rows("positive?")).figures
    assert (nothing.unsure, nothing.sure_accuracy) == (1, None)


def test_figures_are_told_apart_by_language_platform_source_and_traits() -> None:
    given = [
        *rows("positive", "negative", lang="zh", platform="weibo"),
        *rows("positive", gold="negative", language="en", traits=["sarcasm", "short"]),
    ]
    result = found(given, baseline=Echo())
    slices = {(each.field, each.value): each for each in result.slices}
    assert {key: each.rows for key, each in slices.items()} == {
        ("language", "zh"): 2,
        ("language", "en"): 1,
        ("platform", "weibo"): 2,
        ("traits", "sarcasm"): 1,
        ("traits", "short"): 1,
    }
    assert slices["language", "zh"].model.accuracy == 1
    assert slices["traits", "sarcasm"].model.accuracy == 0
    assert slices["traits", "sarcasm"].model == slices["traits", "sarcasm"].baseline


def test_a_source_without_neutral_is_also_judged_without_it() -> None:
    shop = ["positive", "negative"] * 30
    stray = rows("neutral", gold="positive", source="shop")
    given = [*rows(*shop, source="shop"), *stray, *rows("neutral", source="weibo")]
    result = found(given)
    assert result.figures.accuracy == pytest.approx(61 / 62)
    assert result.figures.restricted is not None
    # Of two equal scores the first label is taken: positive.
    assert result.figures.restricted.accuracy == 1
    by_source = {each.value: each.model.restricted for each in result.slices}
    assert by_source["shop"] is not None
    assert by_source["weibo"] is None


def test_a_small_file_or_one_with_all_labels_is_not_restricted() -> None:
    assert found(rows("positive", "negative")).figures.restricted is None
    assert found(rows(*["positive", "negative", "neutral"] * 30)).figures.restricted is None
    assert found(rows(*["positive"] * 60)).figures.restricted is None


def test_the_most_confident_mistakes_are_kept_worst_first() -> None:
    unsure = rows(*["neutral?"] * 5, gold="positive")
    sure = [row._replace(line=row.line + 5) for row in rows(*["negative"] * 30, gold="positive")]
    mistakes = found([*unsure, *sure]).mistakes
    assert [mistake.line for mistake in mistakes] == list(range(6, 26))
    assert mistakes[0].model_dump() == {
        "line": 6,
        "text": "negative",
        "target": None,
        "gold": "positive",
        "said": "negative",
        "confidence": 0.9,
    }


def test_it_keeps_and_comes_back_as_json() -> None:
    given = [*rows("positive", "negative", lang="zh"), *rows("neutral", gold="negative")]
    result = found(given, baseline=Echo())
    again = Evaluation.model_validate_json(result.model_dump_json())
    assert again == result
    assert result.model_dump()["figures"]["accuracy_interval"].keys() == {"low", "high"}


def test_rows_are_read_and_judged_in_small_batches() -> None:
    taken: list[int] = []

    def stream() -> Iterable[LabelledRow]:
        for row in rows(*["positive"] * 1_500):
            taken.append(row.line)
            yield row

    engine = Echo()
    assert evaluate(engine, Task.SENTIMENT, stream()).rows == 1_500
    assert (max(engine.batches), len(taken)) == (512, 1_500)


def test_too_many_rows_and_none_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "MOST_ROWS", 10)
    with pytest.raises(BadRow, match="more than 10 rows; take a sample"):
        found(rows(*["positive"] * 11))
    with pytest.raises(BadRow, match="no rows"):
        found([])


def test_a_task_that_an_engine_does_not_do_is_named() -> None:
    class OnlyEmotion(LexiconEngine):
        tasks = frozenset({Task.EMOTION})

    with pytest.raises(WrongTask):
        evaluate(OnlyEmotion(), Task.SENTIMENT, rows("positive"))


@pytest.mark.parametrize("task", list(Task))
def test_the_domain_set_is_read_for_every_task(task: Task) -> None:
    result = evaluate(LexiconEngine(), task, read_labelled(DOMAIN, task))
    assert result.rows == 400
    assert {each.value for each in result.slices if each.field == "language"} == {
        "zh-Hans",
        "zh-Hant",
        "en",
    }


def test_packed_files_are_read_as_plain_ones(tmp_path: Path) -> None:
    line = json.dumps({"text": "好", "label": "positive", "lang": "zh", "id": 3})
    plain, packed = tmp_path / "a.jsonl", tmp_path / "a.jsonl.gz"
    plain.write_text(f"{line}\n\n{line}\n", encoding="utf-8")
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    read = list(read_labelled(packed, Task.SENTIMENT))
    assert read == list(read_labelled(plain, Task.SENTIMENT))
    assert [row.line for row in read] == [1, 3]
    assert read[0].item == Item("好", None)


@pytest.mark.parametrize(
    ("line", "task", "said"),
    [
        ("nonsense", Task.SENTIMENT, "line 2: this is not JSON"),
        ("[1]", Task.SENTIMENT, "line 2: one JSON object a line"),
        ('{"label": "positive"}', Task.SENTIMENT, 'line 2 has a "text" or "target"'),
        ('{"text": "a", "label": "good"}', Task.SENTIMENT, "one of positive, neutral, negative"),
        ('{"text": "a", "label": ["joy"]}', Task.EMOTION, "line 2 has the label"),
        ('{"text": "a"}', Task.EMOTION, "line 2 has the label None"),
        ('{"text": "a", "label": "favor"}', Task.STANCE, 'line 2 has no "target"'),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, task: Task, said: str) -> None:
    good = json.dumps({"text": "a", "target": "b", "label": LABELS[task][0]})
    file = tmp_path / "rows.jsonl"
    file.write_text(f"{good}\n{line}\n", encoding="utf-8")
    with pytest.raises(BadRow, match=said):
        list(read_labelled(file, task))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadRow, match=r"nothing\.jsonl cannot be read"):
        list(read_labelled(tmp_path / "nothing.jsonl", Task.SENTIMENT))
