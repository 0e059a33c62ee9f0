"""An evaluation as one HTML page: nothing to load, no script, in Chinese and English.

What people wrote is escaped; the page's policy forbids whatever slipped through to run.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Final, NamedTuple

from services.analysis.releases.figures import Evaluation, Figures, Mistake
from services.analysis.releases.report_charts import coverage_chart, reliability_chart
from services.analysis.releases.report_tables import (
    between,
    change,
    class_table,
    confusion_table,
    slice_table,
)
from services.analysis.releases.report_words import (
    CHINESE,
    NOTES,
    both,
    headline,
    label_name,
    share,
    task_name,
    test_told,
    verdict_kind,
)

_STYLE: Final = (Path(__file__).parent / "report.css").read_text("utf-8")


class Occasion(NamedTuple):
    """What was measured on, and when. `findings` is what speaks against the model at the gate;
    none where it was not asked."""

    file_name: str
    file_hash: str
    at: datetime
    findings: tuple[str, ...] | None = None


def render(evaluation: Evaluation, occasion: Occasion, *, language: str = CHINESE) -> str:
    """Give the page; `language` ("zh-CN" or "en") is shown first, the other a click away."""
    model = evaluation.model
    parts = [
        _top(evaluation, occasion, language),
        _told(evaluation, occasion),
        _tiles(evaluation),
        f'<div class="pair">{_classes(evaluation)}{_confusion(evaluation)}</div>',
        f'<div class="pair">{_reliability(evaluation)}{_coverage(evaluation)}</div>',
        _slices(evaluation),
        _mistakes(evaluation.mistakes),
        _notes(),
    ]
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(model.name)} · {escape(evaluation.task)}</title>\n"
        f"<style>\n{_STYLE}</style>\n</head>\n<body>\n" + "\n".join(parts) + "\n</body>\n</html>\n"
    )


def _top(evaluation: Evaluation, occasion: Occasion, language: str) -> str:
    model = evaluation.model
    at = occasion.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    chinese, english = ("checked", "") if language == CHINESE else ("", "checked")
    rows = both(f"{evaluation.rows:,} 条", f"{evaluation.rows:,} rows")
    return (
        f'<header class="top"><div><p class="faint">{both("模型评估", "Model evaluation")} · '
        f"{task_name(evaluation.task)}</p><h1>{escape(model.name)}</h1>"
        f'<p class="faint"><code>{escape(model.revision)}</code> · {escape(model.device)} · {at}'
        f"</p><p class='faint'>{escape(occasion.file_name)} · {rows} · SHA-256 "
        f"<code>{escape(occasion.file_hash)}</code></p></div>"
        '<div class="language"><label><input type="radio" name="language" id="chinese" '
        f'{chinese}>中文</label><label><input type="radio" name="language" id="english" {english}>'
        "English</label></div></header>"
    )


def _told(evaluation: Evaluation, occasion: Occasion) -> str:
    lines = [f"<p>{headline(evaluation)}</p>"]
    if evaluation.test is not None:
        lines.append(f'<p class="faint">{test_told(evaluation.test)}</p>')
    if occasion.findings is not None and not occasion.findings:
        lines.append(f"<p>{both('达到上线门槛。', 'It passes the gate.')}</p>")
    if occasion.findings:
        found = "".join(
            f'<li lang="en" class="as-is">{escape(each)}</li>' for each in occasion.findings
        )
        lines.append(
            f"<p>{both('未达到上线门槛：', 'It does not pass the gate:')}</p><ul>{found}</ul>"
        )
    return f'<section class="card told {verdict_kind(evaluation)}">{"".join(lines)}</section>'


def _tiles(evaluation: Evaluation) -> str:
    figures, before = evaluation.figures, evaluation.baseline_figures
    tiles = [
        _tile(
            both("准确率", "Accuracy"),
            share(figures.accuracy),
            between(figures.accuracy_interval),
            change(figures.accuracy, before.accuracy if before else None),
        ),
        _tile(
            both("宏平均 F1", "Macro-F1"),
            share(figures.macro_f1),
            between(figures.macro_f1_interval),
            change(figures.macro_f1, before.macro_f1 if before else None),
        ),
        _tile(
            both("校准误差", "Calibration error"),
            share(figures.calibration_error),
            both("越小越好", "smaller is better"),
            change(
                figures.calibration_error,
                before.calibration_error if before else None,
                smaller_is_better=True,
            ),
        ),
        _tile(
            both("最有把握的 80% 上的准确率", "Accuracy on the surest 80%"),
            share(figures.accuracy_at_80),
            _unsure(figures),
            change(figures.accuracy_at_80, before.accuracy_at_80 if before else None),
        ),
        _tile(
            both("宏平均召回率", "Macro-recall"),
            share(figures.macro_recall),
            _own_labels(figures),
            change(figures.macro_recall, before.macro_recall if before else None),
        ),
    ]
    return f'<dl class="tiles">{"".join(tiles)}</dl>'


def _tile(name: str, value: str, note: str, change: str) -> str:
    return (
        f'<div><dt>{name}</dt><dd class="value">{value}</dd>'
        f'<dd class="faint">{note}{" · " if note and change else ""}{change}</dd></div>'
    )


def _unsure(figures: Figures) -> str:
    return both(
        f"“拿不准” {share(figures.unsure)}，其余 {share(figures.sure_accuracy)}",
        f"unsure of {share(figures.unsure)}, right on {share(figures.sure_accuracy)} of the rest",
    )


def _own_labels(figures: Figures) -> str:
    if figures.restricted is None:
        return ""
    found = f"{share(figures.restricted.accuracy)} / {share(figures.restricted.macro_f1)}"
    return both(f"限定标签的准确率 / F1：{found}", f"own labels, accuracy / F1: {found}")


def _classes(evaluation: Evaluation) -> str:
    return _card(both("各标签", "By label"), class_table(evaluation))


def _confusion(evaluation: Evaluation) -> str:
    caption = both(
        "行：正确标签；列：模型的回答；数字为占该行的百分比。",
        "Lines: the right label; columns: what the model said; in percent of the line.",
    )
    inside = f'{confusion_table(evaluation)}<p class="faint">{caption}</p>'
    return _card(both("混淆矩阵", "Confusion"), inside)


def _reliability(evaluation: Evaluation) -> str:
    before = evaluation.baseline_figures
    chart = reliability_chart(
        evaluation.figures.reliability, before.reliability if before else None
    )
    caption = both(
        "横轴：置信度（%）；纵轴：实际正确率（%）。虚线上即名副其实；底部为各区间的条数。",
        "Across: confidence (%); up: accuracy (%). On the dashed line a model is as right as it "
        "says; the foot shows how many rows each bin has.",
    )
    return _figure(
        both("置信度是否可信", "Can its confidence be trusted"), evaluation, chart, caption
    )


def _coverage(evaluation: Evaluation) -> str:
    before = evaluation.baseline_figures
    chart = coverage_chart(evaluation.figures.coverage, before.coverage if before else None)
    caption = both(
        "横轴：只回答最有把握的部分（%）；纵轴：这部分的准确率（%）。竖线为 80%。",
        "Across: the share that is answered, surest first (%); up: accuracy on it (%). The "
        "upright line stands at 80%.",
    )
    return _figure(
        both("少答一些，准多少", "Answering less, being right more"), evaluation, chart, caption
    )


def _figure(title: str, evaluation: Evaluation, chart: str, caption: str) -> str:
    inside = f"<figure>{chart}<figcaption class='faint'>{caption}</figcaption></figure>"
    return _card(title, _key(evaluation) + inside)


def _key(evaluation: Evaluation) -> str:
    if evaluation.baseline is None:
        return ""
    return (
        f'<p class="key faint"><span>{escape(evaluation.model.name)}</span>'
        f'<span class="base">{escape(evaluation.baseline.name)}</span></p>'
    )


def _slices(evaluation: Evaluation) -> str:
    if not evaluation.slices:
        return ""
    return _card(both("分组结果", "Slices"), _key(evaluation) + slice_table(evaluation))


def _mistakes(mistakes: Sequence[Mistake]) -> str:
    if not mistakes:
        return ""
    title = both("最有把握的错误", "Mistakes it was surest of")
    return _card(title, f'<ul class="mistakes">{"".join(map(_mistake, mistakes))}</ul>')


def _mistake(mistake: Mistake) -> str:
    target = (
        f'<span class="faint">{both("对象：", "toward ")}{escape(mistake.target)}</span>'
        if mistake.target
        else ""
    )
    line = both(f"第 {mistake.line} 行", f"line {mistake.line}")
    return (
        f"<li><div><p>{escape(mistake.text)}</p>{target}</div>"
        f'<p class="said">{label_name(mistake.gold)} → <b>{label_name(mistake.said)}</b><br>'
        f'<span class="faint">{share(mistake.confidence)} · {line}</span></p></li>'
    )


def _notes() -> str:
    lines = "".join(f"<li>{both(*note)}</li>" for note in NOTES)
    return _card(both("怎么读", "How to read it"), f'<ul class="notes faint">{lines}</ul>')


def _card(title: str, inside: str) -> str:
    return f'<section class="card"><h2>{title}</h2>{inside}</section>'
