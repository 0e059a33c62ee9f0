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

from services.analysis.engines.base import EngineFailed, RefusedModel, first_line
from services.analysis.engines.cores import granted_cores
from services.analysis.engines.folder_engine import Encoded, FolderEngine, positions
from services.analysis.engines.model_folder import ModelFolder

_DTYPE: Final = {"cpu": torch.float32, "cuda": torch.bfloat16}

# Both lack annotations in transformers 5.
transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]


class TransformerEngine(FolderEngine):
    """A folder run by torch. Thread-safe: tokenising is serialised, the model only reads."""

    def __init__(self, folder: ModelFolder, *, device: str = "auto") -> None:
        """Load the folder onto "cpu", "cuda", or the GPU if there is one ("auto").

        Raises:
            RefusedModel: the weights lack parts, or the tokenizer cannot be used.
        """
        device = _choose_device(device)
        torch.set_num_threads(granted_cores())
        self._lock = threading.Lock()
        self._model = _load_model(folder).to(device, _DTYPE[device]).eval()
        self._tokenizer = _load_tokenizer(folder)
        reach = _max_tokens(self._model.config, self._tokenizer, folder)
        super().__init__(folder, device=device, max_tokens=reach)

    def _encode(self, parts: Sequence[list[str]]) -> Encoded:
        with self._lock:  # the fast tokenizers keep the truncation asked for as state
            encoded = self._tokenizer(
                *parts, truncation="longest_first", max_length=self._max_tokens, padding=False
            )
        return {key: list(encoded[key]) for key in encoded if key != "special_tokens_mask"}

    def _probabilities(self, encoded: Encoded) -> list[list[float]]:
        with self._lock:
            padded = self._tokenizer.pad(encoded, return_tensors="pt")
        with torch.inference_mode():
            inputs = {key: tensor.to(self.device) for key, tensor in padded.items()}
            logits = self._model(**inputs).logits.float()
            if not torch.isfinite(logits).all():
                raise EngineFailed(f'model "{self.name}" answered with figures that are no numbers')
            theirs = torch.softmax(logits / self._folder.card.temperature, dim=-1)
            rows: list[list[float]] = theirs.cpu().tolist()
        return rows


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
        raise RefusedModel(f"{folder.path} cannot be loaded: {first_line(error)}") from error
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
        reason = first_line(error)
        raise RefusedModel(f"the tokenizer in {folder.path} cannot be loaded: {reason}") from error
    if tokenizer.pad_token_id is None:
        raise RefusedModel(f"the tokenizer in {folder.path} has no padding token; add one")
    return tokenizer


def _max_tokens(config: Any, tokenizer: Any, folder: ModelFolder) -> int:
    most = folder.card.max_tokens
    places = getattr(config, "max_position_embeddings", None)
    places = positions(config.model_type, places, config.pad_token_id)
    return int(min(places or most, tokenizer.model_max_length, most))
