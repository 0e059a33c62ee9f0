"""The Open Inference Protocol, version 2, over HTTP, as KServe, Triton and MLServer speak it.

Texts go as tensors of type BYTES. The answer is a tensor of logits or probabilities, or, as the
Hugging Face runtime of MLServer writes it, a JSON text with label and score for each text.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from services.analysis.engines.base import RefusedModel
from services.analysis.engines.remote.address import RemoteCard
from services.analysis.engines.remote.connection import Connection, Refused
from services.analysis.engines.remote.figures import read_figures, spread, to_probabilities
from services.analysis.engines.remote.server import Described
from shared.contracts.labels import Task

_TEXTS: Final = ("BYTES",)
_FIGURES: Final = ("FP16", "BF16", "FP32", "FP64", "BYTES")
# What a tensor of figures is called by those who export models.
_SCALES: Final = {"logit": "logits", "prob": "probabilities", "softmax": "probabilities"}
_TARGETS: Final = ("target", "topic", "aspect", "claim")
_MLSERVER: Final = "mlserver"

Tensor = dict[str, Any]


class OpenInference:
    """One model of a server: `/v2/models/NAME`, perhaps with `/versions/VERSION`."""

    def __init__(
        self, connection: Connection, card: RemoteCard, path: str, task: Task | None
    ) -> None:
        self._connection = connection
        self._card = card
        self._path = path
        self._where = f"{connection.base}{path}"
        self._pairs = task is Task.STANCE
        self._inputs: list[Tensor] = []
        self._output = card.output
        self._scale: str | None = card.scale
        self._names = tuple(part.strip() for part in card.outputs.split(",") if part.strip())
        self._version: str | None = None
        self._mlserver = False

    def describe(self) -> Described:
        """Ask what the server runs, and judge one text to see what an answer looks like."""
        server = self._connection.get("/v2")
        self._connection.get("/v2/health/ready")
        model = self._connection.get(self._path)
        if not isinstance(server, dict) or not isinstance(model, dict):
            raise RefusedModel(f"{self._where} does not speak the Open Inference Protocol")
        self._mlserver = server.get("name") == _MLSERVER
        self._inputs = self._choose_inputs(_tensors(model, "inputs", _TEXTS))
        self._output = self._choose_output(
            [each["name"] for each in _tensors(model, "outputs", _FIGURES)]
        )
        self._scale = self._scale or _scale_of(self._output or "")
        self._version = None
        self._names = self._names or self._find_names()
        return Described(
            name=str(model.get("name") or self._path.rsplit("/", 1)[-1]),
            release=json.dumps([server.get("name"), model, self._version], sort_keys=True),
            outputs=self._names,
            batch=self._find_batch(),
        )

    def judge(self, parts: Sequence[Sequence[str]]) -> list[list[float]]:
        """Probabilities for each text, or pair, in the order of the outputs."""
        figures = read_figures(self._infer(parts), self._output, len(parts[0]))
        temperature = self._card.temperature
        scale: str
        if figures.labelled:
            rows = [spread(scores, self._names) for scores in figures.labelled]
            scale = self._card.scale or "probabilities"
        else:
            rows, scale = figures.rows, self._scale or ""
        return [to_probabilities(row, scale=scale, temperature=temperature) for row in rows]

    def _infer(self, parts: Sequence[Sequence[str]]) -> Any:
        if self._pairs and len(self._inputs) == 1:
            join = self._card.join or "{target} {text}"
            texts = [
                join.replace("{target}", b).replace("{text}", a)
                for a, b in zip(*parts, strict=True)
            ]
            parts = [texts]
        inputs = [self._tensor(*each) for each in zip(self._inputs, parts, strict=True)]
        body: dict[str, Any] = {"inputs": inputs}
        if self._output:
            body["outputs"] = [{"name": self._output}]
        answer = self._connection.ask("POST", f"{self._path}/infer", body)
        version = str(answer.get("model_version")) if isinstance(answer, dict) else None
        if self._version not in (None, version):
            raise Refused(
                f"{self._where} answers with version {version}, not {self._version}; register it "
                "anew, or name the version in the address"
            )
        self._version = version
        return answer

    def _tensor(self, described: Tensor, texts: Sequence[str]) -> Tensor:
        flat = len(described.get("shape") or [-1]) == 1
        tensor: Tensor = {
            "name": described["name"],
            "shape": [len(texts)] if flat else [len(texts), 1],
            "datatype": "BYTES",
            "data": list(texts),
        }
        # MLServer hands on numbers of bytes where it is not told that they are texts.
        return tensor | {"parameters": {"content_type": "str"}} if self._mlserver else tensor

    def _choose_inputs(self, known: Sequence[Tensor]) -> list[Tensor]:
        """The tensors for the text and the target, in this order."""
        by_name = {each["name"]: each for each in known}
        text, target = self._card.text, self._card.target
        if not known and self._mlserver and not text:
            text = "args"  # a Hugging Face pipeline on MLServer describes no inputs
        if self._pairs and not target and not self._card.join:
            target = self._guess_target([name for name in by_name if name != text])
        free = [name for name in by_name if name not in (text, target)]
        text = text or (free[0] if len(free) == 1 else None)
        if not text or (self._pairs and not target and not self._card.join):
            options = "text=NAME&target=NAME, or join" if self._pairs else "text=NAME"
            raise RefusedModel(
                f"{self._where} has the text inputs {', '.join(by_name) or 'none'}; say which "
                f"takes what ({options})"
            )
        wanted = [text, target] if self._pairs and target else [text]
        lost = [name for name in wanted if by_name and name not in by_name]
        if lost:
            raise RefusedModel(f'{self._where} has no text input called "{lost[0]}"')
        return [by_name.get(name, {"name": name}) for name in wanted]

    def _guess_target(self, free: Sequence[str]) -> str | None:
        named = [name for name in free if any(word in name.lower() for word in _TARGETS)]
        if named or len(free) != (1 if self._card.text else 2):
            return next(iter(named), None)
        return free[0] if self._card.pair == "target-first" else free[-1]

    def _choose_output(self, known: Sequence[str]) -> str | None:
        """The tensor that holds the figures; None is the only one of an answer."""
        if self._card.output or not known:
            return self._card.output
        if len(known) == 1:
            return known[0]
        fitting = [name for name in known if _scale_of(name)]
        if not fitting:
            raise RefusedModel(
                f"{self._where} has the outputs {', '.join(known)}; say which holds the figures "
                "(output=NAME)"
            )
        return fitting[0]

    def _find_names(self) -> tuple[str, ...]:
        """The labels of the figures, from an answer that names them, or by number."""
        parts = [["a"], ["a"]] if self._pairs else [["a"]]
        rows, labelled = read_figures(self._infer(parts), self._output, 1)
        if labelled:
            if len(labelled[0]) < 2:
                raise RefusedModel(
                    f"{self._where} answers with its best label only; say which labels it has "
                    "(outputs=A,B,C)"
                )
            return tuple(sorted(labelled[0]))
        if not self._scale:
            raise RefusedModel(
                f'{self._where} does not say whether "{self._output}" holds logits or '
                "probabilities; say it (scale=logits)"
            )
        return tuple(f"LABEL_{at}" for at in range(len(rows[0])))

    def _find_batch(self) -> int:
        """How many texts a request may hold: what the shapes and Triton's configuration say."""
        first = [(each.get("shape") or [-1])[0] for each in self._inputs]
        fixed = [size for size in first if isinstance(size, int) and size > 0]
        try:
            told = self._connection.get(f"{self._path}/config")
        except Refused:  # only Triton has it
            told = None
        most = told.get("max_batch_size") if isinstance(told, dict) else None
        limits = [*fixed, *([most] if isinstance(most, int) and most > 0 else [])]
        return min([self._card.batch, *limits])


def _tensors(model: dict[str, Any], kind: str, types: Sequence[str]) -> list[Tensor]:
    described = model.get(kind) or []
    return [
        each
        for each in described
        if isinstance(each, dict)
        and isinstance(each.get("name"), str)
        and each.get("datatype") in types
    ]


def _scale_of(name: str) -> str | None:
    return next((scale for word, scale in _SCALES.items() if word in name.lower()), None)
