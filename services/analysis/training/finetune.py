"""The three tasks learnt at once on one encoder.

Every source has labels it never uses (reviews know no neutral); they are left out of its loss most
of the time, so that "never seen here" is not learnt as "never true". Rare labels count more (logit
adjustment: Menon and others 2021). The weights that are kept are a running mean (Polyak averaging),
and of a long course the mean of that at several points (Izmailov and others 2018): later ones know
the texts by heart, earlier ones know less. Where a text has no label of a task, what a teacher says
of it may stand in (distillation: Hinton and others 2015).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from time import perf_counter
from typing import Final, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from services.analysis.engines.compact.network import Network
from services.analysis.engines.compact.tokens import (
    FIRST_WORD,
    MASK,
    Encoded,
    Tokens,
    batch_of,
    encode_pair,
    encode_text,
)
from services.analysis.training.batches import by_length
from services.analysis.training.corpus import Example
from shared.contracts.labels import LABELS, Task

_BUDGET: Final = 6_144
_DECAY: Final = 0.02
_WARM_UP: Final = 300
_HIDDEN_SHARE: Final = 0.12
_PRIOR: Final = 0.5
# How often a label that a source never uses is left out of its loss.
_MASKED: Final = 0.7
_AVERAGE: Final = 0.999
# Every so many steps the running mean is taken into the mean that is kept, after the first third.
_SNAPSHOT: Final = 1_000


class Course(NamedTuple):
    """How the lessons are taken: passes over all of them, and the highest rate of learning.

    `taken` says how often a source's texts come in one pass; 1 where nothing is said. Reviews are
    many and alike, and small sources would be lost among the large ones.
    """

    epochs: int
    rate: float
    taken: Mapping[str, float]


class Lesson(NamedTuple):
    """One input, the labels that are known of it, and the source of each; `taught` are a teacher's
    probabilities for tasks that have no label, `raw` is the text as found."""

    encoded: Encoded
    labels: dict[Task, int]
    sources: dict[Task, str]
    taught: dict[Task, NDArray[np.float32]]
    raw: str


class Adjustment(NamedTuple):
    """For one source of one task: what is added to the logits in training only, the log-priors of
    its labels, and which labels it never uses."""

    offsets: NDArray[np.float32]
    absent: NDArray[np.bool_]


def lessons(examples: Sequence[Example], tokens: Tokens) -> list[Lesson]:
    """Encode examples; a text with a sentiment and an emotion becomes one lesson."""
    texts = tokens.words([example.text for example in examples])
    targets = tokens.words([example.target or "" for example in examples])
    found: dict[str, Lesson] = {}
    pairs: list[Lesson] = []
    for example, text, target in zip(examples, texts, targets, strict=True):
        told: dict[Task, NDArray[np.float32]] = {}
        label, source = {example.task: example.label}, {example.task: example.source}
        if example.task is Task.STANCE:
            pairs.append(Lesson(encode_pair(target, text), label, source, told, example.raw))
        elif example.text in found:
            found[example.text].labels.update(label)
            found[example.text].sources.update(source)
        else:
            found[example.text] = Lesson(encode_text(text), label, source, told, example.raw)
    return [*found.values(), *pairs]


def adjustments(examples: Sequence[Example]) -> dict[tuple[Task, str], Adjustment]:
    """Count the labels of every source."""
    counts: dict[tuple[Task, str], NDArray[np.float64]] = {}
    for example in examples:
        size = len(LABELS[example.task])
        key = (example.task, example.source)
        counts.setdefault(key, np.zeros(size))[example.label] += 1
    return {
        key: Adjustment(
            (_PRIOR * np.log((count + 0.5) / (count + 0.5).sum())).astype(np.float32), count == 0
        )
        for key, count in counts.items()
    }


class Step(NamedTuple):
    """Where the training stands: mean losses of each task since the last report."""

    step: int
    steps: int
    losses: dict[str, float]
    tokens_per_second: float


def finetune(
    network: Network,
    taught: Sequence[Lesson],
    adjusted: dict[tuple[Task, str], Adjustment],
    course: Course,
    *,
    seed: int,
    device: torch.device,
    report: Callable[[Step], None],
) -> dict[str, Tensor]:
    """Train the network in place; returns the mean of its weights (see the module)."""
    random = np.random.default_rng(seed)
    torch.manual_seed(seed)
    plan = list(_plan(taught, course, random))
    parameters = list(network.parameters())
    optimizer = torch.optim.AdamW(
        parameters, lr=course.rate, weight_decay=_DECAY, betas=(0.9, 0.98)
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda at: _pace(at, len(plan)))
    network.train()
    average = {name: value.detach().clone() for name, value in network.state_dict().items()}
    snapshots: list[dict[str, Tensor]] = []
    losses: dict[str, list[float]] = {task: [] for task in Task}
    tokens, since = 0, perf_counter()
    for step, batch in enumerate(plan, start=1):
        chosen = [taught[at] for at in batch]
        parts = _losses(network, chosen, adjusted, random, device)
        torch.stack(list(parts.values())).sum().backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        schedule.step()
        _follow(average, network, min(_AVERAGE, step / (step + 10)))
        for task, loss in parts.items():
            losses[task].append(float(loss.detach()))
        if step % _SNAPSHOT == 0 and step > len(plan) // 3:
            snapshots.append({name: value.clone() for name, value in average.items()})
        tokens += len(batch) * max(len(lesson.encoded.ids) for lesson in chosen)
        if step % 100 == 0 or step == len(plan):
            means = {task: float(np.mean(each)) for task, each in losses.items() if each}
            report(Step(step, len(plan), means, tokens / (perf_counter() - since)))
            losses, tokens, since = {task: [] for task in Task}, 0, perf_counter()
    if not snapshots:
        return average
    return {name: torch.stack([each[name] for each in snapshots]).mean(0) for name in average}


def _plan(
    taught: Sequence[Lesson], course: Course, random: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Batches of texts and batches of pairs, mixed, epoch by epoch."""
    paired = np.array([bool(lesson.encoded.target) for lesson in taught])
    lengths = np.array([len(lesson.encoded.ids) for lesson in taught])
    taken = np.array(
        [
            max((course.taken.get(each, 1.0) for each in lesson.sources.values()), default=1.0)
            for lesson in taught
        ]
    )
    for _ in range(course.epochs):
        times = np.floor(taken + random.random(len(taken))).astype(np.int64)
        batches = [
            members[batch]
            for members in (np.repeat(np.flatnonzero(k), times[k]) for k in (~paired, paired))
            if len(members)
            for batch in by_length(lengths[members], budget=_BUDGET, random=random)
        ]
        for at in random.permutation(len(batches)):
            yield batches[at]


