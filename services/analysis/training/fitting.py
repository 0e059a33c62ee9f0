"""How the two halves are weighed, how sure the whole is, and below what it says so: on dev."""

from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp

from services.analysis.engines.base import Item
from services.analysis.engines.compact.description import (
    Mixture,
    TaskDescription,
    read_description,
)
from services.analysis.engines.compact.engine import CompactEngine
from services.analysis.engines.compact.linear import SCRIPTS
from services.analysis.engines.compact.mixing import Halves, mix
from services.analysis.training.corpus import Example, labelled
from services.analysis.training.export import write_description
from shared.contracts.labels import Task

Logits = NDArray[np.float32]
# Few numbers are fitted, and these keep them from the peculiarities of the dev part.
_RIDGE: Final = 1e-3
# A wrong answer that is counted on costs this many times what handing a post to a person costs.
_COST_OF_WRONG: Final = 2.5


class Judged(NamedTuple):
    """Texts of one task and script: both halves, true labels, the source of each."""

    halves: Halves
    labels: NDArray[np.int64]
    sources: NDArray[np.str_]


def fit(folder: Path, data: Path) -> None:
    """Fit the model of a folder on the dev parts, and write its description anew."""
    engine = CompactEngine(folder, device="cpu")
    found = read_description(folder)
    tasks = {
        task: _fit_task(engine, found.tasks[task], labelled(data, task, "dev")) for task in Task
    }
    write_description(folder, found.model_copy(update={"tasks": tasks}))


def _fit_task(
    engine: CompactEngine, described: TaskDescription, examples: list[Example]
) -> TaskDescription:
    task = examples[0].task
    read = [example for example in examples if example.text]
    halves, scripts = engine.halves(task, [Item(each.raw, each.target) for each in read])
    mixtures, confidence, right = {}, [], []
    for script in SCRIPTS:
        members = [at for at, each in enumerate(scripts) if each == script]
        judged = Judged(
            Halves(halves.network[members], halves.linear[members]),
            np.array([read[at].label for at in members]),
            np.array([read[at].source for at in members]),
        )
        mixtures[script] = fit_mixture(judged)
        answers = mix(judged.halves, mixtures[script])
        confidence.append(answers.max(axis=1))
        right.append(answers.argmax(axis=1) == judged.labels)
    threshold = unsure_below(np.concatenate(confidence), np.concatenate(right))
    return described.model_copy(update={"mixtures": mixtures, "unsure_below": threshold})


def fit_mixture(judged: Judged) -> Mixture:
    """Fit the weights of both halves and a small offset for each label, then the temperature.

    The first are fitted for balanced labels, as macro-F1 asks: each label of each source counts
    the same. The temperature is fitted on the texts as they are (Guo and others 2017).
    """
    classes = judged.halves.network.shape[1]
    weights = _balanced(judged)

    # Twice the precision: the slopes are taken from tiny differences.
    network, linear = (half.astype(np.float64) for half in judged.halves)

    def loss(values: NDArray[np.float64]) -> float:
        joined = values[0] * network + values[1] * linear + values[2:]
        return _cross_entropy(joined, judged.labels, weights) + _RIDGE * float(values @ values)

    start = np.array([0.7, 0.7, *np.zeros(classes)])
    limits = [(0.05, 3.0), (0.0, 5.0), *[(-1.0, 1.0)] * classes]
    found = minimize(loss, start, bounds=limits, method="L-BFGS-B").x
    first, second, *offsets = (round(float(value), 4) for value in found)
    raw = Mixture(network=first, linear=second, offsets=tuple(offsets), temperature=1.0)
    scores = np.log(np.maximum(mix(judged.halves, raw), 1e-9))
    even = np.ones(len(judged.labels)) / len(judged.labels)
    heats = np.geomspace(0.3, 3.0, 200)
    costs = [_cross_entropy(scores / heat, judged.labels, even) for heat in heats]
    return raw.model_copy(update={"temperature": float(heats[int(np.argmin(costs))])})


def unsure_below(confidence: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    """The threshold under which saying "unsure" is cheaper than answering.

    With a calibrated confidence p, an answer costs (1 - p) * cost of a wrong one, and handing it to
    a person costs one: the threshold is the p where both are the same (Chow 1970), measured here
    on the answers themselves.
    """
    order = np.argsort(confidence)
    wrong = np.cumsum(~right[order])
    handed = np.arange(1, len(order) + 1)
    cost = handed + _COST_OF_WRONG * (wrong[-1] - wrong)
    best = int(np.argmin(cost))
    if cost[best] >= _COST_OF_WRONG * wrong[-1]:
        return 0.0
    return round(float(confidence[order][best]), 3)


def _balanced(judged: Judged) -> NDArray[np.float64]:
    weights = np.zeros(len(judged.labels))
    for source in np.unique(judged.sources):
        for label in np.unique(judged.labels[judged.sources == source]):
            members = (judged.sources == source) & (judged.labels == label)
            # Between every text the same, as accuracy asks, and every label the same.
            weights[members] = members.sum() ** -0.25
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares


def _cross_entropy(
    logits: NDArray[np.floating], labels: NDArray[np.int64], weights: NDArray[np.float64]
) -> float:
    rows = logits[np.arange(len(labels)), labels] - logsumexp(logits, axis=1)
    return float(-(weights * rows).sum())
