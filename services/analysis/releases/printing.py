"""What `groundswell model` shows."""

from collections.abc import Sequence

import typer
from rich.console import Console
from rich.table import Table

from services.analysis.releases.figures import Evaluation, Figures
from services.analysis.releases.models import EvaluationRecord, Release
from services.analysis.releases.schemas import ShadowReport
from services.analysis.releases.service import named

_MEASURES = {
    "accuracy": "accuracy",
    "macro-F1": "macro_f1",
    "macro-recall": "macro_recall",
    "calibration error": "calibration_error",
    "accuracy at 80 % coverage": "accuracy_at_80",
    "unsure": "unsure",
}


def releases(found: Sequence[Release]) -> None:
    """A table of releases."""
    table = Table("Release", "Task", "State", "From", "Registered", "By", box=None, pad_edge=False)
    for release_ in found:
        table.add_row(
            named(release_),
            release_.task,
            release_.state,
            release_.origin,
            f"{release_.registered_at:%Y-%m-%d %H:%M}",
            release_.registered_by["name"],
        )
    Console(highlight=False, soft_wrap=True).print(table)


def release(found: Release, evaluations: Sequence[EvaluationRecord]) -> None:
    """One release and how it did."""
    typer.echo(f"{named(found)}  {found.task}  {found.state}  {found.id}")
    typer.echo(f"from {found.origin}")
    for record in evaluations:
        figures = record.figures["figures"]
        verdict = "passes" if record.passed else "does not pass: " + "; ".join(record.findings)
        typer.echo(
            f"{record.evaluated_at:%Y-%m-%d %H:%M}  {record.file_name}, {record.rows:,} rows: "
            f"macro-F1 {figures['macro_f1']:.3f}, accuracy {figures['accuracy']:.3f}; {verdict}"
        )


def shadow(report: ShadowReport | None) -> None:
    """How far a shadow agreed with the live model."""
    if report is None:
        return
    agreement = "nothing judged yet" if report.agreement is None else f"{report.agreement:.1%}"
    state = "has ended" if report.ended_at else "goes on"
    typer.echo(
        f"shadow ({report.share:.0%} of posts, {state}): {report.judged:,} posts, agree {agreement}"
    )
    for pair in report.pairs:
        if pair.live != pair.shadow:
            typer.echo(f"  live {pair.live}, shadow {pair.shadow}: {pair.posts:,}")


def evaluation(found: Evaluation, record: EvaluationRecord) -> None:
    """Figures beside those of the live model, and what the gate says."""
    beside = found.baseline
    headings = ["", found.model.name, *([f"{beside.name} (live)"] if beside else [])]
    table = Table(*headings, box=None, pad_edge=False)
    for title, field in _MEASURES.items():
        table.add_row(title, *(_figure(figures, field) for figures in _columns(found)))
    Console(highlight=False).print(table)
    typer.echo(f"{record.rows:,} rows of {record.file_name}; evaluation {record.id}")
    if found.test:
        typer.echo(f"McNemar: p = {found.test.p:.3g}")
    for finding in record.findings:
        typer.echo(f"objection: {finding}")
    typer.echo("It passes the gate." if record.passed else "It does not pass the gate.")


def _columns(found: Evaluation) -> list[Figures]:
    return [figures for figures in (found.figures, found.baseline_figures) if figures]


def _figure(figures: Figures, field: str) -> str:
    return f"{getattr(figures, field):.3f}"
