"""From trained halves to a model folder."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file
from torch import Tensor, nn

from services.analysis.engines.compact.description import (
    FILE,
    Description,
    Mixture,
    TaskDescription,
)
from services.analysis.engines.compact.linear import SCRIPTS, LinearTable
from services.analysis.engines.compact.network import Network
from services.analysis.engines.compact.tokens import batch_of
from services.analysis.training.finetune import Lesson
from services.analysis.training.graph import GraphWriter
from shared.contracts.labels import LABELS, Task

NAME: Final = "compact"
_MEASURED: Final = 64
# What comes into a product is held up to this quantile of its sizes, and cut beyond.
_QUANTILE: Final = 0.9999


def export(
    folder: Path,
    network: Network,
    tables: Mapping[str, LinearTable],
    tokenizer: str,
    measured: Sequence[Sequence[Lesson]],
) -> None:
    """Write weights, graphs, tokenizer and an unfitted description.

    `measured` are batches of training texts on which the reach of every product is measured.
    """
    folder.mkdir(parents=True, exist_ok=True)
    description = _unfitted(network)
    kept: dict[str, NDArray[np.generic]] = {
        name: np.ascontiguousarray(value.detach().cpu().numpy().astype(np.float16))
        for name, value in network.state_dict().items()
    }
    for name, reach in _reaches(network, measured).items():
        kept[f"{name}.reach"] = np.array([reach], np.float32)
    for name, table in tables.items():
        for part, values in table._asdict().items():
            kept[f"linear.{name}.{part}"] = np.ascontiguousarray(values)
    save_file(kept, folder / "model.safetensors", metadata={"format": "np"})
    for part, build in (("text", GraphWriter.text_graph), ("pair", GraphWriter.pair_graph)):
        writer = GraphWriter(description)
        (folder / f"{part}.onnx").write_bytes(build(writer).SerializeToString())
    (folder / "tokenizer.json").write_text(tokenizer, encoding="utf-8")
    write_description(folder, description)


def write_description(folder: Path, description: Description) -> None:
    """Write `compact.json`."""
    (folder / FILE).write_text(description.model_dump_json(indent=1) + "\n", encoding="utf-8")


def _unfitted(network: Network) -> Description:
    tasks = {}
    for task in Task:
        offsets = (0.0,) * len(LABELS[task])
        mixture = Mixture(network=1.0, linear=0.0, offsets=offsets, temperature=1.0)
        tasks[task] = TaskDescription(
            labels=tuple(str(label) for label in LABELS[task]),
            mixtures=dict.fromkeys(SCRIPTS, mixture),
            unsure_below=0.0,
        )
    return Description(name=NAME, encoder=network.encoder.sizes, tasks=tasks)


def _reaches(network: Network, measured: Sequence[Sequence[Lesson]]) -> dict[str, float]:
    """The size of what comes into each product of the encoder, up to the quantile."""
    found: dict[str, list[float]] = {}

    def note(name: str, incoming: Tensor) -> None:
        found.setdefault(name, []).append(
            float(np.quantile(incoming.abs().float().numpy(), _QUANTILE))
        )

    products = [
        (name, module)
        for name, module in network.named_modules()
        if name.startswith("encoder.blocks.") and isinstance(module, nn.Linear)
    ]
    hooks = [
        module.register_forward_pre_hook(lambda _, inputs, name=name: note(name, inputs[0]))
        for name, module in products
    ]
    network.eval()
    with torch.inference_mode():
        for lessons in measured[:_MEASURED]:
            batch = batch_of([lesson.encoded for lesson in lessons])
            ids, kinds = torch.from_numpy(batch.ids), torch.from_numpy(batch.kinds)
            network.encoder(ids, kinds, ids != 0)
    for hook in hooks:
        hook.remove()
    return {name: max(each) for name, each in found.items()}
