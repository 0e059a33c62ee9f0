"""Measure an engine on labelled rows, alone or beside the one it would replace.

Of every row only labels and scores are kept (about 300 bytes a model), and of the texts only the
mistakes that are shown.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from heapq import heappush, heappushpop
from itertools import islice
from typing import Final

from services.analysis.engines.base import Engine, Verdict
from services.analysis.releases.figures import (
    Evaluation,
    Figures,
    Mistake,
    ModelName,
    Restricted,
    Slice,
    SliceFigures,
)
from services.analysis.releases.labelled import SOURCE, BadRow, LabelledRow
from services.analysis.releases.metrics import (
    Judged,
    McNemar,
    accuracy_at,
    accuracy_of,
    calibration_error,
    class_figures,
    confusion_of,
    macro_f1,
    macro_f1_interval,
    macro_recall,
    mcnemar,
    reliability,
    restrict,
    risk_coverage,
    sure_rows,
    wilson,
)
from shared.contracts.labels import LABELS, Task

MOST_ROWS: Final = 200_000
_BATCH: Final = 512
_MISTAKES: Final = 20
_LONGEST_SHOWN: Final = 500
# A field with thousands of values tells nothing; the most frequent ones are shown.
_VALUES: Final = 40
# A source counts as lacking a label when it has not one among so many rows.
_ENOUGH: Final = 50

_Places = dict[tuple[str, str], list[int]]


def evaluate(
    engine: Engine, task: Task, rows: Iterable[LabelledRow], *, baseline: Engine | None = None
) -> Evaluation:
    """Run one or two engines over the same rows and say how good they are.

    Raises:
        BadRow: there are no rows, or more than 200,000; and what reading the rows raises.
        WrongTask: an engine does not do the task.
    """
    labels = tuple(str(label) for label in LABELS[task])
    place = {label: at for at, label in enumerate(labels)}
    judged: list[Judged] = []
    beside: list[Judged] = []
    places: _Places = defaultdict(list)
    mistakes: list[tuple[float, int, Mistake]] = []
    for batch in _batches(rows):
        items = [row.item for row in batch]
        verdicts = engine.classify(task, items)
        for at, (row, verdict) in enumerate(zip(batch, verdicts, strict=True), start=len(judged)):
            for field, values in row.slices.items():
                for value in values:
                    places[field, value].append(at)
            _note(mistakes, row, verdict)
        judged += _judged(batch, verdicts, place)
        if len(judged) > MOST_ROWS:
            raise BadRow(f"the file has more than {MOST_ROWS:,} rows; take a sample of it")
        if baseline is not None:
            beside += _judged(batch, baseline.classify(task, items), place)
    if not judged:
        raise BadRow("the file has no rows; write one labelled text a line")
    present = _present(judged, places)
    return Evaluation(
        task=task,
        labels=labels,
        rows=len(judged),
        model=_name(engine),
        figures=_figures(judged, present, len(labels)),
        baseline=_name(baseline) if baseline else None,
        baseline_figures=_figures(beside, present, len(labels)) if baseline else None,
        test=_test(judged, beside) if baseline else None,
        slices=tuple(_slices(judged, beside, places, present, len(labels))),
        mistakes=tuple(mistake for *_, mistake in sorted(mistakes, key=_worst_first)),
    )


def _batches(rows: Iterable[LabelledRow]) -> Iterator[list[LabelledRow]]:
    stream = iter(rows)
    while batch := list(islice(stream, _BATCH)):
        yield batch


def _judged(
    rows: Sequence[LabelledRow], verdicts: Sequence[Verdict], place: dict[str, int]
) -> Iterator[Judged]:
    for row, verdict in zip(rows, verdicts, strict=True):
        scores = tuple(verdict.scores[label] for label in place)
        yield Judged(
            place[row.label], place[verdict.label], verdict.confidence, verdict.unsure, scores
        )


def _note(mistakes: list[tuple[float, int, Mistake]], row: LabelledRow, verdict: Verdict) -> None:
    """Keep the mistakes of the highest confidence; of equals, the first ones."""
    if verdict.label == row.label:
        return
    key = (verdict.confidence, -row.line)
    if len(mistakes) == _MISTAKES and key <= mistakes[0][:2]:
        return
    mistake = Mistake(
        line=row.line,
        text=row.item.text[:_LONGEST_SHOWN],
        target=row.item.target,
        gold=row.label,
        said=verdict.label,
        confidence=verdict.confidence,
    )
    if len(mistakes) < _MISTAKES:
        heappush(mistakes, (*key, mistake))
    else:
        heappushpop(mistakes, (*key, mistake))


def _worst_first(noted: tuple[float, int, Mistake]) -> tuple[float, int]:
    confidence, before, _ = noted
    return -confidence, -before


def _present(rows: Sequence[Judged], places: _Places) -> dict[int, frozenset[int]]:
    """For the rows of sources that lack a label: which labels their source has.

    Where no row names a source, the file is one. A source of one label alone asks nothing.
    """
    sources = [found for (field, _), found in places.items() if field == SOURCE]
    present: dict[int, frozenset[int]] = {}
    for source in sources or [list(range(len(rows)))]:
        seen = frozenset(rows[at].gold for at in source)
        if len(source) >= _ENOUGH and 1 < len(seen) < len(rows[0].scores):
            present |= dict.fromkeys(source, seen)
    return present


def _restricted(
    rows: Sequence[Judged], places: Sequence[int], present: dict[int, frozenset[int]], labels: int
) -> Restricted | None:
    if not any(at in present for at in places):
        return None
    free = [restrict(rows[at], present[at]) if at in present else rows[at] for at in places]
    confusion = confusion_of(free, labels)
    return Restricted(accuracy=accuracy_of(confusion), macro_f1=macro_f1(confusion))


def _figures(rows: Sequence[Judged], present: dict[int, frozenset[int]], labels: int) -> Figures:
    confusion = confusion_of(rows, labels)
    bins = reliability(rows)
    sure = sure_rows(rows)
    return Figures(
        accuracy=accuracy_of(confusion),
        accuracy_interval=wilson(sum(row.right for row in rows), len(rows)),
        macro_f1=macro_f1(confusion),
        macro_f1_interval=macro_f1_interval(confusion),
        macro_recall=macro_recall(confusion),
        calibration_error=calibration_error(bins),
        accuracy_at_80=accuracy_at(rows, 0.8),
        unsure=1 - len(sure) / len(rows),
        sure_accuracy=accuracy_of(confusion_of(sure, labels)) if sure else None,
        restricted=_restricted(rows, range(len(rows)), present, labels),
        classes=tuple(class_figures(confusion)),
        confusion=tuple(tuple(line) for line in confusion),
        reliability=tuple(bins),
        coverage=tuple(risk_coverage(rows)),
    )


def _slices(
    rows: Sequence[Judged],
    beside: Sequence[Judged],
    places: _Places,
    present: dict[int, frozenset[int]],
    labels: int,
) -> Iterator[Slice]:
    sizes = {key: len(found) for key, found in places.items()}
    shown: Counter[str] = Counter()
    for field, value in sorted(sizes, key=lambda key: (key[0], -sizes[key], key[1])):
        shown[field] += 1
        if shown[field] > _VALUES:
            continue
        found = places[field, value]
        yield Slice(
            field=field,
            value=value,
            rows=len(found),
            model=_slice_figures(rows, found, present, labels),
            baseline=_slice_figures(beside, found, present, labels) if beside else None,
        )


def _slice_figures(
    rows: Sequence[Judged], places: Sequence[int], present: dict[int, frozenset[int]], labels: int
) -> SliceFigures:
    part = [rows[at] for at in places]
    confusion = confusion_of(part, labels)
    return SliceFigures(
        accuracy=accuracy_of(confusion),
        accuracy_interval=wilson(sum(row.right for row in part), len(part)),
        macro_f1=macro_f1(confusion),
        restricted=_restricted(rows, places, present, labels),
    )


def _test(rows: Sequence[Judged], beside: Sequence[Judged]) -> McNemar:
    return mcnemar((row.right for row in rows), (row.right for row in beside))


def _name(engine: Engine) -> ModelName:
    return ModelName(name=engine.name, revision=engine.revision, device=engine.device)
