"""Masked-language pretraining: the encoder learns to fill gaps in posts (Devlin and others 2019).

The softmax runs over the true token and a shared sample of others, with the sample's odds taken
off (Jean and others 2015): a third of the work would else go into it.
"""

from collections.abc import Callable
from time import perf_counter
from typing import Final, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from services.analysis.engines.compact.network import Encoder
from services.analysis.engines.compact.tokens import CLS, FIRST_WORD, MASK
from services.analysis.training.batches import by_length, pad

_LONGEST: Final = 127
_HIDDEN_SHARE: Final = 0.2
_SAMPLE: Final = 3_000
_RATE: Final = 1e-3
_WARM_UP: Final = 200
_BUDGET: Final = 8_192
_DECAY: Final = 0.01


class Progress(NamedTuple):
    """Where the training stands: `loss` and `right` are means over the steps since the last."""

    step: int
    steps: int
    loss: float
    right: float
    tokens_per_second: float


def pretrain(
    encoder: Encoder,
    ids: NDArray[np.uint16],
    starts: NDArray[np.int64],
    *,
    epochs: int,
    seed: int,
    device: torch.device,
    report: Callable[[Progress], None],
) -> None:
    """Train the encoder in place on all texts (`ids` in a row, each from its start on)."""
    random = np.random.default_rng(seed)
    torch.manual_seed(seed)
    ends = np.append(starts[1:], len(ids))
    lengths = np.minimum(ends - starts, _LONGEST) + 1
    size = encoder.sizes.vocabulary
    odds = _odds(ids, size).to(device)
    plan = [
        batch for _ in range(epochs) for batch in by_length(lengths, budget=_BUDGET, random=random)
    ]
    bias = torch.zeros(size, device=device, requires_grad=True)
    parameters = [*encoder.parameters(), bias]
    optimizer = torch.optim.AdamW(parameters, lr=_RATE, weight_decay=_DECAY, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda at: _pace(at, len(plan)))
    encoder.train()
    losses: list[float] = []
    hits: list[float] = []
    tokens, since = 0, perf_counter()
    for step, batch in enumerate(plan, start=1):
        rows = [_row(ids, int(starts[at]), int(lengths[at]) - 1, ends[at], random) for at in batch]
        padded = pad(rows)
        shown, hidden = _hide(padded, size, random)
        loss, right = _loss(encoder, bias, odds, padded, shown, hidden, device)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        schedule.step()
        losses.append(float(loss.detach()))
        hits.append(right)
        tokens += padded.size
        if step % 100 == 0 or step == len(plan):
            seconds = perf_counter() - since
            report(
                Progress(
                    step, len(plan), float(np.mean(losses)), float(np.mean(hits)), tokens / seconds
                )
            )
            losses, hits, tokens, since = [], [], 0, perf_counter()


def _pace(step: int, steps: int) -> float:
    """Linear warm-up, then down to a twentieth along a cosine."""
    warm_up = min(_WARM_UP, steps // 10)
    if step < warm_up:
        return (step + 1) / warm_up
    done = (step - warm_up) / max(1, steps - warm_up)
    return float(0.05 + 0.95 * 0.5 * (1 + np.cos(np.pi * done)))


def _odds(ids: NDArray[np.uint16], size: int) -> Tensor:
    counts = np.bincount(ids, minlength=size).astype(np.float64) ** 0.75
    counts[:FIRST_WORD] = 0
    return torch.from_numpy((counts + 1e-3) / (counts + 1e-3).sum()).float()


def _row(
    ids: NDArray[np.uint16], start: int, length: int, end: int, random: np.random.Generator
) -> NDArray[np.int64]:
    """One text, or a piece of a long one, behind the mark that opens every text."""
    spare = int(end) - start - length
    first = start + (int(random.integers(spare + 1)) if spare > 0 else 0)
    return np.concatenate([[CLS], ids[first : first + length]]).astype(np.int64)


def _hide(
    padded: NDArray[np.int64], size: int, random: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    hidden = (random.random(padded.shape) < _HIDDEN_SHARE) & (padded >= FIRST_WORD)
    chance = random.random(padded.shape)
    shown = np.where(hidden & (chance < 0.8), MASK, padded)
    others = random.integers(FIRST_WORD, size, padded.shape)
    return np.where(hidden & (chance > 0.9), others, shown), hidden


def _loss(
    encoder: Encoder,
    bias: Tensor,
    odds: Tensor,
    padded: NDArray[np.int64],
    shown: NDArray[np.int64],
    hidden: NDArray[np.bool_],
    device: torch.device,
) -> tuple[Tensor, float]:
    ids = torch.from_numpy(shown).to(device)
    full = bool((padded != 0).all())
    mask = None if full else torch.from_numpy(padded != 0).to(device)
    where = torch.from_numpy(hidden).to(device)
    truth = torch.from_numpy(padded).to(device)[where]
    sample = torch.multinomial(odds, _SAMPLE, replacement=True)
    correction = (odds * _SAMPLE).log()
    with torch.autocast(device.type, torch.bfloat16):
        states = encoder(ids, None, mask)[where]
        table = encoder.tokens.weight
        others = functional.linear(states, table[sample]).float()
    others = others + (bias - correction)[sample]
    others = others.masked_fill(sample[None, :] == truth[:, None], -1e9)
    own = (states.float() * table[truth]).sum(1) + bias[truth] - correction[truth]
    logits = torch.cat([own[:, None], others], dim=1)
    loss = functional.cross_entropy(
        logits, torch.zeros(len(truth), dtype=torch.long, device=device)
    )
    with torch.no_grad():
        right = float((own[:, None] > others).all(1).float().mean())
    return loss, right
