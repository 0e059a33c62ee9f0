"""An engine that does what a text tells it: it hangs, dies, raises, or answers."""

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from services.analysis.engines.base import Engine, Item, RefusedModel, Verdict, one_after_another
from shared.contracts.labels import LABELS, Task


class Fragile:
    name = "fragile"
    device = "cpu"
    tasks = frozenset(Task)

    def __init__(self, folder: str, revision: str) -> None:
        self.folder = Path(folder)
        self.revision = revision

    def classify(self, task: Task, items: Sequence[Item]) -> list[Verdict]:
        return [self._judge(task, item.text) for item in items]

    def classify_together(
        self, tasks: Sequence[Task], items: Sequence[Item]
    ) -> list[list[Verdict]]:
        return one_after_another(self, tasks, items)

    def _judge(self, task: Task, text: str) -> Verdict:
        if text.startswith("hang"):
            time.sleep(1000)
        if text.startswith("exit"):
            os._exit(3)
        if text.startswith("raise"):
            raise RuntimeError(f"cannot read {text}")
        if (self.folder / "broken").exists():
            raise RuntimeError("nothing works")
        if text.startswith("killed once") and not (self.folder / "killed").exists():
            (self.folder / "killed").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if text.startswith("slow"):
            (self.folder / "reached").touch()
            time.sleep(0.3)
        return verdict_on(task, text)


def verdict_on(task: Task, text: str) -> Verdict:
    """What it answers. That depends on the text, so that a verdict in the wrong place shows."""
    labels = [str(label) for label in LABELS[task]]
    label = labels[len(text) % len(labels)]
    scores = {each: 0.9 if each == label else 0.1 / (len(labels) - 1) for each in labels}
    return Verdict(label, scores[label], scores, len(text) % 2 == 0)


def open_fragile(folder: str, revision: str = "1") -> Engine:
    if (Path(folder) / "refuse").exists():
        raise RefusedModel("the folder is no good; save it again")
    if (Path(folder) / "die at start").exists():
        os._exit(4)
    file = Path(folder) / "revision"
    return Fragile(folder, file.read_text() if file.exists() else revision)
