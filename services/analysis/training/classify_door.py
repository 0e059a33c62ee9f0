"""A model as its users meet it: `groundswell classify` in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

from services.analysis.engines.base import (
    EngineFailed,
    Item,
    Verdict,
    check_call,
    one_after_another,
)
from shared.contracts.labels import Task


class ClassifyDoor:
    """The model behind `groundswell classify --model NAME` as an engine; one process a task."""

    device = "cpu"
    tasks = frozenset(Task)

    def __init__(self, model: str) -> None:
        self.name = model
        self.revision = ""
        self._model = model
        self._processes: dict[Task, subprocess.Popen[bytes]] = {}
        self._writer = ThreadPoolExecutor(1)

    def classify(self, task: Task, items: Sequence[Item]) -> list[Verdict]:
        """Send the items through the process and wait for its answers.

        Raises:
            EngineFailed: the process ended; it said why on its standard error.
        """
        check_call(self, task, items)
        process = self._process(task)
        # Written beside the reading: a full pipe on both sides would stand still for ever.
        sent = self._writer.submit(_send, process.stdin, items)
        verdicts = [self._verdict(line) for line in _lines(process.stdout, len(items))]
        if len(verdicts) < len(items):
            raise EngineFailed(f"groundswell classify ended with status {process.wait()}")
        sent.result()
        return verdicts

    def classify_together(
        self, tasks: Sequence[Task], items: Sequence[Item]
    ) -> list[list[Verdict]]:
        """Judge the items for several tasks."""
        return one_after_another(self, tasks, items)

    def close(self) -> None:
        """End the processes."""
        self._writer.shutdown()
        for process in self._processes.values():
            with process:
                pass

    def _process(self, task: Task) -> "subprocess.Popen[bytes]":
        if task not in self._processes:
            command = [sys.executable, "-m", "shared.cli", "classify"]
            self._processes[task] = subprocess.Popen(  # noqa: S603, our own command
                [*command, "--task", task, "--model", self._model],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        return self._processes[task]

    def _verdict(self, line: bytes) -> Verdict:
        answer: dict[str, Any] = json.loads(line)
        self.revision = answer["model"]["revision"]
        return Verdict(**{name: answer[name] for name in Verdict._fields})


def _send(stream: IO[bytes] | None, items: Sequence[Item]) -> None:
    if stream is None:
        return
    for number, item in enumerate(items):
        row = {"id": number, "text": item.text, "target": item.target}
        stream.write(json.dumps(row).encode() + b"\n")
    stream.flush()


def _lines(stream: IO[bytes] | None, count: int) -> list[bytes]:
    lines: list[bytes] = []
    while stream is not None and len(lines) < count and (line := stream.readline()):
        lines.append(line)
    return lines
