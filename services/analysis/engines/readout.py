"""From what a model puts out to verdicts in our labels; the same for every kind of model."""

from collections.abc import Sequence
from math import exp, isfinite
from typing import Final

from services.analysis.engines.base import EngineFailed, Verdict
from shared.contracts.labels import LABELS, Task

# No tokenizer needs more characters for a token on average; what is longer is cut off anyway.
_CHARACTERS_PER_TOKEN: Final = 16


class Readout:
    """The labels of one model, read as ours: `labels[i]` is our label for its output i.

    A verdict is unsure below `unsure_below`.
    """

    def __init__(self, task: Task, labels: Sequence[str], *, unsure_below: float) -> None:
        self._labels = tuple(labels)
        self._none = {str(label): 0.0 for label in LABELS[task]}
        self._unsure_below = unsure_below

    def verdict(self, probabilities: Sequence[float]) -> Verdict:
        """Add up the probabilities that mean the same label of ours.

        Raises:
            EngineFailed: these are no probabilities, or not one for each label.
        """
        if len(probabilities) != len(self._labels):
            raise EngineFailed(
                f"the model answered with {len(probabilities)} figures for a text and has "
                f"{len(self._labels)} labels; correct the label map"
            )
        total = sum(probabilities)
        if not (isfinite(total) and total > 0 and min(probabilities) >= 0):
            raise EngineFailed("the model answered with figures that are no probabilities")
        scores = self._none.copy()
        for label, probability in zip(self._labels, probabilities, strict=True):
            scores[label] += probability / total
        label = max(scores, key=scores.__getitem__)
        confidence = scores[label]
        return Verdict(label, confidence, scores, confidence < self._unsure_below)


def softmax(logits: Sequence[float], *, temperature: float = 1.0) -> list[float]:
    """Make logits into probabilities; `temperature` divides them first (Guo and others 2017)."""
    if not all(map(isfinite, logits)):
        raise EngineFailed("the model answered with figures that are no numbers")
    highest = max(logits, default=0.0)
    weights = [exp((logit - highest) / temperature) for logit in logits]
    total = sum(weights)
    return [weight / total for weight in weights]


def readable(text: str, *, max_tokens: int) -> str:
    """Cut what no model would see, and make lone surrogates into question marks."""
    return text[: max_tokens * _CHARACTERS_PER_TOKEN].encode("utf-8", "replace").decode("utf-8")
