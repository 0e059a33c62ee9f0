"""The gate: whether a candidate may take the place of the live model, by figures on one file."""

from collections.abc import Iterator
from typing import Final

from services.analysis.releases.figures import Evaluation

# Half a point is noise on a file of some thousand rows.
MARGIN: Final = 0.005
# Beyond this, "90 % sure" says little, and the threshold of "unsure" means something else.
MOST_CALIBRATION_ERROR: Final = 0.10
SIGNIFICANT: Final = 0.05
# Parts of the rows, as those of one language or platform: how many make one count, and how far its
# accuracy may fall.
SLICE_ROWS: Final = 100
SLICE_FALL: Final = 0.03


def objections(evaluation: Evaluation) -> list[str]:
    """What speaks against the model that was measured, in words; nothing: it passes.

    A model that was not compared with the live one does not pass.
    """
    figures, live = evaluation.figures, evaluation.baseline_figures
    found = []
    if figures.calibration_error > MOST_CALIBRATION_ERROR:
        found.append(
            f"its calibration error is {figures.calibration_error:.3f}, more than "
            f"{MOST_CALIBRATION_ERROR:.2f}: set a temperature in its card"
        )
    if live is None or evaluation.test is None:
        return [*found, "it was not compared with the live model"]
    if figures.macro_f1 < live.macro_f1 - MARGIN:
        found.append(
            f"its macro-F1 is {figures.macro_f1:.3f}, that of the live model {live.macro_f1:.3f}"
        )
    test = evaluation.test
    if test.only_second > test.only_first and test.p < SIGNIFICANT:
        found.append(
            f"it is significantly worse than the live model: alone right on {test.only_first} "
            f"rows against {test.only_second} (McNemar, p = {test.p:.3g})"
        )
    return [*found, *_falls(evaluation)]


def _falls(evaluation: Evaluation) -> Iterator[str]:
    for part in evaluation.slices:
        if part.baseline is None or part.rows < SLICE_ROWS:
            continue
        before, after = part.baseline.accuracy, part.model.accuracy
        if before - after > SLICE_FALL:
            yield (
                f"on the {part.rows} rows with {part.field} {part.value} it falls from "
                f"{before:.3f} to {after:.3f}"
            )