def _pace(step: int, steps: int) -> float:
    warm_up = min(_WARM_UP, steps // 10)
    if step < warm_up:
        return (step + 1) / warm_up
    return 1 - 0.97 * (step - warm_up) / max(1, steps - warm_up)


def _losses(
    network: Network,
    chosen: Sequence[Lesson],
    adjusted: dict[tuple[Task, str], Adjustment],
    random: np.random.Generator,
    device: torch.device,
) -> dict[str, Tensor]:
    """One loss for each task that the batch teaches, weighted by the share of it that does."""
    batch = batch_of([lesson.encoded for lesson in chosen])
    hidden = (random.random(batch.ids.shape) < _HIDDEN_SHARE) & (batch.ids >= FIRST_WORD)
    ids = torch.from_numpy(np.where(hidden, MASK, batch.ids)).to(device)
    kinds = torch.from_numpy(batch.kinds).to(device)
    mask, target, ratios = (
        torch.from_numpy(each).to(device) for each in (batch.mask, batch.target, batch.ratios)
    )
    seen = None if bool((batch.ids != 0).all()) else ids != 0
    found: dict[str, Tensor] = {}
    with torch.autocast(device.type, torch.bfloat16):
        states = network.encoder(ids, kinds, seen)
        logits = (
            {Task.STANCE: network.stance(states, mask, target, ratios)}
            if chosen[0].encoded.target
            else {
                Task.SENTIMENT: network.sentiment(states, mask),
                Task.EMOTION: network.emotion(states, mask),
            }
        )
    for task, values in logits.items():
        rows = [at for at, lesson in enumerate(chosen) if task in lesson.labels]
        if rows:
            share = len(rows) / len(chosen)
            found[task] = share * _loss(
                values.float()[rows], [chosen[at] for at in rows], task, adjusted, random
            )
        rows = [at for at, lesson in enumerate(chosen) if task in lesson.taught]
        if rows:
            share = len(rows) / len(chosen)
            said = torch.from_numpy(np.stack([chosen[at].taught[task] for at in rows])).to(device)
            loss = share * functional.cross_entropy(values.float()[rows], said)
            found[task] = found[task] + loss if task in found else loss
    return found


def _loss(
    logits: Tensor,
    chosen: Sequence[Lesson],
    task: Task,
    adjusted: dict[tuple[Task, str], Adjustment],
    random: np.random.Generator,
) -> Tensor:
    each = [adjusted[task, lesson.sources[task]] for lesson in chosen]
    absent = np.stack([one.absent for one in each])
    left_out = absent & (random.random((len(each), 1)) < _MASKED)
    offsets = np.where(absent, 0, np.stack([one.offsets for one in each])).astype(np.float32)
    offsets[left_out] = -1e4
    labels = torch.tensor([lesson.labels[task] for lesson in chosen], device=logits.device)
    return functional.cross_entropy(logits + torch.from_numpy(offsets).to(logits.device), labels)


def _follow(average: dict[str, Tensor], network: Network, keep: float) -> None:
    with torch.no_grad():
        for name, value in network.state_dict().items():
            average[name].lerp_(value, 1 - keep)
