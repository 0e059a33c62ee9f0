"""What a teacher says of texts that nobody labelled: unlabelled posts, and labelled ones for the
task that they have no label of. The model of the steps before is the teacher; what it learns of the
language of unlabelled posts, its pupil learns from them at first hand."""

from collections.abc import Iterator, Sequence, Set
from pathlib import Path
from typing import Final

import numpy as np

from services.analysis.engines.base import Engine, Item
from services.analysis.engines.compact.linear import TEXT_TASKS
from services.analysis.engines.compact.tokens import Tokens, encode_text
from services.analysis.engines.compact.wording import prepare
from services.analysis.training.corpus import read_rows
from services.analysis.training.finetune import Lesson
from shared.contracts.labels import LABELS, Task

# How many unlabelled posts are taken from each file, most from those that are like what users meet.
_TAKEN: Final = {
    "zh-covid-weibo.jsonl.gz": 60_000,
    "zh-ced-weibo.jsonl.gz": 60_000,
    "zh-cold.jsonl.gz": 20_000,
    "en-tweeteval-other.jsonl.gz": 30_000,
}
# Long reviews of goods have no emotion worth asking for.
_NOT_ASKED: Final = frozenset({"online-shopping-10", "waimai-10k"})
_CHUNK: Final = 4_096


def complete(lessons: Sequence[Lesson], teacher: Engine) -> None:
    """Let the teacher say what the lessons have no label of, in place."""
    asked = [
        lesson
        for lesson in lessons
        if Task.STANCE not in lesson.labels
        and len(lesson.labels) < len(TEXT_TASKS)
        and not _NOT_ASKED & set(lesson.sources.values())
    ]
    said_of = _say(teacher, [lesson.raw for lesson in asked])
    for lesson, said in zip(asked, said_of, strict=True):
        lesson.taught.update({task: said[task] for task in TEXT_TASKS if task not in lesson.labels})


def unlabelled(
    data: Path, tokens: Tokens, teacher: Engine, *, known: Set[str], seed: int
) -> list[Lesson]:
    """Lessons from unlabelled posts; texts in `known` are left out."""
    random = np.random.default_rng(seed)
    texts: list[str] = []
    for name, count in _TAKEN.items():
        path = data / "unlabelled" / name
        if path.exists():
            found = [row["text"] for row in read_rows(path)]
            found = [text for text in found if (read := prepare(text)) and read not in known]
            order = random.permutation(len(found))[:count]
            texts += [found[at] for at in order]
    words = tokens.words([prepare(text) for text in texts])
    return [
        Lesson(encode_text(ids), {}, {}, said, text)
        for text, ids, said in zip(texts, words, _say(teacher, texts), strict=True)
        if ids
    ]


def _say(teacher: Engine, texts: Sequence[str]) -> Iterator[dict[Task, np.ndarray]]:
    for start in range(0, len(texts), _CHUNK):
        items = [Item(text) for text in texts[start : start + _CHUNK]]
        columns = teacher.classify_together(TEXT_TASKS, items)
        for verdicts in zip(*columns, strict=True):
            yield {
                task: np.array([verdict.scores[str(label)] for label in LABELS[task]], np.float32)
                for task, verdict in zip(TEXT_TASKS, verdicts, strict=True)
            }
