"""The shipped model as an engine: an encoder and a linear model, averaged and calibrated."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from services.analysis.engines.base import (
    EngineFailed,
    Item,
    RefusedModel,
    Verdict,
    blank_verdict,
    check_call,
)
from services.analysis.engines.compact.description import (
    Description,
    read_description,
    revision_of,
)
from services.analysis.engines.compact.linear import HAN, SCRIPTS, TEXT_TASKS, Linear, script_of
from services.analysis.engines.compact.mixing import Halves, log_softmax, mix
from services.analysis.engines.compact.onnx_network import OnnxNetwork
from services.analysis.engines.compact.tokens import (
    Batch,
    Encoded,
    Tokens,
    batch_of,
    encode_pair,
    encode_text,
)
from services.analysis.engines.compact.weights import Array, Logits
from services.analysis.engines.compact.wording import prepare
from services.analysis.engines.packing import pack
from shared.contracts.labels import LABELS, Task

# Padded tokens of one pass: what stays in the caches of a core, and what fills a GPU.
_BUDGET: Final = {"cpu": 1_024, "cuda": 131_072}
# Texts read at once: bounds the memory of a call of any size.
_CHUNK: Final = 512
# Where the drivers of NVIDIA, AMD and Windows' Linux show a GPU.
_GPUS: Final = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")
_TORCH: Final = "services.analysis.engines.compact.torch_network"


class Network(Protocol):
    """Runs the encoder and its heads."""

    @property
    def device(self) -> str: ...

    def texts(self, batch: Batch) -> tuple[Logits, Logits]: ...

    def pairs(self, batch: Batch) -> Logits: ...


class CompactEngine:
    """The model of a folder. Thread-safe: everything in it only reads."""

    tasks = frozenset(Task)

    def __init__(self, folder: Path, *, device: str = "auto") -> None:
        """Open the folder on "cpu" (ONNX Runtime), "cuda" (torch), or a GPU where there is one.

        Raises:
            RefusedModel: a file is missing or cannot be read, or there is no GPU.
        """
        self._description = read_description(folder)
        self.name = self._description.name
        self.revision = revision_of(folder)
        try:
            weights = load_file(folder / "model.safetensors")
            self._linear = Linear(weights)
            self._tokens = Tokens(folder / "tokenizer.json")
            self._network = _open_network(folder, self._description, weights, device)
        except (OSError, KeyError, ValueError, SafetensorError) as error:
            raise RefusedModel(f"{folder} cannot be opened: {error}") from error
        self.device = self._network.device

    def classify(self, task: Task, items: Sequence[Item]) -> list[Verdict]:
        """Judge the items, one verdict each, in their order (see Engine)."""
        return self.classify_together([task], items)[0]

    def classify_together(
        self, tasks: Sequence[Task], items: Sequence[Item]
    ) -> list[list[Verdict]]:
        """Judge the items for several tasks, reading each text once (see Engine)."""
        for task in tasks:
            check_call(self, task, items)
        found: dict[Task, list[Verdict]] = {task: [] for task in tasks}
        for start in range(0, len(items), _CHUNK):
            for task, verdicts in self._read(tasks, items[start : start + _CHUNK]).items():
                found[task].extend(verdicts)
        return [found[task] for task in tasks]

    def halves(self, task: Task, items: Sequence[Item]) -> tuple[Halves, list[str]]:
        """What both halves say of items that are not blank, and each one's script: for fitting."""
        texts = [prepare(item.text) for item in items]
        words = self._tokens.words(texts)
        scripts = [script_of(text) for text in texts]
        if task is Task.STANCE:
            return self._pairs(texts, words, items), scripts
        return self._texts(texts, words, scripts)[task], scripts

    def _read(self, tasks: Sequence[Task], items: Sequence[Item]) -> dict[Task, list[Verdict]]:
        texts = [prepare(item.text) for item in items]
        words = self._tokens.words(texts)
        spoken = [at for at, ids in enumerate(words) if ids]
        found = {task: [blank_verdict(task)] * len(items) for task in tasks}
        if not spoken:
            return found
        texts = [texts[at] for at in spoken]
        words = [words[at] for at in spoken]
        scripts = [script_of(text) for text in texts]
        halves: dict[Task, Halves] = {}
        if set(tasks) - {Task.STANCE}:
            halves |= self._texts(texts, words, scripts)
        if Task.STANCE in tasks:
            halves[Task.STANCE] = self._pairs(texts, words, [items[at] for at in spoken])
        for task in tasks:
            for at, verdict in zip(
                spoken, self._verdicts(task, halves[task], scripts), strict=True
            ):
                found[task][at] = verdict
        return found

    def _texts(
        self, texts: Sequence[str], words: Sequence[list[int]], scripts: Sequence[str]
    ) -> dict[Task, Halves]:
        encoded = [encode_text(ids) for ids in words]
        outputs = [np.zeros((len(texts), len(LABELS[task])), np.float32) for task in TEXT_TASKS]
        for members, batch in self._batches(encoded):
            for output, logits in zip(outputs, self._network.texts(batch), strict=True):
                output[members] = logits
        linear = self._linear.texts(texts, words, scripts)
        return {
            task: Halves(log_softmax(self._checked(output)), half)
            for task, output, half in zip(TEXT_TASKS, outputs, linear, strict=True)
        }

    def _pairs(
        self, texts: Sequence[str], words: Sequence[list[int]], items: Sequence[Item]
    ) -> Halves:
        targets = [prepare(item.target or "") for item in items]
        asked = self._tokens.words(targets)
        encoded = [encode_pair(target, ids) for target, ids in zip(asked, words, strict=True)]
        output = np.zeros((len(texts), len(LABELS[Task.STANCE])), np.float32)
        for members, batch in self._batches(encoded):
            output[members] = self._network.pairs(batch)
        linear = self._linear.pairs(texts, words, targets, asked)
        return Halves(log_softmax(self._checked(output)), linear)

    def _batches(self, encoded: Sequence[Encoded]) -> list[tuple[list[int], Batch]]:
        lengths = [len(each.ids) for each in encoded]
        packed = pack(lengths, budget=_BUDGET[self._network.device])
        return [(members, batch_of([encoded[at] for at in members])) for members in packed]

    def _checked(self, logits: Logits) -> Logits:
        if not np.isfinite(logits).all():
            raise EngineFailed(f'model "{self.name}" answered with figures that are no numbers')
        return logits

    def _verdicts(self, task: Task, halves: Halves, scripts: Sequence[str]) -> list[Verdict]:
        described = self._description.tasks[task]
        chinese = np.array([script == HAN for script in scripts])
        by_script = [mix(halves, described.mixtures[script]) for script in SCRIPTS]
        rows = np.where(chinese[:, None], *by_script)
        best = rows.argmax(axis=1).tolist()
        verdicts = []
        for row, at in zip(rows.tolist(), best, strict=True):
            sure = row[at] >= described.unsure_below
            scores = dict(zip(described.labels, row, strict=True))
            verdicts.append(Verdict(described.labels[at], row[at], scores, not sure))
        return verdicts


def _open_network(
    folder: Path, description: Description, weights: Mapping[str, Array], device: str
) -> Network:
    # torch takes seconds to import: not where there is nothing for it to find.
    if device != "cpu" and any(Path(each).exists() for each in _GPUS) and find_spec("torch"):
        code = import_module(_TORCH)
        if code.torch.cuda.is_available():
            network: Network = code.TorchNetwork(description, weights, device="cuda")
            return network
    if device == "cuda":
        raise RefusedModel("a GPU was asked for and none is there; say cpu or auto")
    return OnnxNetwork(folder, description, weights)
