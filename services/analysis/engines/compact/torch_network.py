"""The network on torch: the way of GPUs, in bfloat16."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file

from services.analysis.engines.compact.description import Description
from services.analysis.engines.compact.network import Network, Sizes
from services.analysis.engines.compact.tokens import Batch

Logits = NDArray[np.float32]


class TorchNetwork:
    """The network as it was trained. Thread-safe."""

    def __init__(self, folder: Path, description: Description, *, device: str) -> None:
        self.device = device
        kind = torch.bfloat16 if device == "cuda" else torch.float32
        sizes = Sizes(**description.encoder.model_dump())
        classes = {task.value: len(each.labels) for task, each in description.tasks.items()}
        network = Network(sizes, classes)
        kept = load_file(folder / "model.safetensors")
        names = network.state_dict().keys()
        network.load_state_dict({name: kept[name].float() for name in names})
        self.network = network.to(device, kind).eval()

    def texts(self, batch: Batch) -> tuple[Logits, Logits]:
        """Sentiment and emotion: B x 3 and B x 7."""
        with torch.inference_mode():
            states, mask = self._states(batch), self._put(batch.mask)
            sentiment = self.network.sentiment(states, mask)
            emotion = self.network.emotion(states, mask)
            return sentiment.float().cpu().numpy(), emotion.float().cpu().numpy()

    def pairs(self, batch: Batch) -> Logits:
        """Stance: B x 3."""
        with torch.inference_mode():
            beside = (self._put(each) for each in (batch.mask, batch.target, batch.ratios))
            stance = self.network.stance(self._states(batch), *beside)
            found: Logits = stance.float().cpu().numpy()
            return found

    def _states(self, batch: Batch) -> torch.Tensor:
        ids, kinds = self._put(batch.ids), self._put(batch.kinds)
        states: torch.Tensor = self.network.encoder(ids, kinds, ids != 0)
        return states

    def _put(self, array: NDArray[np.generic]) -> torch.Tensor:
        return torch.from_numpy(array).to(self.device)
