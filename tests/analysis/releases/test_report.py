"""The report of an evaluation: one page that needs nothing else."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from services.analysis.engines.lexicon import LexiconEngine
from services.analysis.releases.evaluation import evaluate
from services.analysis.releases.figures import Evaluation
from services.analysis.releases.labelled import LabelledRow, labelled_row
from services.analysis.releases.metrics import McNemar
from services.analysis.releases.report import Occasion, render
from shared.contracts.labels import Task

OCCASION = Occasion("dev.jsonl", "ab" * 32, datetime(2026, 11, 21, 9, 5, tzinfo=UTC))
VOID = {"meta", "input", "br"}


class Reader(HTMLParser):
    """Takes a page apart, and fails where a tag is left open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


def rows(*texts: str, label: str = "positive", **fields: str) -> list[LabelledRow]:
    return [
        labelled_row(line, {"text": text, "label": label, **fields}, Task.SENTIMENT)
        for line, text in enumerate(texts, start=1)
    ]


def evaluated(given: list[LabelledRow], *, beside: bool = True) -> Evaluation:
    baseline = LexiconEngine() if beside else None
    return evaluate(LexiconEngine(), Task.SENTIMENT, given, baseline=baseline)


@pytest.mark.parametrize("beside", [True, False])
def test_the_page_stands_alone(beside: bool) -> None:
    given = rows("很好", "太差了", "今天停电", lang="zh", platform="weibo")
    page = render(evaluated(given, beside=beside), OCCASION)
    reader = read(page)
    assert not reader.tags & {"script", "link", "img", "iframe", "object", "form"}
    assert not reader.attributes & {"src", "href", "onclick", "onload"}
    assert "url(" not in page
    assert "@import" not in page
    assert "default-src 'none'" in page


def test_it_says_what_was_measured_on_what_and_when() -> None:
    reader = read(render(evaluated(rows("很好", "糟糕")), OCCASION))
    for said in ("lexicon", "dev.jsonl", "ab" * 32, "2026-11-21 09:05 UTC", "2 rows", "2 条"):
        assert said in reader.text


def test_what_people_wrote_is_escaped() -> None:
    hostile = '<script>alert(1)</script>"><img src=x onerror=alert(1)>糟糕'
    given = rows(hostile, platform=hostile)
    occasion = OCCASION._replace(file_name=hostile, findings=(hostile,))
    page = render(evaluated(given), occasion)
    reader = read(page)
    assert reader.text.count(hostile) == 4
    assert not reader.tags & {"script", "img"}


@pytest.mark.parametrize(("language", "chosen"), [("zh-CN", "chinese"), ("en", "english")])
def test_the_language_that_was_asked_for_is_shown_first(language: str, chosen: str) -> None:
    page = render(evaluated(rows("很好")), OCCASION, language=language)
    assert f'<html lang="{language}">' in page
    (checked,) = re.findall(r'id="(\w+)" checked', page)
    assert checked == chosen


@pytest.mark.parametrize(
    ("test", "accuracy", "kind", "english", "chinese"),
    [
        (
            McNemar(90, 40, 0.0032, exact=False),
            0.762,
            "better",
            "Better than lexicon by 1.2 points of accuracy (p = 0.003).",
            "优于 lexicon：准确率高 1.2 个百分点（p = 0.003）。",
        ),
        (
            McNemar(40, 90, 0.00001, exact=False),
            0.70,
            "worse",
            "Worse than lexicon by 5.0 points of accuracy (p < 0.001).",
            "不如 lexicon：准确率低 5.0 个百分点（p < 0.001）。",
        ),
        (
            McNemar(8, 6, 0.79, exact=True),
            0.754,
            "even",
            "Not told apart from lexicon: 0.4 points more, which may be chance (p = 0.79).",
            "与 lexicon 难分高下：准确率高 0.4 个百分点，可能只是偶然（p = 0.79）。",
        ),
    ],
)
def test_the_comparison_is_put_in_words(
    test: McNemar, accuracy: float, kind: str, english: str, chinese: str
) -> None:
    result = evaluated(rows("很好"))
    assert result.baseline_figures is not None
    compared = result.model_copy(
        update={
            "test": test,
            "figures": result.figures.model_copy(update={"accuracy": accuracy}),
            "baseline_figures": result.baseline_figures.model_copy(update={"accuracy": 0.75}),
        }
    )
    page = render(compared, OCCASION)
    assert english in read(page).text
    assert chinese in read(page).text
    assert f'class="card told {kind}"' in page


def test_the_gate_is_told_only_where_it_was_asked() -> None:
    result = evaluated(rows("很好"))
    assert "gate" not in read(render(result, OCCASION)).text
    passed = render(result, OCCASION._replace(findings=()))
    assert "It passes the gate." in read(passed).text
    refused = render(result, OCCASION._replace(findings=("its macro-F1 is 0.1",)))
    assert "It does not pass the gate:its macro-F1 is 0.1" in read(refused).text.replace(
        "未达到上线门槛：", ""
    )


def test_own_labels_are_shown_where_a_source_lacks_one() -> None:
    shop = [
        *rows(*["很好"] * 30, source="shop"),
        *rows(*["太差了"] * 30, label="negative", source="shop"),
    ]
    assert "Own labels" in render(evaluated(shop), OCCASION)
    assert "<th>Own labels" not in render(evaluated(rows("很好", source="x")), OCCASION)
