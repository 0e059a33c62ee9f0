"""The tables of the report."""

from html import escape
from itertools import groupby
from math import floor
from typing import Final

from services.analysis.releases.figures import Evaluation, Slice
from services.analysis.releases.metrics import Interval
from services.analysis.releases.report_charts import interval_bar
from services.analysis.releases.report_words import both, field_name, label_name, points, share

# From this share of a line on, a cell is dark and its number light.
_STRONG: Final = 0.55
# Differences below a twentieth of a point are shown as none, and not coloured.
_EVEN: Final = 0.0005


def class_table(evaluation: Evaluation) -> str:
    """Precision, recall and F1 of every label."""
    before = evaluation.baseline_figures
    lines = ""
    for at, (label, each) in enumerate(
        zip(evaluation.labels, evaluation.figures.classes, strict=True)
    ):
        lines += (
            f'<tr><td>{label_name(label)}</td><td class="num">{share(each.precision)}</td>'
            f'<td class="num">{share(each.recall)}</td><td class="num">{share(each.f1)}'
            f'<span class="meter wide"><i style="width:{100 * each.f1:.0f}%"></i></span></td>'
            f'<td class="num">{change(each.f1, before.classes[at].f1 if before else None)}</td>'
            f'<td class="num">{each.support:,}</td></tr>'
        )
    head = (
        f"<tr><th>{both('标签', 'Label')}</th>{_number(both('精确率', 'Precision'))}"
        f"{_number(both('召回率', 'Recall'))}{_number('F1')}"
        f"{_number(both('变化', 'Change') if before else '')}{_number(both('条数', 'Rows'))}</tr>"
    )
    return f'<div class="scroll"><table>{head}{lines}</table></div>'


def confusion_table(evaluation: Evaluation) -> str:
    """What was said of every label's rows, in percent, right answers in another tone."""
    names = [label_name(label) for label in evaluation.labels]
    lines = ""
    for gold, counts in enumerate(evaluation.figures.confusion):
        cells = "".join(
            _cell(count, sum(counts), right=gold == said) for said, count in enumerate(counts)
        )
        lines += f"<tr><th>{names[gold]}</th>{cells}</tr>"
    head = "".join(f"<th>{name}</th>" for name in names)
    return (
        f'<div class="scroll"><table class="heat"><thead><tr><th></th>{head}</tr></thead>'
        f"<tbody>{lines}</tbody></table></div>"
    )


def _cell(count: int, total: int, *, right: bool) -> str:
    part = count / total if total else 0
    tone = "var(--accent)" if right else "var(--bad)"
    strong = ' class="strong"' if part >= _STRONG else ""
    percent = f"{100 * part:.0f}"
    return (
        f'<td{strong} style="--tone:{tone};--share:{percent}%" title="{count:,} / {total:,}">'
        f"{percent}</td>"
    )


def slice_table(evaluation: Evaluation) -> str:
    """Every slice with its interval, beside the baseline."""
    parts = evaluation.slices
    lowest = min(0.9, floor(10 * min(each.model.accuracy_interval.low for each in parts)) / 10)
    restricted = any(each.model.restricted for each in parts)
    lines = ""
    for field, group in groupby(parts, key=lambda each: each.field):
        lines += f'<tr class="group"><th colspan="7">{field_name(field)}</th></tr>'
        lines += "".join(_slice(each, lowest, own=restricted) for each in group)
    head = (
        f"<tr><th></th>{_number(both('条数', 'Rows'))}{_number(both('准确率', 'Accuracy'))}"
        f"{_number(both('变化', 'Change') if evaluation.baseline else '')}"
        f'<th class="wide">{both("95% 区间", "95% interval")}</th>'
        f"{_number(both('宏平均 F1', 'Macro-F1'))}"
        f"{_number(both('限定标签', 'Own labels')) if restricted else ''}</tr>"
    )
    return f'<div class="scroll"><table class="slices">{head}{lines}</table></div>'


def _slice(part: Slice, lowest: float, *, own: bool) -> str:
    model, before = part.model, part.baseline
    bar = interval_bar(
        model.accuracy, model.accuracy_interval, before.accuracy if before else None, lowest
    )
    restricted = share(model.restricted.accuracy) if model.restricted else ""
    last = f'<td class="num">{restricted}</td>' if own else ""
    return (
        f'<tr><td>{escape(part.value)}</td><td class="num">{part.rows:,}</td>'
        f'<td class="num">{share(model.accuracy)}</td>'
        f'<td class="num">{change(model.accuracy, before.accuracy if before else None)}</td>'
        f'<td class="wide" title="{between(model.accuracy_interval)}">{bar}</td>'
        f'<td class="num">{share(model.macro_f1)}</td>{last}</tr>'
    )


def change(value: float, before: float | None, *, smaller_is_better: bool = False) -> str:
    """How far a share moved, in points, coloured by whether that is good."""
    if before is None:
        return ""
    gain = (before - value) if smaller_is_better else (value - before)
    kind = "up" if gain >= _EVEN else "down" if gain <= -_EVEN else ""
    return f'<span class="{kind}">{points(value - before)}</span>'


def between(interval: Interval) -> str:
    """An interval in percent."""
    return f"{100 * interval.low:.1f}–{100 * interval.high:.1f}"


def _number(name: str) -> str:
    return f'<th class="num">{name}</th>'
