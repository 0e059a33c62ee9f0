"""The tiny model of the tests again, as an ONNX graph, and a twin of an inference server."""

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.analysis.engines.inference_server import InferenceServer, serving

INPUTS = ["input_ids", "attention_mask", "token_type_ids"]


@pytest.fixture
def server() -> Iterator[InferenceServer]:
    with serving(InferenceServer()) as opened:
        yield opened
        for engine in opened.engines:
            engine.close()


@pytest.fixture
def make_onnx_folder(make_folder: Any) -> Callable[..., Path]:
    """Save a tiny classifier as `make_folder` does, with its graph at `graph`.

    The weights stay beside the graph if `keep` says so.
    """
    torch = pytest.importorskip("torch", reason="needs groundswell[transformer]")
    transformers = pytest.importorskip("transformers", reason="needs groundswell[transformer]")
    for library in ("onnx", "onnxruntime"):
        pytest.importorskip(library, reason="needs groundswell[analysis] and onnx")

    class Logits(torch.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self, model: Any) -> None:
            super().__init__()
            self.model = model

        def forward(self, ids: Any, mask: Any, types: Any) -> Any:
            return self.model(input_ids=ids, attention_mask=mask, token_type_ids=types).logits

    def make(
        labels: list[str], *, graph: str = "model.onnx", keep: bool = False, **config: Any
    ) -> Path:
        path: Path = make_folder(labels, **{"name": "tiny-onnx"} | config)
        model = transformers.BertForSequenceClassification.from_pretrained(
            path, attn_implementation="eager"
        )
        ids = torch.ones(2, 5, dtype=torch.long)
        mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])
        (path / graph).parent.mkdir(exist_ok=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the exporter warns that another is newer
            torch.onnx.export(
                Logits(model).eval(),
                (ids, mask, ids * 0),
                str(path / graph),
                input_names=INPUTS,
                output_names=["logits"],
                dynamic_axes={name: {0: "texts", 1: "tokens"} for name in INPUTS},
                dynamo=False,
            )
        if not keep:
            (path / "model.safetensors").unlink()
        return path

    return make
