"""What an evaluation found, as it is kept, answered and shown."""

from pydantic import BaseModel, ConfigDict

from services.analysis.releases.metrics import (
    Bin,
    ClassFigures,
    CoveragePoint,
    Interval,
    McNemar,
)
from shared.contracts.labels import Task


class Shape(BaseModel):
    """Made once, never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelName(Shape):
    """Which engine was measured, and where it ran."""

    name: str
    revision: str
    device: str


class Restricted(Shape):
    """The same rows when a model may only say labels that the row's source has at all."""

    accuracy: float
    macro_f1: float


class Figures(Shape):
    """One model on all rows. Shares are between 0 and 1, intervals are 95 %.

    `classes` and `confusion` follow the labels of the evaluation; `macro_f1` and `macro_recall` are
    means over labels that some row has. `unsure` is the share of rows that the model does not
    want counted, `sure_accuracy` the accuracy on the others. `restricted` is there where some
    source lacks a label.
    """

    accuracy: float
    accuracy_interval: Interval
    macro_f1: float
    macro_f1_interval: Interval
    macro_recall: float
    calibration_error: float
    accuracy_at_80: float
    unsure: float
    sure_accuracy: float | None
    restricted: Restricted | None
    classes: tuple[ClassFigures, ...]
    confusion: tuple[tuple[int, ...], ...]
    reliability: tuple[Bin, ...]
    coverage: tuple[CoveragePoint, ...]


class SliceFigures(Shape):
    """One model on the rows of a slice."""

    accuracy: float
    accuracy_interval: Interval
    macro_f1: float
    restricted: Restricted | None


class Slice(Shape):
    """The rows whose `field` is `value`."""

    field: str
    value: str
    rows: int
    model: SliceFigures
    baseline: SliceFigures | None


class Mistake(Shape):
    """A row that the model got wrong and was confident of; `line` is its number in the file."""

    line: int
    text: str
    target: str | None
    gold: str
    said: str
    confidence: float


class Evaluation(Shape):
    """A model on labelled rows, and the model it was measured beside.

    `test` compares the two row by row: first is the model, second the baseline.
    """

    task: Task
    labels: tuple[str, ...]
    rows: int
    model: ModelName
    figures: Figures
    baseline: ModelName | None
    baseline_figures: Figures | None
    test: McNemar | None
    slices: tuple[Slice, ...]
    mistakes: tuple[Mistake, ...]
