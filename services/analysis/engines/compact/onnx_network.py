"""The network on ONNX Runtime: the way of CPUs, and all that a first start needs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime

from services.analysis.engines.compact.description import Description
from services.analysis.engines.compact.tokens import Batch
from services.analysis.engines.compact.weights import Array, Logits, fill, tables_of
from services.analysis.engines.cores import granted_cores

# The graphs, and the heads that each lacks.
_PARTS: Final = {"text": ("stance.",), "pair": ("sentiment.", "emotion.")}
_ERRORS_ONLY: Final = 3


class OnnxNetwork:
    """Two graphs over one set of weights. Thread-safe."""

    device = "cpu"

    def __init__(
        self, folder: Path, description: Description, weights: Mapping[str, Array]
    ) -> None:
        tables = fill(tables_of(description.encoder, description.classes), weights)
        # The sessions read these arrays where they lie: they must live as long.
        self._values = {
            name: onnxruntime.OrtValue.ortvalue_from_numpy(table) for name, table in tables.items()
        }
        self._sessions = {part: self._open(folder, part) for part in _PARTS}

    def texts(self, batch: Batch) -> tuple[Logits, Logits]:
        """Sentiment and emotion: B x 3 and B x 7."""
        sentiment, emotion = self._sessions["text"].run(
            ["sentiment", "emotion"],
            {"ids": batch.ids, "kinds": batch.kinds, "mask": batch.mask},
        )
        return sentiment, emotion

    def pairs(self, batch: Batch) -> Logits:
        """Stance: B x 3."""
        (stance,) = self._sessions["pair"].run(["stance"], batch._asdict())
        return np.asarray(stance)

    def _open(self, folder: Path, part: str) -> onnxruntime.InferenceSession:
        names = [name for name in self._values if not name.startswith(_PARTS[part])]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = granted_cores()
        options.inter_op_num_threads = 1
        options.log_severity_level = _ERRORS_ONLY
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.add_external_initializers(names, [self._values[name] for name in names])
        return onnxruntime.InferenceSession(
            folder / f"{part}.onnx", options, providers=["CPUExecutionProvider"]
        )
