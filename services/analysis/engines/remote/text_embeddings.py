"""Text Embeddings Inference: `/info` and `/predict` (huggingface/text-embeddings-inference)."""

from collections.abc import Sequence
from typing import Any

from services.analysis.engines.base import RefusedModel
from services.analysis.engines.readout import softmax
from services.analysis.engines.remote.address import RemoteCard
from services.analysis.engines.remote.connection import Connection, Refused
from services.analysis.engines.remote.server import Described


class TextEmbeddings:
    """A classifier behind Text Embeddings Inference. It is asked for raw scores, which are
    calibrated here."""

    def __init__(self, connection: Connection, card: RemoteCard) -> None:
        self._connection = connection
        self._card = card
        self._names: tuple[str, ...] = ()

    def describe(self) -> Described:
        """Ask what the server runs."""
        info = self._connection.get("/info")
        kinds = info.get("model_type") if isinstance(info, dict) else None
        kind = kinds.get("classifier") if isinstance(kinds, dict) else None
        names = kind.get("id2label") if isinstance(kind, dict) else None
        if not isinstance(names, dict) or len(names) < 2:
            raise RefusedModel(
                f"{self._connection.base} runs no classifier of two labels or more; start it with "
                "a sequence-classification model"
            )
        self._names = tuple(str(name) for _, name in sorted(names.items(), key=_number))
        if len(set(self._names)) != len(self._names):
            raise RefusedModel(f"{self._connection.base} runs a model with one label twice")
        return Described(
            name=str(info.get("model_id") or "model").rstrip("/").split("/")[-1],
            release=f"{info.get('model_id')}@{info.get('model_sha')} {info.get('model_dtype')}",
            outputs=self._names,
            batch=int(info.get("max_client_batch_size") or self._card.batch),
            max_tokens=info.get("max_input_length"),
        )

    def judge(self, parts: Sequence[Sequence[str]]) -> list[list[float]]:
        """Probabilities for each text, or text and target, in the order of the outputs."""
        # A pair reaches the tokenizer in the order that the model was trained with.
        first = self._card.pair == "target-first"
        ordered = reversed(parts) if first else parts
        inputs = [list(each) for each in zip(*ordered, strict=True)]
        body = {"inputs": inputs, "truncate": True, "raw_scores": True}
        answers = self._connection.ask("POST", "/predict", body)
        if not isinstance(answers, list) or len(answers) != len(inputs):
            raise Refused(f"{self._connection.base} gave too few or too many answers")
        return [
            softmax(self._logits(answer), temperature=self._card.temperature) for answer in answers
        ]

    def _logits(self, answer: Any) -> list[float]:
        try:
            scores = {str(each["label"]): float(each["score"]) for each in answer}
            return [scores[name] for name in self._names]
        except (TypeError, KeyError, ValueError):
            raise Refused(
                f"{self._connection.base} answers with other labels than {', '.join(self._names)}"
            ) from None


def _number(item: tuple[str, Any]) -> int:
    return int(item[0]) if item[0].isdigit() else 0
