"""The model card: what the shipped model is, from what, how good, and where it fails."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from services.analysis.engines.compact.engine import CompactEngine
from services.analysis.releases.evaluation import evaluate
from services.analysis.releases.figures import Evaluation
from services.analysis.releases.labelled import SOURCE, read_labelled
from shared.contracts.labels import Task

METRICS: Final = "metrics.json"
CARD: Final = "README.md"
_TEMPLATE: Final = Path(__file__).with_name("card.md")


def write_card(folder: Path, data: Path) -> None:
    """Measure the model of a folder on the dev parts; write its figures and its card."""
    engine = CompactEngine(folder, device="cpu")
    found = [
        evaluate(engine, task, read_labelled(data / task / "dev.jsonl", task)) for task in Task
    ]
    figures = {each.task.value: _figures(each) for each in found}
    text = json.dumps({"model": engine.name, "dev": figures}, indent=1, ensure_ascii=False)
    (folder / METRICS).write_text(text + "\n", encoding="utf-8")
    template = _TEMPLATE.read_text(encoding="utf-8")
    (folder / CARD).write_text(template.replace("{{figures}}", _tables(found)), encoding="utf-8")


def _figures(found: Evaluation) -> dict[str, object]:
    return {
        "rows": found.rows,
        **found.figures.model_dump(
            include={
                "accuracy",
                "macro_f1",
                "macro_recall",
                "calibration_error",
                "accuracy_at_80",
                "unsure",
                "sure_accuracy",
            }
        ),
        "sources": {
            each.value: {"rows": each.rows, **each.model.model_dump(exclude={"accuracy_interval"})}
            for each in found.slices
            if each.field == SOURCE
        },
    }


def _tables(found: Sequence[Evaluation]) -> str:
    """One row a source, and one for each task as a whole."""
    lines = [
        "| task | source | posts | accuracy | macro-F1 | accuracy over the source's labels |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for each in found:
        for part in each.slices:
            if part.field == SOURCE:
                model = part.model
                over = model.restricted.accuracy if model.restricted else model.accuracy
                lines.append(
                    f"| {each.task} | {part.value} | {part.rows:,} | {model.accuracy:.3f} "
                    f"| {model.macro_f1:.3f} | {over:.3f} |"
                )
    lines += [
        "",
        "| task | calibration error | unsure | accuracy of the rest | of the surest 80 % |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for each in found:
        figures = each.figures
        lines.append(
            f"| {each.task} | {figures.calibration_error:.3f} | {figures.unsure:.1%} "
            f"| {figures.sure_accuracy or 0:.3f} | {figures.accuracy_at_80:.3f} |"
        )
    return "\n".join(lines)
