"""From the labels of somebody's model to ours."""

from collections.abc import Mapping, Sequence
from typing import Final

from services.analysis.engines.base import RefusedModel
from shared.contracts.labels import LABELS, Task

# Names met in published models: plain words, star ratings, Chinese words, and the 27 emotions of
# GoEmotions in its own Ekman grouping (Demszky and others 2020, appendix).
_ALIASES: Final[dict[Task, dict[str, str]]] = {
    Task.SENTIMENT: {
        "positive": "positive pos 正面 正向 积极 好评 4_stars 5_stars very_positive",
        "neutral": "neutral neu 中性 中立 3_stars mixed",
        "negative": "negative neg 负面 负向 消极 差评 1_star 2_stars very_negative",
    },
    Task.EMOTION: {
        "joy": (
            "joy happy happiness like love optimism admiration amusement approval caring desire "
            "excitement gratitude pride relief 喜悦 快乐 高兴 开心 喜好 喜欢 乐"
        ),
        "anger": "anger angry annoyance disapproval 愤怒 生气 怒",
        "sadness": "sadness sad disappointment embarrassment grief remorse 悲伤 难过 哀",
        "fear": "fear nervousness 恐惧 害怕 惧",
        "surprise": "surprise realization confusion curiosity 惊讶 惊奇 惊",
        "disgust": "disgust 厌恶 恶",
        "neutral": "neutral none others 中性 无情绪 平静",
    },
    Task.STANCE: {
        "favor": "favor favour for support pro 支持 赞成",
        "against": "against oppose con anti 反对",
        "none": "none neutral neither unrelated 中立 无关",
    },
}
_MEANING: Final = {
    task: {alias: label for label, aliases in table.items() for alias in aliases.split()}
    for task, table in _ALIASES.items()
}


def _key(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def fit_labels(
    names: Sequence[str], *, task: Task | None = None, mapping: Mapping[str, str] | None = None
) -> tuple[Task, tuple[str, ...]]:
    """Say which task the labels belong to, and which label of ours each of them is.

    Several labels of a model may mean one of ours (five stars): their probabilities add up.
    `mapping` (their label -> ours) goes before the names known here.

    Raises:
        RefusedModel: a label fits nothing, or several tasks fit; the message says what to write.
    """
    given = {_key(name): label.strip().lower() for name, label in (mapping or {}).items()}
    unused = sorted(set(given) - {_key(name) for name in names})
    if unused:
        raise RefusedModel(
            f"the label mapping names {', '.join(unused)}, the model has {', '.join(names)}; "
            "correct the mapping"
        )
    candidates = [task] if task else list(Task)
    fits = {each: _fit(names, each, given) for each in candidates}
    whole = [each for each, labels in fits.items() if None not in labels]
    if len(whole) == 1:
        return whole[0], tuple(str(label) for label in fits[whole[0]])
    if whole:
        tasks = " or ".join(whole)
        raise RefusedModel(f"the labels {', '.join(names)} fit {tasks}; say which task is meant")
    raise RefusedModel(_misfit(names, candidates, fits))


def _fit(names: Sequence[str], task: Task, given: Mapping[str, str]) -> list[str | None]:
    ours = {str(label): str(label) for label in LABELS[task]}
    return [
        ours.get(given[_key(name)]) if _key(name) in given else _MEANING[task].get(_key(name))
        for name in names
    ]


def _misfit(
    names: Sequence[str], candidates: Sequence[Task], fits: Mapping[Task, list[str | None]]
) -> str:
    """Say for the nearest task which labels do not fit, and how to map them."""
    nearest = min(candidates, key=lambda task: fits[task].count(None))
    lost = [name for name, label in zip(names, fits[nearest], strict=True) if label is None]
    ours = ", ".join(LABELS[nearest])
    return (
        f"the labels {', '.join(lost)} do not fit {nearest} ({ours}); say what they mean in "
        f'groundswell.yaml beside config.json, as "labels: {{{lost[0]}: {LABELS[nearest][0]}}}"'
    )
