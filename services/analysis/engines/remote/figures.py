"""The answer of the Open Inference Protocol, read as one row of figures for each text."""

import json
from collections.abc import Iterator, Sequence
from math import log
from typing import Any, Final, NamedTuple

from services.analysis.engines.readout import softmax
from services.analysis.engines.remote.connection import Refused

# The log of what was rounded down to nothing.
_TINY: Final = 1e-12


class Figures(NamedTuple):
    """Rows as the server gave them. Where it gave labels with them, each row is by label."""

    rows: list[list[float]]
    labelled: list[dict[str, float]]


def read_figures(answer: Any, output: str | None, count: int) -> Figures:
    """Read the tensor called `output`, or the only one, of an answer to `count` texts.

    Raises:
        Refused: it is not there, or does not fit.
    """
    tensors = answer.get("outputs") if isinstance(answer, dict) else None
    found = [
        tensor
        for tensor in tensors or []
        if isinstance(tensor, dict) and output in (None, tensor.get("name"))
    ]
    if len(found) != 1:
        raise Refused(f"the answer holds {len(found)} outputs called {output or 'anything'}")
    values = list(_flat(found[0].get("data")))
    if found[0].get("datatype") == "BYTES":
        return Figures([], _labelled(values, count))
    if not values or len(values) % count:
        raise Refused(f"the answer holds {len(values)} figures for {count} texts")
    width = len(values) // count
    try:
        rows = [
            [float(each) for each in values[at : at + width]] for at in range(0, len(values), width)
        ]
    except (TypeError, ValueError):
        raise Refused("the answer holds figures that are no numbers") from None
    return Figures(rows, [])


def to_probabilities(row: Sequence[float], *, scale: str, temperature: float) -> list[float]:
    """Calibrate logits, or probabilities by way of their logarithms."""
    if scale == "logits":
        return softmax(row, temperature=temperature)
    if temperature == 1:
        return list(row)
    return softmax([log(max(each, _TINY)) for each in row], temperature=temperature)


def spread(scores: dict[str, float], names: Sequence[str]) -> list[float]:
    """Scores in the order of `names`. Where only the best label came, the rest is shared out."""
    unknown = sorted(scores.keys() - set(names))
    if unknown:
        raise Refused(f"the answer names the label {unknown[0]}, not one of {', '.join(names)}")
    missing = len(names) - len(scores)
    rest = max(0.0, 1 - sum(scores.values())) / missing if missing else 0.0
    return [scores.get(name, rest) for name in names]


def _flat(data: Any) -> Iterator[Any]:
    """Tensors come as one list, or as lists in lists."""
    for each in data if isinstance(data, list) else []:
        if isinstance(each, list):
            yield from _flat(each)
        else:
            yield each


def _labelled(values: Sequence[Any], count: int) -> list[dict[str, float]]:
    if len(values) != count:
        raise Refused(f"the answer holds {len(values)} texts for {count}")
    try:
        return [_scores(json.loads(value)) for value in values]
    except (TypeError, KeyError, ValueError):
        raise Refused("the answer holds texts that are no JSON of label and score") from None


def _scores(said: Any) -> dict[str, float]:
    pairs = said if isinstance(said, list) else [said]
    return {str(each["label"]): float(each["score"]) for each in pairs}
