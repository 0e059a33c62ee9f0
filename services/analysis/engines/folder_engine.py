"""What the engines of model folders have in common: blanks, pairs, batches of like length."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Final

from services.analysis.engines.base import (
    Item,
    Verdict,
    blank_verdict,
    check_call,
    one_after_another,
)
from services.analysis.engines.model_folder import ModelFolder
from services.analysis.engines.packing import pack
from services.analysis.engines.readout import Readout, readable
from shared.contracts.labels import Task

# The inputs of a model by name, one list of numbers a text.
Encoded = dict[str, list[list[int]]]

# Padded tokens of one forward pass. On CPU beyond the caches nothing is gained.
_BUDGET: Final = {"cpu": 4_096, "cuda": 65_536}
# These count positions from padding_idx + 1 on.
_OFFSET_POSITIONS: Final = frozenset({"roberta", "xlm-roberta", "camembert", "mpnet", "longformer"})


class FolderEngine(ABC):
    """One model folder in memory; a subclass knows how to tokenise and how to run it."""

    def __init__(self, folder: ModelFolder, *, device: str, max_tokens: int) -> None:
        self.name = folder.name
        self.revision = folder.revision
        self.device = device
        self.tasks = frozenset({folder.task})
        self._folder = folder
        self._max_tokens = max_tokens
        self._readout = Readout(folder.task, folder.labels, unsure_below=folder.card.unsure_below)

    @abstractmethod
    def _encode(self, parts: Sequence[list[str]]) -> Encoded:
        """Tokenise texts, or pairs where there are two parts; without padding."""

    @abstractmethod
    def _probabilities(self, encoded: Encoded) -> list[list[float]]:
        """Run the model on one batch: a row for each text, a probability for each of its labels."""

    def classify(self, task: Task, items: Sequence[Item]) -> list[Verdict]:
        """Judge the items, one verdict each, in their order (see Engine)."""
        check_call(self, task, items)
        verdicts: list[Verdict] = [blank_verdict(task)] * len(items)
        spoken = [index for index, item in enumerate(items) if item.text.strip()]
        if not spoken:
            return verdicts
        encoded = self._encode(self._parts([items[index] for index in spoken]))
        lengths = [len(ids) for ids in encoded["input_ids"]]
        for batch in pack(lengths, budget=_BUDGET[self.device]):
            rows = self._probabilities(
                {name: [values[at] for at in batch] for name, values in encoded.items()}
            )
            for at, row in zip(batch, rows, strict=True):
                verdicts[spoken[at]] = self._readout.verdict(row)
        return verdicts

    def classify_together(
        self, tasks: Sequence[Task], items: Sequence[Item]
    ) -> list[list[Verdict]]:
        """Judge the items on the one task of the folder (see Engine)."""
        return one_after_another(self, tasks, items)

    def _parts(self, items: Sequence[Item]) -> list[list[str]]:
        texts = [readable(item.text, max_tokens=self._max_tokens) for item in items]
        if Task.STANCE not in self.tasks:
            return [texts]
        targets = [readable(item.target or "", max_tokens=self._max_tokens) for item in items]
        first = self._folder.card.pair == "target-first"
        return [targets, texts] if first else [texts, targets]


def positions(model_type: str, positions: int | None, padding_id: int | None) -> int | None:
    """How many tokens a model of this type has places for, or None where it does not say."""
    if positions and model_type in _OFFSET_POSITIONS:
        return positions - (padding_id or 0) - 1
    return positions
