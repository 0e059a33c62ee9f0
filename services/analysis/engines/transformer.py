"""Runs any local Hugging Face sequence-classification folder, on CPU or GPU.

Texts are sorted by length and padded per small batch (283 texts per CPU-second against 146 of the
Hugging Face pipeline, 4 layers x 312). On a GPU the weights are bfloat16.
"""

import threading
from collections.abc import Sequence
from typing import Any, Final

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer
from transformers.utils import logging as transformers_logging

from services.analysis.engines.base import (
    EngineFailed,
    Item,
    RefusedModel,
    Verdict,
    blank_verdict,
    check_call,
    one_after_another,
)
from services.analysis.engines.cores import granted_cores
from services.analysis.engines.model_folder import ModelFolder
from services.analysis.engines.packing import pack
from shared.contracts.labels import LABELS, Task

# Padded tokens of one forward pass. On CPU beyond the caches nothing is gained.
_BUDGET: Final = {"cpu": 4_096, "cuda": 65_536}
_DTYPE: Final = {"cpu": torch.float32, "cuda": torch.bfloat16}
# No tokenizer needs more characters for a token on average; what is longer is cut off anyway.
_CHARACTERS_PER_TOKEN: Final = 16
# These count positions from padding_idx + 1 on.
_OFFSET_POSITIONS: Final = frozenset({"roberta", "xlm-roberta", "camembert", "mpnet", "longformer"})

# Both lack annotations in transformers 5.
transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]


class TransformerEngine:
    """One model folder in memory. Thread-safe: tokenising is serialised, the model only reads."""

    def __init__(self, folder: ModelFolder, *, device: str = "auto") -> None:
        """Load the folder onto "cpu", "cuda", or the GPU if there is one ("auto").

        Raises:
            RefusedModel: the weights lack parts, or the tokenizer cannot be used.
        """
        self.name = folder.name
        self.revision = folder.revision
        self.device = _choose_device(device)
        self.tasks = frozenset({folder.task})
        self._folder = folder
        self._lock = threading.Lock()
        torch.set_num_threads(granted_cores())
        self._model = _load_model(folder).to(self.device, _DTYPE[self.device]).eval()
        self._tokenizer = _load_tokenizer(folder)
        self._max_tokens = _max_tokens(self._model.config, self._tokenizer, folder)
        self._labels = [str(label) for label in LABELS[folder.task]]
        self._mapping = _mapping(folder.labels, self._labels).to(self.device)

    def classify(self, task: Task, items: Sequence[Item]) -> list[Verdict]:
        """Judge the items, one verdict each, in their order (see Engine)."""
        check_call(self, task, items)
        verdicts: list[Verdict] = [blank_verdict(task)] * len(items)
        spoken = [index for index, item in enumerate(items) if item.text.strip()]
        if not spoken:
            return verdicts
        encoded = self._encode([items[index] for index in spoken])
        lengths = [len(ids) for ids in encoded["input_ids"]]
        for batch in pack(lengths, budget=_BUDGET[self.device]):
            rows = self._forward({key: [rows[at] for at in batch] for key, rows in encoded.items()})
            for at, row in zip(batch, rows, strict=True):
                verdicts[spoken[at]] = self._verdict(row)
        return verdicts

    def classify_together(
        self, tasks: Sequence[Task], items: Sequence[Item]
    ) -> list[list[Verdict]]:
        """Judge the items on the one task of the folder (see Engine)."""
        return one_after_another(self, tasks, items)

    def _encode(self, items: Sequence[Item]) -> dict[str, list[list[int]]]:
        reach = self._max_tokens * _CHARACTERS_PER_TOKEN
        texts = [_clean(item.text, reach) for item in items]
        parts = [texts]
        if Task.STANCE in self.tasks:
            targets = [_clean(item.target or "", reach) for item in items]
            first = self._folder.card.pair == "target-first"
            parts = [targets, texts] if first else [texts, targets]
        with self._lock:  # the fast tokenizers keep the truncation asked for as state
            encoded = self._tokenizer(
                *parts, truncation="longest_first", max_length=self._max_tokens, padding=False
            )
        return {key: list(encoded[key]) for key in encoded if key != "special_tokens_mask"}

    def _forward(self, encoded: dict[str, list[list[int]]]) -> list[list[float]]:
        with self._lock:
            padded = self._tokenizer.pad(encoded, return_tensors="pt")
        with torch.inference_mode():
            inputs = {key: tensor.to(self.device) for key, tensor in padded.items()}
            logits = self._model(**inputs).logits.float()
            if not torch.isfinite(logits).all():
                raise EngineFailed(f'model "{self.name}" answered with figures that are no numbers')
            theirs = torch.softmax(logits / self._folder.card.temperature, dim=-1)
            rows: list[list[float]] = (theirs @ self._mapping).cpu().tolist()
        return rows

    def _verdict(self, row: list[float]) -> Verdict:
        total = sum(row)
        scores = {label: score / total for label, score in zip(self._labels, row, strict=True)}
        label = max(scores, key=lambda name: scores[name])
        confidence = scores[label]
        return Verdict(label, confidence, scores, confidence < self._folder.card.unsure_below)


def _choose_device(wanted: str) -> str:
    available = "cuda" if torch.cuda.is_available() else "cpu"
    if wanted == "cuda" and available == "cpu":
        raise RefusedModel("a GPU was asked for and none is there; say cpu or auto")
    return available if wanted == "auto" else wanted


def _load_model(folder: ModelFolder) -> Any:
    try:
        model, report = AutoModelForSequenceClassification.from_pretrained(
            folder.path,
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
    except Exception as error:  # a foreign folder can make transformers raise anything
        raise RefusedModel(f"{folder.path} cannot be loaded: {_first_line(error)}") from error
    missing = sorted(report["missing_keys"])
    if missing:
        # transformers would fill these with chance, and the answers with it.
        raise RefusedModel(
            f"the weights in {folder.path} lack {missing[0]} and {len(missing) - 1} more; "
            "this is no trained sequence-classification model"
        )
    return model


def _load_tokenizer(folder: ModelFolder) -> Any:
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            folder.path, local_files_only=True, trust_remote_code=False
        )
    except Exception as error:
        reason = _first_line(error)
        raise RefusedModel(f"the tokenizer in {folder.path} cannot be loaded: {reason}") from error
    if tokenizer.pad_token_id is None:
        raise RefusedModel(f"the tokenizer in {folder.path} has no padding token; add one")
    return tokenizer


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def _max_tokens(config: Any, tokenizer: Any, folder: ModelFolder) -> int:
    positions = getattr(config, "max_position_embeddings", None) or folder.card.max_tokens
    if config.model_type in _OFFSET_POSITIONS:
        positions -= (config.pad_token_id or 0) + 1
    return int(min(positions, tokenizer.model_max_length, folder.card.max_tokens))


def _mapping(theirs: Sequence[str], ours: Sequence[str]) -> torch.Tensor:
    """One row for each output of the model, with a 1 under the label of ours that it means."""
    matrix = torch.zeros(len(theirs), len(ours))
    for row, label in enumerate(theirs):
        matrix[row, ours.index(label)] = 1.0
    return matrix


def _clean(text: str, reach: int) -> str:
    """Cut what no model would see, and make lone surrogates into question marks."""
    return text[:reach].encode("utf-8", "replace").decode("utf-8")
