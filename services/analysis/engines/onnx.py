"""Runs a Hugging Face folder that holds an ONNX graph, on ONNX Runtime: no torch is needed."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from services.analysis.engines.base import EngineFailed, RefusedModel, first_line
from services.analysis.engines.cores import granted_cores
from services.analysis.engines.folder_engine import Encoded, FolderEngine, positions
from services.analysis.engines.model_folder import ModelFolder

_PROVIDERS: Final = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}
_Integer = np.signedinteger[Any]
_INTEGERS: Final[dict[str, type[_Integer]]] = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}
_ERRORS_ONLY: Final = 3


class OnnxEngine(FolderEngine):
    """A folder run by ONNX Runtime. Thread-safe: a session and a tokenizer only read."""

    def __init__(self, folder: ModelFolder, *, device: str = "auto") -> None:
        """Load the folder onto "cpu", "cuda", or the GPU if there is one ("auto").

        Raises:
            RefusedModel: the graph or the tokenizer cannot be used, or do not fit each other.
        """
        device = _choose_device(device)
        self._session = _open_session(folder, device)
        self._inputs = _inputs(folder, self._session)
        self._tokenizer = _load_tokenizer(folder)
        reach = _max_tokens(folder)
        self._tokenizer.enable_truncation(reach, strategy="longest_first")
        self._tokenizer.no_padding()
        self._padding = dict.fromkeys(self._inputs, 0) | {
            "input_ids": folder.config.get("pad_token_id") or 0
        }
        super().__init__(folder, device=device, max_tokens=reach)
        self._try_out()

    def _encode(self, parts: Sequence[list[str]]) -> Encoded:
        texts = parts[0] if len(parts) == 1 else list(zip(*parts, strict=True))
        encodings = self._tokenizer.encode_batch(texts)
        known = {
            "input_ids": [encoding.ids for encoding in encodings],
            "attention_mask": [encoding.attention_mask for encoding in encodings],
            "token_type_ids": [encoding.type_ids for encoding in encodings],
        }
        return {name: known[name] for name in self._inputs}

    def _probabilities(self, encoded: Encoded) -> list[list[float]]:
        longest = max(map(len, encoded["input_ids"]))
        feed = {
            name: _pad(rows, longest, self._padding[name], self._inputs[name])
            for name, rows in encoded.items()
        }
        logits = np.asarray(self._session.run(None, feed)[0], dtype=np.float32)
        if not np.isfinite(logits).all():
            raise EngineFailed(f'model "{self.name}" answered with figures that are no numbers')
        logits = (logits - logits.max(axis=-1, keepdims=True)) / self._folder.card.temperature
        weights = np.exp(logits)
        rows: list[list[float]] = (weights / weights.sum(axis=-1, keepdims=True)).tolist()
        return rows

    def _try_out(self) -> None:
        """Judge two words, so that a graph that does not fit is refused now and not in service."""
        graph, expected = self._folder.graph, (2, len(self._folder.labels))
        parts = [["a", "a b"]] * (2 if self._folder.task == "stance" else 1)
        try:
            found = np.shape(self._probabilities(self._encode(parts)))
        except Exception as error:  # a foreign graph can make the runtime raise anything
            raise RefusedModel(f"{graph} does not run: {first_line(error)}") from error
        if found != expected:
            raise RefusedModel(
                f"{graph} answers two texts with figures in the shape {found}, not {expected}; it "
                "is no sequence classification with these labels"
            )


def _choose_device(wanted: str) -> str:
    available = onnxruntime.get_available_providers()
    found = "cuda" if _PROVIDERS["cuda"] in available else "cpu"
    if wanted == "cuda" and found == "cpu":
        raise RefusedModel(
            "a GPU was asked for and ONNX Runtime knows none; install onnxruntime-gpu, or say cpu"
        )
    return found if wanted == "auto" else wanted


def _open_session(folder: ModelFolder, device: str) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = granted_cores()
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    # Threads that spin between two batches take the cores from everybody else.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(
            folder.graph, sess_options=options, providers=[_PROVIDERS[device]]
        )
    except Exception as error:  # a foreign graph can make the runtime raise anything
        raise RefusedModel(f"{folder.graph} cannot be loaded: {first_line(error)}") from error


def _inputs(folder: ModelFolder, session: Any) -> dict[str, type[_Integer]]:
    """The inputs that the graph asks for, and the width of their integers."""
    known = {"input_ids", "attention_mask", "token_type_ids"}
    asked = {each.name: each.type for each in session.get_inputs()}
    if "input_ids" not in asked or not asked.keys() <= known:
        raise RefusedModel(
            f"{folder.graph} asks for {', '.join(asked)}; it must ask for input_ids, and beside "
            "them for attention_mask and token_type_ids only"
        )
    wrong = sorted(name for name, kind in asked.items() if kind not in _INTEGERS)
    if wrong:
        raise RefusedModel(f"{folder.graph} wants no integers for {', '.join(wrong)}")
    return {name: _INTEGERS[kind] for name, kind in asked.items()}


def _load_tokenizer(folder: ModelFolder) -> Tokenizer:
    file = folder.path / "tokenizer.json"
    if not file.is_file():
        raise RefusedModel(
            f"{file} is missing; an ONNX model needs the tokenizer in this form: save it with "
            "AutoTokenizer(...).save_pretrained"
        )
    try:
        return Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises plain Exception
        reason = first_line(error)
        raise RefusedModel(f"the tokenizer in {folder.path} cannot be loaded: {reason}") from error


def _max_tokens(folder: ModelFolder) -> int:
    config, most = folder.config, folder.card.max_tokens
    places = positions(
        config.get("model_type", ""),
        config.get("max_position_embeddings"),
        config.get("pad_token_id"),
    )
    return int(min(places or most, folder.tokenizer_limit or most, most))


def _pad(rows: Sequence[list[int]], longest: int, filler: int, kind: type[_Integer]) -> Any:
    padded = np.full((len(rows), longest), filler, dtype=kind)
    for at, row in enumerate(rows):
        padded[at, : len(row)] = row
    return padded
