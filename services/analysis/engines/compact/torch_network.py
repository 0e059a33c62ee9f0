"""The network on torch: the way of GPUs, in bfloat16."""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from services.analysis.engines.compact.description import Description
from services.analysis.engines.compact.network import Network
from services.analysis.engines.compact.tokens import Batch
from services.analysis.engines.compact.weights import Array, Logits


class TorchNetwork:
    """The network as it was trained. Thread-safe."""

    def __init__(
        self, description: Description, weights: Mapping[str, Array], *, device: str
    ) -> None:
        self.device = device
        kind = torch.bfloat16 if device == "cuda" else torch.float32
        network = Network(description.encoder, description.classes)
        network.load_state_dict(
            {
                name: torch.from_numpy(weights[name].astype(np.float32))
                for name in network.state_dict()
            }
        )
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
