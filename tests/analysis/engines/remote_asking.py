"""What a test of remote models says to the twin of an inference server, and how it opens one."""

import math
from typing import Any

from services.analysis.engines.base import Item
from services.analysis.engines.registry import open_engine
from tests.analysis.engines.inference_server import InferenceServer

LABELS = ["negative", "neutral", "positive"]
OIP_LABELS = {f"LABEL_{at}": label for at, label in enumerate(LABELS)}


def speak_tei(server: InferenceServer, labels: list[str], **info: Any) -> None:
    names = {str(at): label for at, label in enumerate(labels)}
    server.pages["/info"] = {
        "model_id": "house/reviews",
        "model_sha": "c0ffee",
        "model_dtype": "float16",
        "model_type": {"classifier": {"id2label": names, "label2id": {}}},
        "max_client_batch_size": 2,
        "max_input_length": 512,
    } | info


def speak_oip(
    server: InferenceServer,
    *,
    inputs: tuple[str, ...] = ("TEXT",),
    outputs: tuple[str, ...] = ("logits",),
    shape: tuple[int, ...] = (-1, 1),
    batch: int | None = None,
    name: str = "triton",
) -> None:
    server.pages["/v2"] = {"name": name, "version": "2.50", "extensions": []}
    server.pages["/v2/health/ready"] = {}
    server.pages["/v2/models/mood"] = {
        "name": "mood",
        "versions": ["1"],
        "platform": "onnxruntime_onnx",
        "inputs": [{"name": n, "datatype": "BYTES", "shape": list(shape)} for n in inputs],
        "outputs": [{"name": n, "datatype": "FP32", "shape": [-1, 3]} for n in outputs],
    }
    if batch is not None:
        server.pages["/v2/models/mood/config"] = {"name": "mood", "max_batch_size": batch}


def items(*texts: str, target: str | None = None) -> list[Item]:
    return [Item(text, target) for text in texts]


def softmax(*logits: float) -> list[float]:
    weights = [math.exp(logit - max(logits)) for logit in logits]
    return [weight / sum(weights) for weight in weights]


def open_at(server: InferenceServer, protocol: str, query: str = "", **options: Any) -> Any:
    model = "/models/mood" if protocol == "oip" else ""
    engine = open_engine(f"{protocol}+{server.url}{model}{query}", **options)
    server.engines.append(engine)
    return engine


def open_oip(server: InferenceServer, query: str = "", **options: Any) -> Any:
    return open_at(server, "oip", query, **{"labels": OIP_LABELS} | options)
