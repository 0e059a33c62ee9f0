"""A last look at an engine before it answers for others."""

import math
from typing import Final

from services.analysis.engines.base import Engine, Item, RefusedModel, Verdict
from shared.contracts.labels import LABELS, Task

# What every post may be: short, long, empty, in two scripts and two languages.
_TEXTS: Final = (
    "客服态度很好，谢谢！",
    "停電兩個小時了，氣死我了！！！ #停電#",
    "The new app keeps crashing, I want a refund.",
    "",
    "转发微博 " * 400,
)
_TARGET: Final = "云州电力"
_TOLERANCE: Final = 1e-3


def probe(engine: Engine, task: Task | None = None) -> None:
    """Let the engine judge a few texts.

    Raises:
        RefusedModel: it does not do the task, or what it answers is no verdict.
        And whatever the engine raises.
    """
    if task is not None and task not in engine.tasks:
        offered = ", ".join(sorted(engine.tasks))
        raise RefusedModel(f'model "{engine.name}" does {offered}, not {task}; name its own task')
    items = [Item(text, _TARGET) for text in _TEXTS]
    for asked in sorted(engine.tasks if task is None else [task]):
        verdicts = engine.classify(asked, items)
        if len(verdicts) != len(items) or not all(_fits(asked, verdict) for verdict in verdicts):
            raise RefusedModel(
                f'model "{engine.name}" does not answer with probabilities of {asked}; '
                "its weights or its labels are broken"
            )


def _fits(task: Task, verdict: Verdict) -> bool:
    scores = verdict.scores
    whole = set(map(str, scores)) == set(map(str, LABELS[task]))
    return (
        whole
        and all(math.isfinite(score) and score >= 0 for score in scores.values())
        and abs(sum(scores.values()) - 1) < _TOLERANCE
    )
